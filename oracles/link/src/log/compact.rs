//! A log written anew without what is no longer needed.
//!
//! ```text
//! feed.log             header, old records, young records      the log, until the rename
//! feed.log.compacting  header, floor, young records            written, on disk, renamed to feed.log
//! ```
//!
//! A crash leaves the one or the other whole. The records that stay keep their order, so that a reader finds
//! its place again.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::records::{Record, Records, Stretch};
use super::{Dropped, format, lock};
use crate::{LogError, Place, Verifier};

/// The file that took the place of the log, and where it ends.
pub(super) struct Compacted {
    pub(super) file: File,
    pub(super) end: u64,
    pub(super) dropped: Dropped,
}

/// Writes the first `end` bytes of the log at `path` anew, from the place `floor` on. Where it fails, the log is as it was.
pub(super) fn compact(
    path: &Path,
    old: &File,
    end: u64,
    verifier: &Verifier,
    floor: Place,
) -> Result<Compacted, LogError> {
    let beside = beside(path);
    let written = write_beside(&beside, old, end, verifier, floor).and_then(|compacted| {
        fs::rename(&beside, path).map_err(LogError::file(path, "replaced"))?;
        Ok(compacted)
    });
    if written.is_err() {
        remove_rest(path);
    }
    written
}

/// Takes away what a crash left beside the log at `path`, which nobody else has open.
pub(super) fn remove_rest(path: &Path) {
    // It mostly is not there; and where it stays, it only takes room.
    drop(fs::remove_file(beside(path)));
}

fn beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".compacting");
    name.into()
}

fn write_beside(
    beside: &Path,
    old: &File,
    end: u64,
    verifier: &Verifier,
    floor: Place,
) -> Result<Compacted, LogError> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(true)
        .open(beside)
        .map_err(|error| LogError::unwritten(beside, error))?;
    // Before it has the name of the log, so that nobody else takes it.
    lock(beside, &file)?;
    let copy = Copy {
        file: &file,
        end: 0,
        dropped: Dropped::default(),
        verifier,
        floor,
    };
    let (new_end, mut dropped) = copy
        .run(old, end)
        .map_err(|error| LogError::unwritten(beside, error))?;
    dropped.bytes = end.saturating_sub(new_end);
    Ok(Compacted {
        file,
        end: new_end,
        dropped,
    })
}

struct Copy<'a> {
    file: &'a File,
    /// Bytes written.
    end: u64,
    dropped: Dropped,
    verifier: &'a Verifier,
    floor: Place,
}

impl Copy<'_> {
    fn run(mut self, mut old: &File, end: u64) -> io::Result<(u64, Dropped)> {
        let mut beginning = format::header(self.verifier.feed());
        let from = beginning.len() as u64;
        format::push_floor(self.floor, &mut beginning);
        self.write(&beginning)?;

        old.seek(SeekFrom::Start(from))?;
        let mut batch = Vec::new();
        for stretch in Records::new(old.take(end.saturating_sub(from)), from) {
            // The floor is written already, and nothing can be made of what is damaged.
            if let Stretch::Record(record) = stretch? {
                batch.push(record);
            }
            if batch.len() == BATCH {
                self.keep(&mut batch)?;
            }
        }
        self.keep(&mut batch)?;
        self.file.sync_all()?;
        Ok((self.end, self.dropped))
    }

    fn keep(&mut self, batch: &mut Vec<Record>) -> io::Result<()> {
        let mut records = Vec::new();
        for (record, opened) in batch.iter().zip(self.verifier.open(batch)) {
            match opened {
                Ok(message) if Place::of(&message) >= self.floor => {
                    format::push_record(&record.message, &mut records);
                }
                Ok(_) => self.dropped.messages += 1,
                // No evidence, so it counts as damage.
                Err(_) => {}
            }
        }
        batch.clear();
        self.write(&records)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.end += bytes.len() as u64;
        Ok(())
    }
}

/// Messages that are verified at a time.
const BATCH: usize = 1024;
