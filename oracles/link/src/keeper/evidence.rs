//! Where a keeper keeps what it is given.

use std::num::NonZeroUsize;

use twinroot_feed::{Feed, Signed};

use crate::{Arrival, Dropped, Log, LogError, Place, Store, Verifier};

/// The evidence of one feed: a [`Log`], which survives the program, or only in memory.
#[derive(Debug)]
pub struct Evidence(Kind);

#[derive(Debug)]
enum Kind {
    Log(Box<Log>),
    Memory(Box<(Verifier, Store)>),
}

impl Evidence {
    /// Evidence of `feed` that is gone with the program, of at most `bound` messages: for whoever only listens.
    #[must_use]
    pub fn memory(feed: Feed, bound: NonZeroUsize) -> Self {
        let store = Store::new(feed.id(), bound);
        Self(Kind::Memory(Box::new((Verifier::new(feed), store))))
    }

    pub(super) const fn store(&self) -> &Store {
        match &self.0 {
            Kind::Log(log) => log.store(),
            Kind::Memory(memory) => &memory.1,
        }
    }

    pub(super) const fn verifier(&self) -> &Verifier {
        match &self.0 {
            Kind::Log(log) => log.verifier(),
            Kind::Memory(memory) => &memory.0,
        }
    }

    pub(super) fn drop_before(&mut self, place: Place) -> Result<Dropped, LogError> {
        match &mut self.0 {
            Kind::Log(log) => log.drop_before(place),
            Kind::Memory(memory) => {
                let store = &mut memory.1;
                let before = store.len();
                store.drop_before(store.floor_for(place));
                Ok(Dropped {
                    messages: (before - store.len()) as u64,
                    bytes: 0,
                })
            }
        }
    }

    pub(super) fn append(&mut self, batch: Vec<Signed>) -> Result<Vec<Arrival>, LogError> {
        match &mut self.0 {
            Kind::Log(log) => log.append(batch),
            Kind::Memory(memory) => {
                let arrivals = batch.into_iter().map(|message| memory.1.insert(message));
                Ok(arrivals.collect())
            }
        }
    }
}

impl From<Log> for Evidence {
    fn from(log: Log) -> Self {
        Self(Kind::Log(Box::new(log)))
    }
}
