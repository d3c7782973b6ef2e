//! What is missing, as far as the messages that are here show it.
//!
//! `seq` shows that a place is empty, `prev` shows which message was there. Where a feed forked, a
//! place has a message and still the one that the next message names can be missing; and the end of
//! an epoch shows in nothing but the `prev` of the epoch after it.

use std::collections::BTreeSet;

use twinroot_abi::MessageId;

use super::{Place, Store};

/// Something that the feed has signed, or says so, and that is not here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gap {
    /// No message of these places is here, though one of a later place of the epoch is.
    Places {
        /// The epoch.
        epoch: u32,
        /// The first place without a message.
        first: u64,
        /// The last one.
        last: u64,
    },
    /// A message names one before it that is not here, and its place is not among the empty ones.
    Named {
        /// The place of the message that names it.
        place: Place,
        /// The message that names it.
        by: MessageId,
        /// The message that is missing.
        missing: MessageId,
    },
}

impl Gap {
    /// The places left out where a message of the place `after` is the next one known after `before`.
    pub(crate) const fn between(before: Option<Place>, after: Place) -> Option<Self> {
        let first = match before {
            Some(before) if before.epoch == after.epoch => before.seq.saturating_add(1),
            _ => 0,
        };
        if first >= after.seq {
            return None;
        }
        Some(Self::Places {
            epoch: after.epoch,
            first,
            last: after.seq.saturating_sub(1),
        })
    }
}

impl Store {
    /// What is missing, in the order of the places that show it.
    ///
    /// What the bound may have dropped is lag and no gap, except for a message that the first of a
    /// later epoch names: nothing says which place it has.
    #[must_use]
    pub fn gaps(&self) -> Vec<Gap> {
        let here: BTreeSet<MessageId> = self.messages.keys().map(|(_, id)| *id).collect();
        let mut places: Vec<Place> = self.messages.keys().map(|(place, _)| *place).collect();
        places.dedup();

        let mut gaps = Vec::new();
        let mut before = self.lag.map(|lag| lag.last);
        for place in places {
            if let Some(gap) = Gap::between(before, place) {
                gaps.push(gap);
            } else if !self.lags_before(place) {
                gaps.extend(self.named_at(place, &here));
            }
            before = Some(place);
        }
        gaps
    }

    /// Whether the message before that of this place may have been dropped: the one before it in its epoch or, at the
    /// floor, any.
    fn lags_before(&self, place: Place) -> bool {
        if place == self.floor {
            return true;
        }
        let before = place.seq.checked_sub(1).map(|seq| Place { seq, ..place });
        before.is_some_and(|before| self.lag.is_some_and(|lag| lag.last >= before))
    }

    fn named_at(&self, place: Place, here: &BTreeSet<MessageId>) -> impl Iterator<Item = Gap> {
        self.at(place)
            .map(|message| (message.id(), message.observation().prev))
            .filter(|(_, prev)| *prev != NO_MESSAGE && !here.contains(prev))
            .map(move |(by, missing)| Gap::Named { place, by, missing })
    }
}

/// What `prev` says where there is no message before (docs/spec/oracles.md, 2.2).
pub(crate) const NO_MESSAGE: MessageId = MessageId([0; 32]);
