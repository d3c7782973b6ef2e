//! How batches get onto the disk.

use std::io;
use std::sync::{Arc, PoisonError};

use redb::{Durability, ReadableTable, Table, WriteTransaction};

use crate::sealed::{self, Kind};
use crate::store::{
    APP, BLOBS, COUNTS, Counts, ENTRIES, EntryKey, META, Tripped, entry_key, guarded,
};
use crate::{Batch, Store, WriteError};

impl Store {
    /// Writes all batches in one commit and waits until the disk has it: all of them, or nothing.
    ///
    /// The disk is asked once (one fsync), however many batches there are.
    ///
    /// # Errors
    /// [`WriteError::Number`] and [`WriteError::TooLong`] are the caller's fault and nothing happened. After any other error the batches may be
    /// on the disk or not, as a whole, and this store takes no further write: open it again to see.
    pub fn write(&self, batches: &[Batch]) -> Result<(), WriteError> {
        let mut counts = self
            .inner
            .counts
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if self.inner.is_stopped() {
            return Err(WriteError::Stopped);
        }
        if batches.iter().all(Batch::is_empty) {
            return Ok(());
        }
        let after = Counts {
            commits: counts.commits.saturating_add(1),
            next: next_after(batches, counts.next)?,
        };
        self.commit(&mut counts, batches, after)
            .inspect_err(|_| self.inner.stop())
    }

    /// Makes one commit, which leaves these counts.
    pub(crate) fn commit(
        &self,
        counts: &mut Counts,
        batches: &[Batch],
        after: Counts,
    ) -> Result<(), WriteError> {
        let database = self
            .inner
            .database
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        guarded(|| {
            let mut write = database.begin_write()?;
            write.set_durability(Durability::Immediate)?;
            fill(&write, batches, after)?;
            Ok::<_, redb::Error>(write.commit()?)
        })
        .map_err(|Tripped| WriteError::Damaged(Tripped::TEXT.to_owned()))?
        .map_err(failed)?;
        *counts = after;
        self.inner
            .head
            .write_commits(after.commits)
            .map_err(|error| failed(redb::Error::Io(error)))
    }
}

fn fill(write: &WriteTransaction, batches: &[Batch], after: Counts) -> Result<(), redb::Error> {
    let mut entries = write.open_table(ENTRIES)?;
    let mut blobs = write.open_table(BLOBS)?;
    let mut app = write.open_table(APP)?;
    for batch in batches {
        for entry in &batch.append {
            let key = entry_key(&entry.stream, entry.number);
            entries.insert(
                &key,
                sealed::seal(Kind::Entry, &key, &entry.bytes).as_slice(),
            )?;
        }
        for (name, bytes) in &batch.blobs {
            let value = sealed::seal(Kind::Blob, name, bytes);
            // Written again only where the disk has changed it.
            if blobs.get(name)?.is_none_or(|there| there.value() != value) {
                blobs.insert(name, value.as_slice())?;
            }
        }
        for (name, bytes) in &batch.app {
            match bytes {
                Some(bytes) => app.insert(
                    name.as_slice(),
                    sealed::seal(Kind::App, name, bytes).as_slice(),
                )?,
                None => app.remove(name.as_slice())?,
            };
        }
        for (stream, below) in &batch.forget {
            forget(&mut entries, stream, *below)?;
        }
    }
    write
        .open_table(META)?
        .insert(COUNTS, after.seal().as_slice())?;
    Ok(())
}

fn forget(
    entries: &mut Table<'_, &EntryKey, &[u8]>,
    stream: &[u8; 32],
    below: u64,
) -> Result<(), redb::Error> {
    let (first, end) = (entry_key(stream, 0), entry_key(stream, below));
    entries.retain_in::<&EntryKey, _>(&first..&end, |_, _| false)?;
    Ok(())
}

/// The least number for an entry after these batches.
fn next_after(batches: &[Batch], next: u64) -> Result<u64, WriteError> {
    let too_long = |bytes: &[u8]| match bytes.len() {
        bytes if bytes > PIECE_BYTES => Err(WriteError::TooLong {
            bytes,
            limit: PIECE_BYTES,
        }),
        _ => Ok(()),
    };
    let mut next = next;
    for batch in batches {
        for entry in &batch.append {
            if entry.number < next {
                return Err(WriteError::Number {
                    number: entry.number,
                    next,
                });
            }
            too_long(&entry.bytes)?;
            // The last number of all is not given away, so that there is always a next one.
            next = entry.number.checked_add(1).ok_or(WriteError::Number {
                number: entry.number,
                next,
            })?;
        }
        batch
            .blobs
            .iter()
            .try_for_each(|(_, bytes)| too_long(bytes))?;
        for (name, bytes) in &batch.app {
            too_long(name)?;
            bytes.as_deref().map_or(Ok(()), too_long)?;
        }
    }
    Ok(next)
}

fn failed(error: redb::Error) -> WriteError {
    match error {
        redb::Error::Io(error) if is_full(&error) => WriteError::Full,
        redb::Error::Io(error) => WriteError::Disk(Arc::new(error)),
        redb::Error::PreviousIo | redb::Error::DatabaseClosed | redb::Error::LockPoisoned(_) => {
            WriteError::Stopped
        }
        other => WriteError::Damaged(other.to_string()),
    }
}

/// Whether an error says that there is no room, on the disk or for its owner.
pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
    )
}

/// The longest entry, blob, record or name: far more than a node writes, far less than redb takes.
const PIECE_BYTES: usize = 64 << 20;
