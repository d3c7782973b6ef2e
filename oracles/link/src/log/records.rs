//! Reads a log from front to back, in bounded memory, and finds its way again after damaged bytes.

use std::io::{self, Read};

use super::format::{self, RECORD_LIMIT};
use crate::Place;

/// A stretch of a log.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stretch {
    /// A whole record.
    Record(Record),
    /// Below that place nothing is in the log any more.
    Floor(Place),
    /// Bytes that are no record. The next stretch, if there is one, is none of these.
    Damaged {
        /// Where they begin.
        offset: u64,
        /// How many they are.
        bytes: u64,
    },
}

/// A whole record. Whether its message is one, only its feed tells.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Record {
    /// Where it begins.
    pub(super) offset: u64,
    /// The bytes of the message.
    pub(crate) message: Vec<u8>,
}

impl AsRef<[u8]> for Record {
    fn as_ref(&self) -> &[u8] {
        &self.message
    }
}

/// The stretches of a log.
pub(super) struct Records<R> {
    source: R,
    /// What was read ahead; what lies before `next` is done.
    buffer: Vec<u8>,
    next: usize,
    /// Of `next` in the file.
    offset: u64,
    ended: bool,
}

impl<R: Read> Records<R> {
    /// Reads from where `source` stands, which is the place `offset` of the file.
    pub(super) const fn new(source: R, offset: u64) -> Self {
        Self {
            source,
            buffer: Vec::new(),
            next: 0,
            offset,
            ended: false,
        }
    }

    /// Where the next stretch begins, in the file.
    pub(super) const fn offset(&self) -> u64 {
        self.offset
    }

    fn stretch(&mut self) -> io::Result<Option<Stretch>> {
        let start = self.offset;
        loop {
            self.read_ahead()?;
            let bytes = self.offset - start;
            let damaged = (bytes > 0).then_some(Stretch::Damaged {
                offset: start,
                bytes,
            });
            let rest = &self.buffer[self.next..];
            if rest.is_empty() {
                return Ok(damaged);
            }
            match format::read_record(rest) {
                Some(_) if damaged.is_some() => return Ok(damaged),
                Some(content) => {
                    let message = content.to_vec();
                    self.advance(format::record_bytes(&message));
                    if let Some(floor) = format::read_floor(&message) {
                        return Ok(Some(Stretch::Floor(floor)));
                    }
                    return Ok(Some(Stretch::Record(Record {
                        offset: start,
                        message,
                    })));
                }
                None => self.advance(1),
            }
        }
    }

    /// Sees to it that a record that begins at `next` is in the buffer as a whole.
    fn read_ahead(&mut self) -> io::Result<()> {
        if self.ended || self.buffer.len() - self.next >= RECORD_LIMIT {
            return Ok(());
        }
        self.buffer.drain(..self.next);
        self.next = 0;
        let read = self
            .source
            .by_ref()
            .take(PART)
            .read_to_end(&mut self.buffer)?;
        self.ended = (read as u64) < PART;
        Ok(())
    }

    fn advance(&mut self, bytes: usize) {
        self.next += bytes;
        self.offset += bytes as u64;
    }
}

impl<R: Read> Iterator for Records<R> {
    type Item = io::Result<Stretch>;

    fn next(&mut self) -> Option<io::Result<Stretch>> {
        self.stretch().transpose()
    }
}

/// Bytes that are read at a time. More than a record; so many that the calls cost nothing beside the signatures.
const PART: u64 = 256 * 1024;
