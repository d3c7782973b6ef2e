//! What the disk takes by itself: a plain file, appended to and waited for.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

/// Bytes of an append: about what a record of a round has.
const BYTES: [u8; 600] = [7; 600];

/// How long each of so many appends takes, with the wait for the disk.
pub(crate) fn appends(folder: &Path, count: usize) -> Vec<Duration> {
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(folder.join("plain"))
        .expect("a file can be made");
    let append = |_| {
        let begun = Instant::now();
        let written = file.write_all(&BYTES).and_then(|()| file.sync_data());
        written.expect("the disk has room");
        begun.elapsed()
    };
    (0..count).map(append).collect()
}
