//! Watches a feed for a contradiction (docs/spec/oracles.md, 8.7).

use core::num::NonZeroUsize;
use std::collections::{BTreeMap, BTreeSet};

use twinroot_abi::MessageId;

use super::{Conflict, Equivocation};
use crate::observation::NO_MESSAGE;
use crate::{Feed, Signed};

/// Holds each message of a feed against those before it, in whatever order they come.
///
/// It remembers the messages of the highest places, so many as it is allowed, and forgets the lowest
/// first. So a relay that repeats old messages cannot make it forget; only the feed can, by signing
/// higher ones. What it forgets is what stood in the forgotten places: a second message there, or one
/// that links to them wrongly, is no longer seen. Of a message above all others the time always is
/// held against the highest.
#[derive(Clone, Debug)]
pub struct EquivocationWatch {
    feed: Feed,
    memory: NonZeroUsize,
    /// By place; no two of them contradict each other.
    kept: BTreeMap<(u32, u64), Signed>,
    /// For each message, known or not, the places of those kept that state something of it.
    stating: BTreeMap<MessageId, BTreeSet<(u32, u64)>>,
}

impl EquivocationWatch {
    /// A watch over `feed` that remembers at most `memory` messages, each about 1 KB.
    #[must_use]
    pub const fn new(feed: Feed, memory: NonZeroUsize) -> Self {
        Self {
            feed,
            memory,
            kept: BTreeMap::new(),
            stating: BTreeMap::new(),
        }
    }

    /// Takes the next message, and gives the proof if it contradicts one that is remembered. Such a
    /// message is not remembered itself, so the same one gives the same proof again. One of another
    /// feed, and one that is known already, is passed over.
    pub fn push(&mut self, message: &Signed) -> Option<Equivocation> {
        if message.observation().feed != self.feed.id() {
            return None;
        }
        let against = self.contradicted(message).cloned();
        match against {
            Some(against) => Equivocation::new(&self.feed, message, &against),
            None => {
                self.remember(message);
                None
            }
        }
    }

    /// The message kept that this one contradicts most gravely; of several the lowest.
    fn contradicted(&self, message: &Signed) -> Option<&Signed> {
        self.near(message)
            .filter_map(|near| Some((Conflict::between(near, message)?, near)))
            .min_by_key(|(conflict, near)| (*conflict, near.rank()))
            .map(|(_, near)| near)
    }

    /// Those kept that it could contradict: its neighbours, and whatever speaks of a message that it
    /// speaks of. Since those kept agree with each other, their times rise with their places, so one
    /// that agrees with its neighbours in time agrees with all.
    fn near(&self, message: &Signed) -> impl Iterator<Item = &Signed> {
        let place = message.observation().place();
        let neighbours = [
            self.kept.range(..place).next_back(),
            self.kept.range(place..).next(),
        ];
        let speaking = stated(message)
            .filter_map(|id| self.stating.get(&id))
            .flatten()
            .filter_map(|place| self.kept.get(place));
        let neighbours = neighbours.into_iter().flatten().map(|(_, near)| near);
        neighbours.chain(speaking)
    }

    fn remember(&mut self, message: &Signed) {
        let place = message.observation().place();
        if self.kept.contains_key(&place) {
            return;
        }
        for id in stated(message) {
            self.stating.entry(id).or_default().insert(place);
        }
        self.kept.insert(place, message.clone());
        if self.kept.len() > self.memory.get() {
            self.forget_lowest();
        }
    }

    fn forget_lowest(&mut self) {
        let Some((place, message)) = self.kept.pop_first() else {
            return;
        };
        for id in stated(&message) {
            if let Some(places) = self.stating.get_mut(&id) {
                places.remove(&place);
                if places.is_empty() {
                    self.stating.remove(&id);
                }
            }
        }
    }
}

/// The messages that a message speaks of: itself, and the one before if it names one.
fn stated(message: &Signed) -> impl Iterator<Item = MessageId> {
    [message.id(), message.observation().prev]
        .into_iter()
        .filter(|id| *id != NO_MESSAGE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Descriptor, Envelope, Mode, Signer, open};
    use twinroot_abi::TimeMs;
    use twinroot_types::SecretKey;

    #[test]
    fn what_is_forgotten_takes_no_memory() {
        let secret = SecretKey::from_seed(&[1; 32]);
        let descriptor = Descriptor {
            key: secret.public(),
            envelope: Envelope::Native,
            mode: Mode::Counter,
            urn: "urn:dev:1".to_owned(),
            quantity: "temperature".to_owned(),
            unit: "Cel".to_owned(),
            scale: 0,
            period_ms: 0,
            valid_from: TimeMs(0),
            valid_to: TimeMs(99),
        };
        let mut signer = Signer::new(secret, descriptor).unwrap();
        let memory = NonZeroUsize::new(4).unwrap();
        let mut watch = EquivocationWatch::new(signer.feed().clone(), memory);
        for t in 0..99 {
            let bytes = signer.reading(TimeMs(t), 1).unwrap();
            let message = open(signer.feed(), &bytes).unwrap();
            assert_eq!(watch.push(&message), None);
        }
        assert_eq!(watch.kept.len(), 4);
        assert_eq!(watch.stating.len(), 5, "each of them, and the one before");
        assert_eq!(watch.stating.values().map(BTreeSet::len).sum::<usize>(), 8);
    }
}
