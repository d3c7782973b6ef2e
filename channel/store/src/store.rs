//! What all that use a store share.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use redb::{Database, TableDefinition};

use crate::head::Headed;
use crate::sealed::{self, Kind};

/// A store: cheap to clone, and all clones are the same one. Writes go one after the other; reads see the newest commit
/// and wait for none.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    /// Taken alone by a check of the file only; everybody else shares it.
    pub(crate) database: RwLock<Database>,
    pub(crate) head: Headed,
    /// What the newest commit left. Held while the next one is made.
    pub(crate) counts: Mutex<Counts>,
    /// Whether a write failed: no other may follow it.
    pub(crate) stopped: AtomicBool,
}

impl Store {
    pub(crate) fn new(database: Database, head: Headed, counts: Counts) -> Self {
        Self {
            inner: Arc::new(Inner {
                database: RwLock::new(database),
                head,
                counts: Mutex::new(counts),
                stopped: AtomicBool::new(false),
            }),
        }
    }

    /// The least number that the next entry may have: above all that were ever written, those of forgotten entries too.
    #[must_use]
    pub fn next(&self) -> u64 {
        self.inner
            .counts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .next
    }
}

impl Inner {
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }
}

/// What a commit says of itself and all before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// How many commits there were.
    pub(crate) commits: u64,
    /// The least number for the next entry.
    pub(crate) next: u64,
}

impl Counts {
    /// As they lie in [`META`], under [`COUNTS`].
    pub(crate) fn seal(self) -> Vec<u8> {
        let bytes = [self.commits.to_le_bytes(), self.next.to_le_bytes()].concat();
        sealed::seal(Kind::Meta, COUNTS.as_bytes(), &bytes)
    }

    /// What [`Counts::seal`] made, if it is as it was.
    pub(crate) fn open(value: &[u8]) -> Option<Self> {
        let bytes = sealed::open(Kind::Meta, COUNTS.as_bytes(), value)?;
        let (commits, next) = bytes.split_first_chunk()?;
        Some(Self {
            commits: u64::from_le_bytes(*commits),
            next: u64::from_le_bytes(next.try_into().ok()?),
        })
    }
}

/// An entry's name in its table: the stream, then the number with the high byte first, so that order is that of the log.
pub(crate) type EntryKey = [u8; 40];

/// The name of an entry.
pub(crate) fn entry_key(stream: &[u8; 32], number: u64) -> EntryKey {
    let mut key = [0; 40];
    key[..32].copy_from_slice(stream);
    key[32..].copy_from_slice(&number.to_be_bytes());
    key
}

/// What an entry's name says.
pub(crate) fn entry_place(key: &EntryKey) -> ([u8; 32], u64) {
    let (mut stream, mut number) = ([0; 32], [0; 8]);
    stream.copy_from_slice(&key[..32]);
    number.copy_from_slice(&key[32..]);
    (stream, u64::from_be_bytes(number))
}

pub(crate) const ENTRIES: TableDefinition<'_, &EntryKey, &[u8]> = TableDefinition::new("entries");
pub(crate) const BLOBS: TableDefinition<'_, &[u8; 32], &[u8]> = TableDefinition::new("blobs");
pub(crate) const APP: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("app");
pub(crate) const META: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("meta");
pub(crate) const COUNTS: &str = "counts";

/// Runs what calls redb. redb trusts the pages it reads while a store is open, and panics over some that the disk has
/// changed; that is the disk's fault and no reason for the program to end.
pub(crate) fn guarded<T>(run: impl FnOnce() -> T) -> Result<T, Tripped> {
    catch_unwind(AssertUnwindSafe(run)).map_err(|_| Tripped)
}

/// redb met what it cannot make sense of.
pub(crate) struct Tripped;

impl Tripped {
    pub(crate) const TEXT: &'static str = "a page makes no sense";
}
