//! A log that is only read, also while another program writes it.
//!
//! No lock is needed for that: records are only ever added, and one that is half written has no right sum yet,
//! so it is read when it is whole. A log that is compacted is another file, which is gone over to.

use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use twinroot_feed::{Feed, Signed};

use super::format::{header, record_bytes};
use super::records::{Record, Records, Stretch};
use super::{Damage, Log, is_named};
use crate::{LogError, Place, Verifier};

/// Reads the messages of a log in the order in which they were appended, and goes on where it ended when
/// there are more.
#[derive(Debug)]
pub struct LogReader {
    path: PathBuf,
    file: File,
    verifier: Verifier,
    /// Where the header ends.
    begin: u64,
    /// Where the next record begins.
    next: u64,
    /// Below that place nothing is in the log any more.
    floor: Place,
    /// The last message that was read.
    last: Option<Vec<u8>>,
}

impl LogReader {
    /// Opens a log. Nothing of the file is changed.
    ///
    /// # Errors
    /// [`LogError::NotALog`], [`LogError::Version`] or [`LogError::File`].
    pub fn open(path: &Path) -> Result<Self, LogError> {
        let feed = Log::feed_of(path)?;
        let file = File::open(path).map_err(LogError::file(path, "opened"))?;
        let begin = header(&feed).len() as u64;
        Ok(Self {
            path: path.to_owned(),
            file,
            verifier: Verifier::new(feed),
            begin,
            next: begin,
            floor: Place::FIRST,
            last: None,
        })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whose log it is.
    #[must_use]
    pub const fn feed(&self) -> &Feed {
        self.verifier.feed()
    }

    /// The next messages, at most a thousand or so, and what is damaged between them. There are none where
    /// the log ends for now.
    ///
    /// # Errors
    /// [`LogError::File`] where the file cannot be read.
    pub fn read(&mut self) -> Result<(Vec<Signed>, Vec<Damage>), LogError> {
        let (records, mut damages) = self.records()?;
        let mut messages = Vec::with_capacity(records.len());
        for (record, opened) in records.iter().zip(self.verifier.open(&records)) {
            match opened {
                Ok(message) => messages.push(message),
                Err(reason) => damages.push(Damage::Refused {
                    offset: record.offset,
                    reason,
                }),
            }
        }
        damages.sort_by_key(Damage::offset);
        Ok((messages, damages))
    }

    /// Bytes behind the last whole record that was read: at the end of the log, of a write that was not finished, or
    /// is not yet.
    ///
    /// # Errors
    /// [`LogError::File`] where the file cannot be looked at.
    pub fn unfinished(&self) -> Result<u64, LogError> {
        let known = self.file.metadata();
        let length = known.map_err(LogError::file(&self.path, "read"))?.len();
        Ok(length.saturating_sub(self.next))
    }

    /// The next records, not opened yet. Bytes at the end that are no record may still become one.
    pub(crate) fn records(&mut self) -> Result<(Vec<Record>, Vec<Damage>), LogError> {
        // Asked first: what was appended before the file was replaced is read to its end.
        let is_replaced = self.is_replaced();
        let read = |reader: &mut Self| {
            reader
                .next_records()
                .map_err(LogError::file(&reader.path, "read"))
        };
        let (records, damages) = read(self)?;
        if is_replaced && records.is_empty() {
            self.go_over()?;
            return read(self);
        }
        Ok((records, damages))
    }

    /// The first place that the log takes messages of, as far as it was read.
    pub(crate) const fn floor(&self) -> Place {
        self.floor
    }

    /// Goes on in the file that has the name of the log now, behind the last message that was read; from its
    /// beginning, if that message is no longer in it.
    fn go_over(&mut self) -> Result<(), LogError> {
        let mut new = Self::open(&self.path)?;
        if new.feed().id() != self.feed().id() {
            return Err(LogError::OtherFeed {
                path: self.path.clone(),
                feed: new.feed().id(),
            });
        }
        if let Some(last) = self.last.take() {
            loop {
                let (records, _) = new
                    .next_records()
                    .map_err(LogError::file(&self.path, "read"))?;
                let behind = records.iter().find(|record| record.message == last);
                if let Some(record) = behind {
                    new.next = record.offset + record_bytes(&record.message) as u64;
                    new.last = Some(last);
                    break;
                }
                if records.is_empty() {
                    new.next = new.begin;
                    new.last = None;
                    break;
                }
            }
        }
        *self = new;
        Ok(())
    }

    /// Whether the name of the log is that of another file by now, because it was compacted.
    fn is_replaced(&self) -> bool {
        // As long as there is none of that name, the one that is open is read.
        is_named(&self.path, &self.file).is_ok_and(|is_named| !is_named)
    }

    fn next_records(&mut self) -> io::Result<(Vec<Record>, Vec<Damage>)> {
        // A write that failed was taken back.
        if self.file.metadata()?.len() < self.next {
            self.next = self.begin;
        }
        self.file.seek(SeekFrom::Start(self.next))?;
        let mut stretches = Records::new(&self.file, self.next);
        let mut records = Vec::new();
        let mut damages = Vec::new();
        let mut damaged = None;
        while records.len() < BATCH
            && let Some(stretch) = stretches.next().transpose()?
        {
            match stretch {
                Stretch::Damaged { offset, bytes } => damaged = Some((offset, bytes)),
                Stretch::Floor(floor) => {
                    self.floor = floor;
                    self.next = stretches.offset();
                }
                Stretch::Record(record) => {
                    let before = damaged.take();
                    damages
                        .extend(before.map(|(offset, bytes)| Damage::Unreadable { offset, bytes }));
                    records.push(record);
                    self.next = stretches.offset();
                }
            }
        }
        if let Some(record) = records.last() {
            self.last = Some(record.message.clone());
        }
        Ok((records, damages))
    }
}

/// Messages that are read at a time.
const BATCH: usize = 1024;
