//! What a store is asked.

use std::sync::{Arc, PoisonError};

use redb::{Database, ReadTransaction, ReadableDatabase, ReadableTable};

use crate::error::{Place, ReadError};
use crate::sealed::{self, Kind};
use crate::store::{APP, BLOBS, ENTRIES, EntryKey, Tripped, entry_key, entry_place, guarded};
use crate::{Store, Stream};

impl Store {
    /// The streams that have entries, in order.
    ///
    /// # Errors
    /// [`ReadError`], where the disk fails or has changed something.
    pub fn streams(&self) -> Result<Vec<Stream>, ReadError> {
        self.reading(|read| {
            let table = read.open_table(ENTRIES).map_err(failed)?;
            let mut streams = Vec::new();
            let mut from = entry_key(&[0; 32], 0);
            while let Some(first) = table.range::<&EntryKey>(&from..).map_err(failed)?.next() {
                let (key, value) = first.map_err(failed)?;
                opened_entry(key.value(), value.value())?;
                let (stream, _) = entry_place(key.value());
                streams.push(stream);
                let Some(next) = after(&stream) else { break };
                from = entry_key(&next, 0);
            }
            Ok(streams)
        })
    }

    /// The number of a stream's newest entry.
    ///
    /// # Errors
    /// [`ReadError`], where the disk fails or has changed something.
    pub fn newest(&self, stream: &Stream) -> Result<Option<u64>, ReadError> {
        self.reading(|read| {
            let table = read.open_table(ENTRIES).map_err(failed)?;
            let (first, last) = (entry_key(stream, 0), entry_key(stream, u64::MAX));
            let Some(newest) = table
                .range::<&EntryKey>(&first..=&last)
                .map_err(failed)?
                .next_back()
            else {
                return Ok(None);
            };
            let (key, value) = newest.map_err(failed)?;
            opened_entry(key.value(), value.value())?;
            Ok(Some(entry_place(key.value()).1))
        })
    }

    /// Entries of a stream with their numbers, ascending, from the number `from` on and at most `limit`.
    ///
    /// # Errors
    /// [`ReadError`], where the disk fails or has changed something.
    pub fn read(
        &self,
        stream: &Stream,
        from: u64,
        limit: usize,
    ) -> Result<Vec<(u64, Vec<u8>)>, ReadError> {
        self.reading(|read| {
            let table = read.open_table(ENTRIES).map_err(failed)?;
            let (first, last) = (entry_key(stream, from), entry_key(stream, u64::MAX));
            let entries = table
                .range::<&EntryKey>(&first..=&last)
                .map_err(failed)?
                .take(limit);
            entries
                .map(|entry| {
                    let (key, value) = entry.map_err(failed)?;
                    let bytes = opened_entry(key.value(), value.value())?;
                    Ok((entry_place(key.value()).1, bytes.to_vec()))
                })
                .collect()
        })
    }

    /// The blob of this name.
    ///
    /// # Errors
    /// [`ReadError`], where the disk fails or has changed something.
    pub fn blob(&self, name: &[u8; 32]) -> Result<Option<Vec<u8>>, ReadError> {
        self.reading(|read| {
            let table = read.open_table(BLOBS).map_err(failed)?;
            let value = table.get(name).map_err(failed)?;
            value
                .map(|value| {
                    opened(Kind::Blob, name, value.value(), || Place::Blob(*name))
                        .map(<[u8]>::to_vec)
                })
                .transpose()
        })
    }

    /// The names of all blobs, in order.
    ///
    /// # Errors
    /// [`ReadError`], where the disk fails or has changed something.
    pub fn blobs(&self) -> Result<Vec<[u8; 32]>, ReadError> {
        self.reading(|read| {
            let table = read.open_table(BLOBS).map_err(failed)?;
            let blobs = table.iter().map_err(failed)?;
            blobs
                .map(|blob| {
                    let (name, value) = blob.map_err(failed)?;
                    let name = *name.value();
                    opened(Kind::Blob, &name, value.value(), || Place::Blob(name))?;
                    Ok(name)
                })
                .collect()
        })
    }

    /// The application's record of this name.
    ///
    /// # Errors
    /// [`ReadError`], where the disk fails or has changed something.
    pub fn app(&self, name: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
        self.reading(|read| {
            let table = read.open_table(APP).map_err(failed)?;
            let value = table.get(name).map_err(failed)?;
            value
                .map(|value| {
                    opened(Kind::App, name, value.value(), || Place::App(name.to_vec()))
                        .map(<[u8]>::to_vec)
                })
                .transpose()
        })
    }

    /// Runs `run` on the newest commit.
    pub(crate) fn reading<T>(
        &self,
        run: impl FnOnce(&ReadTransaction) -> Result<T, ReadError>,
    ) -> Result<T, ReadError> {
        let database = self
            .inner
            .database
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        begin_and(&database, run)
    }
}

/// Runs `run` on the newest commit of `database`.
pub(crate) fn begin_and<T>(
    database: &Database,
    run: impl FnOnce(&ReadTransaction) -> Result<T, ReadError>,
) -> Result<T, ReadError> {
    guarded(|| run(&database.begin_read().map_err(failed)?))
        .unwrap_or_else(|Tripped| Err(ReadError::Damaged(Place::File(Tripped::TEXT.to_owned()))))
}

/// The bytes of an entry, if they are what was written.
pub(crate) fn opened_entry<'a>(key: &EntryKey, value: &'a [u8]) -> Result<&'a [u8], ReadError> {
    opened(Kind::Entry, key, value, || {
        let (stream, number) = entry_place(key);
        Place::Entry { stream, number }
    })
}

/// The bytes of a value, if they are what was written.
pub(crate) fn opened<'a>(
    kind: Kind,
    name: &[u8],
    value: &'a [u8],
    place: impl FnOnce() -> Place,
) -> Result<&'a [u8], ReadError> {
    sealed::open(kind, name, value).ok_or_else(|| ReadError::Damaged(place()))
}

/// What redb's errors mean to a reader.
pub(crate) fn failed(error: impl Into<redb::Error>) -> ReadError {
    match error.into() {
        redb::Error::Io(error) => ReadError::Disk(Arc::new(error)),
        redb::Error::PreviousIo | redb::Error::DatabaseClosed | redb::Error::LockPoisoned(_) => {
            ReadError::Stopped
        }
        other => ReadError::Damaged(Place::File(other.to_string())),
    }
}

/// The least stream above this one.
fn after(stream: &Stream) -> Option<Stream> {
    let mut next = *stream;
    for byte in next.iter_mut().rev() {
        *byte = byte.wrapping_add(1);
        if *byte != 0 {
            return Some(next);
        }
    }
    None
}
