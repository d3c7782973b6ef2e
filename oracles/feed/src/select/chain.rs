//! Readings of one feed, each behind the one that it follows.

use std::collections::BTreeMap;

use twinroot_abi::MessageId;

use crate::Signed;

/// Where a feed is chained, what lies behind a reading is one thing, even if the feed forked. Where it
/// is not, a feed that said two things in one place has several.
#[derive(Default)]
pub(super) struct Chain {
    readings: BTreeMap<MessageId, Signed>,
    /// The readings of each place.
    places: BTreeMap<(u32, u64), Vec<MessageId>>,
}

impl Chain {
    /// Of one message with several signatures the lowest bytes count.
    pub(super) fn insert(&mut self, reading: Signed) {
        let id = reading.id();
        match self.readings.get(&id) {
            Some(known) if known.rank() <= reading.rank() => return,
            Some(_) => {}
            None => self
                .places
                .entry(reading.observation().place())
                .or_default()
                .push(id),
        }
        self.readings.insert(id, reading);
    }

    /// A reading comes later in this order than those that it follows.
    pub(super) fn in_order(&self) -> Vec<&Signed> {
        let mut in_order: Vec<&Signed> = self.readings.values().collect();
        in_order.sort_by_key(|reading| reading.rank());
        in_order
    }

    /// The readings that this one follows.
    pub(super) fn before<'a>(&'a self, reading: &'a Signed) -> impl Iterator<Item = &'a Signed> {
        let (epoch, seq) = reading.observation().place();
        seq.checked_sub(1)
            .and_then(|seq| self.places.get(&(epoch, seq)))
            .into_iter()
            .flatten()
            .filter_map(|id| self.readings.get(id))
            .filter(|before| reading.follows(before))
    }
}

/// What was chosen to lie behind each reading, and what there is to say of the way that leads to it.
pub(super) struct Ways<'a, T>(BTreeMap<MessageId, (T, Option<&'a Signed>)>);

impl<'a, T: Copy> Ways<'a, T> {
    pub(super) const fn new() -> Self {
        Self(BTreeMap::new())
    }

    pub(super) fn insert(&mut self, reading: &Signed, way: T, before: Option<&'a Signed>) {
        self.0.insert(reading.id(), (way, before));
    }

    pub(super) fn to(&self, reading: &Signed) -> Option<T> {
        self.0.get(&reading.id()).map(|(way, _)| *way)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = T> {
        self.0.values().map(|(way, _)| *way)
    }

    /// This reading, the one that was chosen behind it, and so on.
    pub(super) fn back_from(&self, last: &'a Signed) -> impl Iterator<Item = &'a Signed> {
        core::iter::successors(Some(last), |reading| {
            self.0.get(&reading.id()).and_then(|(_, before)| *before)
        })
    }
}

/// The messages of readings that were found from the last to the first.
pub(super) fn forwards<'a>(backwards: impl Iterator<Item = &'a Signed>) -> Vec<Vec<u8>> {
    let mut messages: Vec<_> = backwards.map(|reading| reading.bytes().to_vec()).collect();
    messages.reverse();
    messages
}
