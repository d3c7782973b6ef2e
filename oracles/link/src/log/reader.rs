//! Reads a log without changing it, while another program may be writing it.

use std::fs::File;
use std::io::{Seek, SeekFrom};
use std::path::{Path, PathBuf};

use twinroot_feed::{Feed, Signed};

use super::format::{self, Header};
use super::records::{Record, Records, Stretch};
use super::{Damage, restore};
use crate::{LogError, Verifier};

/// The messages of a log, in the order in which they were written.
#[derive(Debug)]
pub struct LogReader {
    path: PathBuf,
    file: File,
    verifier: Verifier,
    /// Where the next record begins.
    offset: u64,
    unfinished: u64,
}

impl LogReader {
    /// Begins at the first message of the log of `feed`.
    ///
    /// # Errors
    /// [`LogError::OtherFeed`], [`LogError::Version`] and [`LogError::NotALog`] where it is not one of this feed;
    /// [`LogError::File`] where it cannot be read.
    pub fn open(path: &Path, feed: Feed) -> Result<Self, LogError> {
        let file = File::open(path).map_err(LogError::file(path, "opened"))?;
        let beginning = restore::beginning(&file).map_err(LogError::file(path, "read"))?;
        match format::read_header(&beginning) {
            Header::Of(other) if *other == feed => {}
            Header::Of(other) => {
                return Err(LogError::OtherFeed {
                    path: path.to_owned(),
                    feed: other.id(),
                });
            }
            Header::Version(version) => return Err(LogError::version(path, version)),
            Header::Unreadable => return Err(LogError::not_a_log(path)),
        }
        Ok(Self {
            path: path.to_owned(),
            file,
            offset: format::header(&feed).len() as u64,
            verifier: Verifier::new(feed),
            unfinished: 0,
        })
    }

    /// The next messages, and what lies between them that is none. Neither, where no more was written; ask again
    /// later to follow whoever writes.
    ///
    /// # Errors
    /// [`LogError::File`] where the file cannot be read; ask again to go on.
    pub fn next_batch(&mut self) -> Result<(Vec<Signed>, Vec<Damage>), LogError> {
        let mut damages = Vec::new();
        let mut batch = Vec::new();
        let mut last = None;
        let failed = || LogError::file(&self.path, "read");
        (&self.file)
            .seek(SeekFrom::Start(self.offset))
            .map_err(failed())?;
        let mut records = Records::new(&self.file, self.offset);
        while batch.len() < BATCH
            && let Some(stretch) = records.next()
        {
            match stretch.map_err(failed())? {
                Stretch::Record(record) => {
                    damages.extend(last.take());
                    batch.push(record);
                }
                Stretch::Damaged { offset, bytes } => {
                    last = Some(Damage::Unreadable { offset, bytes });
                }
            }
        }
        // What no record comes after may still be being written, so it is looked at again.
        let end = last.map_or(records.offset(), |damage| damage.offset());
        self.unfinished = records.offset() - end;
        self.offset = end;
        let messages = self.open_all(batch, &mut damages);
        damages.sort_by_key(Damage::offset);
        Ok((messages, damages))
    }

    /// Bytes after the last whole record when [`next_batch`](Self::next_batch) looked last: of a write that was not
    /// finished, or is not yet.
    #[must_use]
    pub const fn unfinished(&self) -> u64 {
        self.unfinished
    }

    fn open_all(&self, batch: Vec<Record>, damages: &mut Vec<Damage>) -> Vec<Signed> {
        let opened = self.verifier.open(&batch);
        let mut messages = Vec::new();
        for (record, opened) in batch.into_iter().zip(opened) {
            match opened {
                Ok(message) => messages.push(message),
                Err(reason) => damages.push(Damage::Refused {
                    offset: record.offset,
                    reason,
                }),
            }
        }
        messages
    }
}

/// Messages that are read and verified at a time.
const BATCH: usize = 1024;
