//! Readings of one feed, linked as the feed linked them.

use std::collections::BTreeMap;

use twinroot_abi::MessageId;

use crate::Signed;

/// Each names one before it, so even where a feed forked its chain they form trees, and what lies
/// behind a reading is one thing.
#[derive(Default)]
pub(super) struct Chain(BTreeMap<MessageId, Signed>);

impl Chain {
    /// Of one message with several signatures the lowest bytes count.
    pub(super) fn insert(&mut self, reading: Signed) {
        let lower = self
            .0
            .get(&reading.id())
            .is_some_and(|known| known.rank() <= reading.rank());
        if !lower {
            self.0.insert(reading.id(), reading);
        }
    }

    /// A reading comes later in this order than the one that it follows.
    pub(super) fn in_order(&self) -> Vec<&Signed> {
        let mut in_order: Vec<&Signed> = self.0.values().collect();
        in_order.sort_by_key(|reading| reading.rank());
        in_order
    }

    /// The reading that this one follows.
    pub(super) fn before(&self, reading: &Signed) -> Option<&Signed> {
        self.0
            .get(&reading.observation().prev)
            .filter(|before| reading.follows(before))
    }

    /// This reading, the one that it follows, and so on.
    pub(super) fn back_from<'a>(&'a self, last: &'a Signed) -> impl Iterator<Item = &'a Signed> {
        core::iter::successors(Some(last), |reading| self.before(reading))
    }
}

/// The messages of readings that were found from the last to the first.
pub(super) fn forwards<'a>(backwards: impl Iterator<Item = &'a Signed>) -> Vec<Vec<u8>> {
    let mut messages: Vec<_> = backwards.map(|reading| reading.bytes().to_vec()).collect();
    messages.reverse();
    messages
}
