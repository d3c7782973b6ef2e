//! The first block of the file: what it is, and how many commits it has had. redb has the rest.
//!
//! ```text
//! +------------------+---------+---------+----- 512 -----+---------+----- 4096 -----
//! | "twinroot.store\n\0" | version | XXH3-64 | .. | commits | XXH3-64 | .. | redb
//! | 16 bytes         | u32     | u64     |               | u64     | u64     |
//! +------------------+---------+---------+---------------+---------+----------------
//! ```
//!
//! Numbers are little-endian; each sum is over what comes before it in its part.
//!
//! The count of commits is why the block is here. redb asks the disk once for a commit (one fsync), so after a crash it takes a
//! newest commit that does not verify for one that was not finished, and goes back to the one before. It cannot tell that from
//! a finished commit which the disk damaged later, and would silently forget what was already promised to a peer. The count is
//! written after each commit, without waiting for the disk. It never runs ahead of the commits, and it is behind by one at most
//! after a power cut; so where it is ahead, something was lost ([`crate::OpenError::Lost`]).

use std::fmt;
use std::io;
use std::ops::Bound;
use std::sync::Arc;

use redb::{BackendError, StorageBackend};
use twox_hash::XxHash3_64;

/// The format that this program writes.
pub(crate) const VERSION: u32 = 1;

/// What stands in the first part of the block.
pub(crate) enum Format {
    /// A store of this format.
    Version(u32),
    /// It begins as a store does, but the disk has changed the rest.
    Damaged,
    /// Something else.
    Foreign,
}

/// A file, or what stands for one, behind its first block.
#[derive(Clone)]
pub(crate) struct Headed(Arc<dyn StorageBackend>);

impl Headed {
    /// What lies behind the first block of `whole`.
    pub(crate) fn new(whole: impl StorageBackend) -> Self {
        Self(Arc::new(whole))
    }

    /// Makes the first block of a new store.
    pub(crate) fn create(&self) -> io::Result<()> {
        self.0.set_len(BLOCK_BYTES)?;
        let mut format = [MAGIC.as_slice(), &VERSION.to_le_bytes()].concat();
        format.extend_from_slice(&XxHash3_64::oneshot(&format).to_le_bytes());
        self.0.write(0, &format)?;
        self.write_commits(0)
    }

    /// What the first part of the block says.
    pub(crate) fn format(&self) -> io::Result<Format> {
        let mut bytes = [0; FORMAT_BYTES];
        if self.0.len()? < BLOCK_BYTES {
            return Ok(Format::Foreign);
        }
        self.0.read(0, &mut bytes)?;
        let Some((content, sum)) = bytes.split_last_chunk() else {
            return Ok(Format::Foreign);
        };
        let Some(version) = content.strip_prefix(MAGIC).and_then(<[u8]>::first_chunk) else {
            return Ok(Format::Foreign);
        };
        if XxHash3_64::oneshot(content).to_le_bytes() != *sum {
            return Ok(Format::Damaged);
        }
        Ok(Format::Version(u32::from_le_bytes(*version)))
    }

    /// How many commits there were, or one less; `None` where the disk has damaged the count, which a power cut can do as well.
    pub(crate) fn commits(&self) -> io::Result<Option<u64>> {
        let mut bytes = [0; COMMITS_BYTES];
        self.0.read(COMMITS_AT, &mut bytes)?;
        let (count, sum) = bytes.split_at(size_of::<u64>());
        let right = XxHash3_64::oneshot(count).to_le_bytes() == sum;
        Ok(count
            .first_chunk()
            .filter(|_| right)
            .map(|count| u64::from_le_bytes(*count)))
    }

    /// Writes the count. The disk is not waited for: the next commit takes it along.
    pub(crate) fn write_commits(&self, commits: u64) -> io::Result<()> {
        let count = commits.to_le_bytes();
        let sum = XxHash3_64::oneshot(&count).to_le_bytes();
        self.0.write(COMMITS_AT, &[count, sum].concat())
    }
}

impl StorageBackend for Headed {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.len()?.saturating_sub(BLOCK_BYTES))
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.0.read(behind(offset)?, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.0.set_len(behind(len)?)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.0.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.0.write(behind(offset)?, data)
    }

    fn close(&self) -> io::Result<()> {
        self.0.close()
    }

    // Locks are places above all bytes, or the whole: they stay where they are.

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.0.try_lock_range(start, end)
    }

    fn try_lock_shared_range(
        &self,
        start: Bound<u64>,
        end: Bound<u64>,
    ) -> Result<bool, BackendError> {
        self.0.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.0.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.0.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.0.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.0.query_lock_range(start, end)
    }
}

impl fmt::Debug for Headed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Headed").field(&self.0).finish()
    }
}

/// The place in the whole. Only a damaged file asks for one beyond all files.
fn behind(offset: u64) -> io::Result<u64> {
    offset
        .checked_add(BLOCK_BYTES)
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "an offset beyond all files"))
}

const MAGIC: &[u8; 16] = b"twinroot.store\n\0";
/// A page of redb, so that its pages stay where the disk's blocks are.
const BLOCK_BYTES: u64 = 4096;
const FORMAT_BYTES: usize = MAGIC.len() + size_of::<u32>() + size_of::<u64>();
/// In another sector than the format, which is never written again.
const COMMITS_AT: u64 = 512;
const COMMITS_BYTES: usize = 2 * size_of::<u64>();
