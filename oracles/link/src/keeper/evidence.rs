//! Where a keeper keeps what it is given.

use std::num::NonZeroUsize;

use twinroot_feed::{Feed, Signed};

use crate::{Arrival, Log, LogError, Store, Verifier};

/// The evidence of one feed, on disk or only in memory.
#[derive(Debug)]
pub enum Evidence {
    /// It survives the program.
    Log(Box<Log>),
    /// It is gone with the program: for whoever only listens.
    Memory {
        /// What is kept.
        store: Store,
        /// Opens what comes in.
        verifier: Verifier,
    },
}

impl Evidence {
    /// Evidence of `feed` that is gone with the program, of at most `bound` messages.
    #[must_use]
    pub const fn memory(feed: Feed, bound: NonZeroUsize) -> Self {
        Self::Memory {
            store: Store::new(feed.id(), bound),
            verifier: Verifier::new(feed),
        }
    }

    pub(super) const fn store(&self) -> &Store {
        match self {
            Self::Log(log) => log.store(),
            Self::Memory { store, .. } => store,
        }
    }

    pub(super) const fn verifier(&self) -> &Verifier {
        match self {
            Self::Log(log) => log.verifier(),
            Self::Memory { verifier, .. } => verifier,
        }
    }

    pub(super) fn append(&mut self, batch: Vec<Signed>) -> Result<Vec<Arrival>, LogError> {
        match self {
            Self::Log(log) => log.append(batch),
            Self::Memory { store, .. } => {
                Ok(batch.into_iter().map(|one| store.insert(one)).collect())
            }
        }
    }
}

impl From<Log> for Evidence {
    fn from(log: Log) -> Self {
        Self::Log(Box::new(log))
    }
}
