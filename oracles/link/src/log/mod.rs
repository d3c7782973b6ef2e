//! A log of evidence on disk: what was received survives the program and the machine's crash.
//!
//! ```text
//! append(batch) ---> what the store does not have ---> write, fsync ---> into the store
//! open          ---> read, check sums, verify on all cores ------------> into the store
//! ```
//!
//! One feed, one file, one writer; the bytes are drawn in `format.rs`. Records are only ever added to a file, so
//! damage to one leaves the others as they are. The store never has what the disk does not: a batch is
//! on disk as a whole before [`Log::append`] gives it, or not at all.
//!
//! Each message takes 211 bytes of disk at most, a reading about 160; a day of readings at 1 Hz takes 14 MB.
//! [`Log::drop_before`] gives room back: it drops what lies before a place, for good.
//! What the store drops at its bound stays in the file, and comes back with a greater bound. A
//! message that the store is too full for is not written: it could not be told from one that the
//! file has already, and a relay that repeats itself would fill the disk.

mod compact;
mod format;
mod reader;
mod records;
mod restore;

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Seek, SeekFrom, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use same_file::Handle;
use twinroot_feed::{Feed, OpenError, Signed};

use crate::store::key;
use crate::{Arrival, LogError, Place, Store, Verifier};

use format::Header;
pub use reader::LogReader;

/// The evidence of one feed on disk, with what the bound lets of it into memory.
#[derive(Debug)]
pub struct Log {
    path: PathBuf,
    /// Locked as long as it is open.
    file: File,
    /// Where the next record begins.
    end: u64,
    /// Whether the name of the log may still be that of the file before it, if the machine stops now.
    is_new: bool,
    verifier: Verifier,
    store: Store,
}

impl Log {
    /// Opens the log of `feed`, made if it is not there, with room for `bound` messages in memory, and
    /// tells what the disk has lost of it.
    ///
    /// All that is whole and signed is in the store, whatever lies between. A write that was not
    /// finished is cut off; other damaged bytes stay where they are.
    ///
    /// # Errors
    /// [`LogError::Locked`] where another log is open on the file; [`LogError::OtherFeed`],
    /// [`LogError::Version`] and [`LogError::NotALog`] where it is not one of this feed, and nothing
    /// of it was changed; [`LogError::Full`] where there is no room for a new one; [`LogError::File`]
    /// where it cannot be used.
    pub fn open(
        path: &Path,
        feed: Feed,
        bound: NonZeroUsize,
    ) -> Result<(Self, Vec<Damage>), LogError> {
        let file = locked(path)?;
        compact::remove_rest(path);
        let mut store = Store::new(feed.id(), bound);
        let verifier = Verifier::new(feed);
        let (end, damages) = restore::restore(path, &file, &verifier, &mut store)?;
        let log = Self {
            path: path.to_owned(),
            file,
            end,
            is_new: false,
            verifier,
            store,
        };
        Ok((log, damages))
    }

    /// The feed whose log the file is, as the file says; so that whoever has nothing but the file can open it.
    ///
    /// # Errors
    /// [`LogError::NotALog`], [`LogError::Version`] or [`LogError::File`].
    pub fn feed_of(path: &Path) -> Result<Feed, LogError> {
        let file = File::open(path).map_err(LogError::file(path, "opened"))?;
        let beginning = restore::beginning(&file).map_err(LogError::file(path, "read"))?;
        match format::read_header(&beginning) {
            Header::Of(feed) => Ok(*feed),
            Header::Version(version) => Err(LogError::version(path, version)),
            Header::Unreadable => Err(LogError::not_a_log(path)),
        }
    }

    /// Writes what is new of a batch, waits until the disk has it, and takes it into the store. Says of each
    /// message what the store says of it, in the order of the batch.
    ///
    /// The disk is waited for once a batch, so larger batches are faster.
    ///
    /// # Errors
    /// [`LogError::Full`] where there is no room, [`LogError::File`] where the disk fails. Nothing of the
    /// batch is in the log then, and it can be appended again.
    pub fn append(&mut self, batch: Vec<Signed>) -> Result<Vec<Arrival>, LogError> {
        let mut new: Vec<&Signed> = batch
            .iter()
            .filter(|message| self.store.takes(message))
            .collect();
        new.sort_by_key(|message| (key(message), message.bytes()));
        new.dedup_by_key(|message| key(message));

        let mut records = Vec::new();
        for message in new {
            format::push_record(message.bytes(), &mut records);
        }
        self.write(&records)?;
        Ok(batch
            .into_iter()
            .map(|message| self.store.insert(message))
            .collect())
    }

    /// Drops for good the messages of places before `place`, in the file and in memory, and takes none of them
    /// again, so that a backfill does not bring them back. The newest message stays, whatever the place is.
    ///
    /// The file is written anew, with every message that stays verified once more; for that the disk has to have room
    /// for them a second time. Bytes that are damaged are gone then, too.
    ///
    /// # Errors
    /// [`LogError::Full`] or [`LogError::File`]. The log is as it was before, unless it is said that the name could not
    /// be written: then the messages are dropped, and nothing is appended as long as that is so.
    pub fn drop_before(&mut self, place: Place) -> Result<Dropped, LogError> {
        let floor = self.store.floor_for(place);
        if floor <= self.store.floor() {
            return Ok(Dropped::default());
        }
        let compacted = compact::compact(&self.path, &self.file, self.end, &self.verifier, floor)?;
        self.file = compacted.file;
        self.end = compacted.end;
        self.is_new = true;
        self.store.drop_before(floor);
        self.settle()?;
        Ok(compacted.dropped)
    }

    /// What is in memory.
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// Opens the messages that are to be appended.
    #[must_use]
    pub const fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// Where this fails, the file ends where it ended before. If not even that can be had, the next batch is
    /// written over what is left there.
    fn write(&mut self, records: &[u8]) -> Result<(), LogError> {
        if records.is_empty() {
            return Ok(());
        }
        self.settle()?;
        if let Err(error) = write_at(&self.file, self.end, records) {
            drop(self.file.set_len(self.end));
            return Err(LogError::unwritten(&self.path, error));
        }
        self.end += records.len() as u64;
        Ok(())
    }

    /// Sees to it that the name of the log is that of its file, also after the machine stopped.
    fn settle(&mut self) -> Result<(), LogError> {
        if self.is_new {
            sync_name(&self.path).map_err(LogError::file(&self.path, "given its name for good"))?;
            self.is_new = false;
        }
        Ok(())
    }
}

/// What was dropped out of a log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Messages.
    pub messages: u64,
    /// Bytes that the file is shorter.
    pub bytes: u64,
}

/// Something that the disk has lost, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// The log does not end with a whole record: a write was not finished. The rest was cut off.
    #[error(
        "{bytes} bytes at offset {offset} were the rest of an unfinished write, and were cut off"
    )]
    Torn {
        /// Where it began, in bytes from the beginning of the file.
        offset: u64,
        /// How many bytes it had.
        bytes: u64,
    },
    /// Bytes that are no record, before others that are.
    #[error("{bytes} bytes at offset {offset} are damaged; what comes after them was saved")]
    Unreadable {
        /// Where they begin, in bytes from the beginning of the file.
        offset: u64,
        /// How many they are.
        bytes: u64,
    },
    /// A record that is as it was written, and whose message the feed did not sign.
    #[error("the record at offset {offset} is no message of the feed: {reason}")]
    Refused {
        /// Where it begins, in bytes from the beginning of the file.
        offset: u64,
        /// The rule that the message breaks.
        reason: OpenError,
    },
}

impl Damage {
    /// Where it begins, in bytes from the beginning of the file.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        match self {
            Self::Torn { offset, .. }
            | Self::Unreadable { offset, .. }
            | Self::Refused { offset, .. } => *offset,
        }
    }
}

/// The file of that name, made if it is not there, and locked.
fn locked(path: &Path) -> Result<File, LogError> {
    loop {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(LogError::file(path, "opened"))?;
        lock(path, &file)?;
        // Another program may have compacted the log before the lock was had; then this is the file before it.
        if is_named(path, &file).map_err(LogError::file(path, "looked at"))? {
            return Ok(file);
        }
    }
}

fn lock(path: &Path, file: &File) -> Result<(), LogError> {
    file.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => LogError::Locked {
            path: path.to_owned(),
        },
        TryLockError::Error(source) => LogError::file(path, "locked")(source),
    })
}

/// Whether the name is that of this file.
fn is_named(path: &Path, file: &File) -> io::Result<bool> {
    Ok(Handle::from_file(file.try_clone()?)? == Handle::from_path(path)?)
}

/// Waits until the folder on disk has the name of the file.
fn sync_name(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = path.canonicalize()?.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Writes, and waits until the disk has it.
fn write_at(mut file: &File, offset: u64, bytes: &[u8]) -> io::Result<()> {
    file.seek(SeekFrom::Start(offset))?;
    file.write_all(bytes)?;
    file.sync_data()
}
