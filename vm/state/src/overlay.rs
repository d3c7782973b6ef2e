//! Changes on top of a state, with checkpoints, and the record of what was touched.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::{fmt, mem};

use twinroot_abi::Hash;

use crate::node::Missing;

/// A state that can be read.
pub trait Read: Send + Sync + 'static {
    /// The value under `key`, if there is one.
    ///
    /// # Errors
    /// [`Missing`] where a witness shows neither a value nor its absence.
    fn read(&self, key: &Hash) -> Result<Option<Arc<[u8]>>, Missing>;
}

/// New values by key; `None` removes.
pub type Changes = BTreeMap<Hash, Option<Arc<[u8]>>>;

/// Which leaves a witness must show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// Leaves whose value was looked at.
    pub read: BTreeSet<Hash>,
    /// Leaves that were set or removed.
    pub written: BTreeSet<Hash>,
}

/// Changes on top of `base` that may still be taken back.
pub struct Overlay {
    base: Arc<dyn Read>,
    changes: Changes,
    /// What to put back, from the first checkpoint on.
    journal: Option<Vec<Undo>>,
    touched: BTreeSet<Hash>,
    read: BTreeSet<Hash>,
}

/// A place in the history of an overlay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkpoint(usize);

/// What a key held in `changes` before it was set.
struct Undo {
    key: Hash,
    before: Option<Option<Arc<[u8]>>>,
}

impl Overlay {
    /// An overlay that changes nothing yet.
    #[must_use]
    pub fn new(base: impl Read) -> Self {
        Self {
            base: Arc::new(base),
            changes: Changes::new(),
            journal: None,
            touched: BTreeSet::new(),
            read: BTreeSet::new(),
        }
    }

    /// All of it. What is left here is as if nothing had been looked at or changed.
    #[must_use]
    pub fn take(&mut self) -> Self {
        let base = Arc::clone(&self.base);
        let empty = Self {
            base,
            changes: Changes::new(),
            journal: None,
            touched: BTreeSet::new(),
            read: BTreeSet::new(),
        };
        mem::replace(self, empty)
    }

    /// The value under `key`, as changed so far.
    ///
    /// # Errors
    /// [`Missing`] where the base cannot tell.
    pub fn get(&mut self, key: &Hash) -> Result<Option<Arc<[u8]>>, Missing> {
        self.touched.insert(*key);
        if let Some(value) = self.changes.get(key) {
            return Ok(value.clone());
        }
        self.read.insert(*key);
        self.base.read(key)
    }

    /// Sets the value under `key`.
    pub fn put(&mut self, key: Hash, value: impl Into<Arc<[u8]>>) {
        self.change(key, Some(value.into()));
    }

    /// Removes the value under `key`, if there is one.
    pub fn remove(&mut self, key: Hash) {
        self.change(key, None);
    }

    /// How many different leaves were touched, reverted changes included.
    #[must_use]
    pub fn touched(&self) -> usize {
        self.touched.len()
    }

    /// The present place, to come back to.
    pub fn checkpoint(&mut self) -> Checkpoint {
        Checkpoint(self.journal.get_or_insert_default().len())
    }

    /// Takes back every change since `checkpoint`. What was read stays read.
    pub fn revert(&mut self, checkpoint: Checkpoint) {
        let undone = self
            .journal
            .as_mut()
            .map(|journal| journal.split_off(checkpoint.0.min(journal.len())));
        for undo in undone.into_iter().flatten().rev() {
            match undo.before {
                Some(value) => self.changes.insert(undo.key, value),
                None => self.changes.remove(&undo.key),
            };
        }
    }

    /// The changes that stand, and what a witness of them must show.
    #[must_use]
    pub fn finish(self) -> (Changes, Touched) {
        let written = self.changes.keys().copied().collect();
        (
            self.changes,
            Touched {
                read: self.read,
                written,
            },
        )
    }

    fn change(&mut self, key: Hash, value: Option<Arc<[u8]>>) {
        self.touched.insert(key);
        let before = self.changes.insert(key, value);
        if let Some(journal) = &mut self.journal {
            journal.push(Undo { key, before });
        }
    }
}

impl fmt::Debug for Overlay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Overlay")
            .field("changes", &self.changes.len())
            .field("touched", &self.touched.len())
            .finish()
    }
}
