//! How long a commit takes on a real disk, and how large the file gets: `cargo bench -p twinroot-store [-- FOLDER]`.
//!
//! The peer is what any log must do at least: append the same bytes to a plain file and ask the disk once.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_types,
    clippy::float_arithmetic,
    reason = "a benchmark measures, divides and may stop"
)]

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use twinroot_store::{Batch, Entry, Store, Stream};

fn main() {
    let folder = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with("--"));
    let folder = folder
        .map_or_else(
            || tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")),
            tempfile::tempdir_in,
        )
        .unwrap();
    println!(
        "{:>34} {:>9} {:>9} {:>9} {:>11} {:>11}",
        "", "p50 us", "p99 us", "p99.9 us", "commits/s", "batches/s"
    );
    for batches in [1, 8, 64] {
        let plain = append(folder.path(), batches);
        report(
            &format!("append and fdatasync, {batches} batches"),
            batches,
            &plain,
        );
        let store = commits(folder.path(), batches);
        report(&format!("store, {batches} batches"), batches, &store);
        println!("{:>34} {:>8.2}x", "store / append", ratio(&store, &plain));
    }
    growth(folder.path());
    reopening(folder.path());
}

/// Of one round of a channel: the record, and an event of it.
const BYTES: [usize; 2] = [420, 160];
const CHANNELS: u64 = 100;
const COMMITS: u64 = 2_000;

fn batch(round: u64, next: &mut u64) -> Batch {
    let mut batch = Batch::default();
    for (stream, bytes) in [stream(round % CHANNELS), stream(CHANNELS)]
        .into_iter()
        .zip(BYTES)
    {
        batch.append.push(Entry {
            stream,
            number: *next,
            bytes: vec![round as u8; bytes],
        });
        *next += 1;
    }
    batch
}

fn stream(channel: u64) -> Stream {
    let mut stream = [0; 32];
    for (place, part) in stream.chunks_mut(8).enumerate() {
        part.copy_from_slice(
            &(channel + 1)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                .rotate_left(place as u32)
                .to_le_bytes(),
        );
    }
    stream
}

fn commits(folder: &Path, batches: u64) -> Vec<Duration> {
    let store = Store::open(&folder.join(format!("{batches}.store"))).unwrap();
    let mut next = store.next();
    (0..COMMITS)
        .map(|commit| {
            let batches: Vec<Batch> = (0..batches)
                .map(|place| batch(commit * batches + place, &mut next))
                .collect();
            let start = Instant::now();
            store.write(&batches).unwrap();
            start.elapsed()
        })
        .collect()
}

fn append(folder: &Path, batches: u64) -> Vec<Duration> {
    let mut file = File::create(folder.join(format!("{batches}.plain"))).unwrap();
    let mut next = 0;
    (0..COMMITS)
        .map(|commit| {
            let mut bytes = Vec::new();
            for place in 0..batches {
                batch(commit * batches + place, &mut next)
                    .append
                    .iter()
                    .for_each(|entry| bytes.extend_from_slice(&entry.bytes));
            }
            let start = Instant::now();
            file.write_all(&bytes).unwrap();
            file.sync_data().unwrap();
            start.elapsed()
        })
        .collect()
}

fn report(what: &str, batches: u64, times: &[Duration]) {
    let mut sorted = times.to_vec();
    sorted.sort();
    let at = |permille: usize| sorted[sorted.len() * permille / 1000].as_secs_f64() * 1e6;
    let per_second = times.len() as f64 / times.iter().sum::<Duration>().as_secs_f64();
    println!(
        "{what:>34} {:>9.0} {:>9.0} {:>9.0} {per_second:>11.0} {:>11.0}",
        at(500),
        at(990),
        at(999),
        per_second * batches as f64
    );
}

fn ratio(ours: &[Duration], theirs: &[Duration]) -> f64 {
    ours.iter().sum::<Duration>().as_secs_f64() / theirs.iter().sum::<Duration>().as_secs_f64()
}

/// 100,000 entries of 100 channels, of each of which the newest 50 stay.
fn growth(folder: &Path) {
    let path = folder.join("growth.store");
    let store = Store::open(&path).unwrap();
    println!("\n{:>10} entries written, bytes of the file", "");
    let mut next = store.next();
    for hundred in 1..=1_000_u64 {
        let mut batch = Batch::default();
        for channel in 0..CHANNELS {
            batch.append.push(Entry {
                stream: stream(channel),
                number: next,
                bytes: vec![hundred as u8; 420],
            });
            next += 1;
            if hundred % 50 == 0 {
                batch
                    .forget
                    .push((stream(channel), next.saturating_sub(50 * CHANNELS)));
            }
        }
        store.write(&[batch]).unwrap();
        if hundred % 100 == 0 {
            println!("{next:>10} {:>10}", path.metadata().unwrap().len());
        }
    }
}

/// Opening reads the whole file.
fn reopening(folder: &Path) {
    let path = folder.join("large.store");
    let store = Store::open(&path).unwrap();
    let mut next = store.next();
    for commit in 0..200 {
        let batches: Vec<Batch> = (0..500)
            .map(|place| batch(commit * 500 + place, &mut next))
            .collect();
        store.write(&batches).unwrap();
    }
    let killed = folder.join("killed.store");
    std::fs::copy(&path, &killed).unwrap();
    drop(store);
    println!();
    for (what, path) in [("closed", path), ("killed", killed)] {
        let start = Instant::now();
        let store = Store::open(&path).unwrap();
        let opened = start.elapsed();
        let mut entries = 0;
        for stream in store.streams().unwrap() {
            entries += store.read(&stream, 0, usize::MAX).unwrap().len();
        }
        let read = start.elapsed() - opened;
        let bytes = path.metadata().unwrap().len();
        println!(
            "opened what was {what}: {opened:?}, read all {entries} entries: {read:?}; {bytes} bytes"
        );
    }
}
