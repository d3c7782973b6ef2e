//! Whether all of a store is as it was written.

use std::collections::BTreeSet;
use std::sync::PoisonError;

use redb::{Database, DatabaseError, ReadTransaction, ReadableTable, StorageError};

use crate::error::{Place, ReadError};
use crate::read::{begin_and, failed, opened, opened_entry};
use crate::sealed::Kind;
use crate::store::{APP, BLOBS, ENTRIES, Tripped, entry_place, guarded};
use crate::{Store, Stream};

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Streams with entries.
    pub streams: u64,
    /// Entries that are as they were written.
    pub entries: u64,
    /// Blobs that are.
    pub blobs: u64,
    /// Records of the application that are.
    pub records: u64,
    /// Bytes in all of these, without names and checksums.
    pub bytes: u64,
    /// What is broken, and where; nothing in a good store.
    pub broken: Vec<Place>,
}

impl Store {
    /// Reads all of the file from the disk: each page's checksum, each entry's, and whether numbers are used once and below
    /// [`Store::next`]. Nobody else reads or writes meanwhile. A store with broken pages takes no further write.
    ///
    /// # Errors
    /// [`ReadError::Disk`] and [`ReadError::Stopped`]; what is damaged is in the answer.
    pub fn check(&self) -> Result<Checked, ReadError> {
        // No write is under way, and none comes in between.
        let counts = self
            .inner
            .counts
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut database = self
            .inner
            .database
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let mut checked = Checked::default();
        if let Some(what) = broken_pages(&mut database)? {
            self.inner.stop();
            checked.broken.push(Place::File(what));
        }
        let walked = begin_and(&database, |read| {
            checked.walk_entries(read, counts.next)?;
            checked.walk_blobs(read)?;
            checked.walk_app(read)
        });
        match walked {
            Ok(()) => Ok(checked),
            Err(ReadError::Damaged(place)) => {
                checked.broken.push(place);
                Ok(checked)
            }
            Err(ReadError::Stopped) if !checked.broken.is_empty() => Ok(checked),
            Err(error) => Err(error),
        }
    }
}

/// What redb finds wrong with the pages.
fn broken_pages(database: &mut Database) -> Result<Option<String>, ReadError> {
    match guarded(|| database.check_integrity()) {
        Ok(Ok(true)) => Ok(None),
        Ok(Ok(false)) => Ok(Some("pages were damaged".to_owned())),
        Ok(Err(DatabaseError::Storage(StorageError::Corrupted(what)))) => Ok(Some(what)),
        Ok(Err(error)) => Err(failed(error)),
        Err(Tripped) => Ok(Some(Tripped::TEXT.to_owned())),
    }
}

impl Checked {
    fn walk_entries(&mut self, read: &ReadTransaction, next: u64) -> Result<(), ReadError> {
        let table = read.open_table(ENTRIES).map_err(failed)?;
        let mut numbers = BTreeSet::new();
        let mut last: Option<Stream> = None;
        for entry in table.iter().map_err(failed)? {
            let (key, value) = entry.map_err(failed)?;
            let (stream, number) = entry_place(key.value());
            if last.replace(stream) != Some(stream) {
                self.streams += 1;
            }
            let fine = opened_entry(key.value(), value.value()).map(|bytes| bytes.len());
            match fine {
                Ok(bytes) if number < next && numbers.insert(number) => {
                    self.entries += 1;
                    self.bytes += bytes as u64;
                }
                _ => self.broken.push(Place::Entry { stream, number }),
            }
        }
        Ok(())
    }

    fn walk_blobs(&mut self, read: &ReadTransaction) -> Result<(), ReadError> {
        let table = read.open_table(BLOBS).map_err(failed)?;
        for blob in table.iter().map_err(failed)? {
            let (name, value) = blob.map_err(failed)?;
            let name = *name.value();
            match opened(Kind::Blob, &name, value.value(), || Place::Blob(name)) {
                Ok(bytes) => {
                    self.blobs += 1;
                    self.bytes += bytes.len() as u64;
                }
                Err(_) => self.broken.push(Place::Blob(name)),
            }
        }
        Ok(())
    }

    fn walk_app(&mut self, read: &ReadTransaction) -> Result<(), ReadError> {
        let table = read.open_table(APP).map_err(failed)?;
        for record in table.iter().map_err(failed)? {
            let (name, value) = record.map_err(failed)?;
            let name = name.value();
            match opened(Kind::App, name, value.value(), || Place::App(name.to_vec())) {
                Ok(bytes) => {
                    self.records += 1;
                    self.bytes += bytes.len() as u64;
                }
                Err(_) => self.broken.push(Place::App(name.to_vec())),
            }
        }
        Ok(())
    }
}
