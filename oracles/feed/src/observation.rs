//! One thing that a feed says: a reading or a claim (docs/spec/oracles.md, 2).

use serde::{Deserialize, Serialize};
use twinroot_abi::{FeedId, MessageId, Subject, TimeMs};

use crate::{Feed, OpenError};

/// What a feed signs. Each names the one before it, so a gap, a fork or a message left out shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// Who says it.
    pub feed: FeedId,
    /// Counts the times that the feed lost its counter; 0 at first.
    pub epoch: u32,
    /// Place in the epoch; 0 at first.
    pub seq: u64,
    /// When it was observed, by the feed's clock.
    pub t: TimeMs,
    /// `t` of the message before; the own `t` where `prev` is zero.
    pub prev_t: TimeMs,
    /// The message before; zero where there is none, where an epoch begins without a memory of it, and
    /// always where the feed is not chained.
    pub prev: MessageId,
    /// No flag has a meaning yet, so this is 0.
    pub flags: u8,
    /// What is said.
    pub value: Value,
}

/// What is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Value {
    /// A reading: an integer at the scale of the descriptor.
    Fixed(i64),
    /// A claim about one thing.
    Claim {
        /// What it is about: the hash of an order, its nonce included.
        subject: Subject,
        /// What is claimed; the parties agree on the meaning of the numbers.
        code: u16,
    },
}

impl Observation {
    /// Epoch and seq: where it stands among the messages of its feed.
    pub(crate) const fn place(&self) -> (u32, u64) {
        (self.epoch, self.seq)
    }

    /// The rules that an observation can break by itself (docs/spec/oracles.md, 2.2).
    pub(crate) fn check(&self, feed: &Feed) -> Result<(), OpenError> {
        if self.feed != feed.id() {
            return Err(OpenError::WrongFeed);
        }
        if self.flags != 0 {
            return Err(OpenError::Flags);
        }
        if self.prev_t > self.t {
            return Err(OpenError::TimeFalls);
        }
        if !self.link_fits(feed.is_chained()) {
            return Err(OpenError::Link);
        }
        if feed.slot(self.t).is_some_and(|slot| slot != self.seq) {
            return Err(OpenError::Place);
        }
        if !feed.is_valid_at(self.t) {
            return Err(OpenError::OutsideValidity);
        }
        Ok(())
    }

    /// Whether its feed said nothing from `start` until this, as the feed itself has signed it. A feed that
    /// begins another epoch has lost its counter, and with it the certainty of what it said last; of one
    /// that counts in slots the first slot counts; any other feed does not say.
    pub(crate) fn is_first_since(&self, start: TimeMs, feed: &Feed) -> bool {
        match feed.slot_from(start) {
            Some(slot) => self.seq == slot,
            None if !feed.is_chained() => false,
            None if self.seq == 0 => self.epoch == 0,
            None => self.prev_t < start,
        }
    }

    fn link_fits(&self, is_chained: bool) -> bool {
        let starts_epoch = self.seq == 0;
        if !is_chained {
            self.epoch == 0 && self.prev == NO_MESSAGE && self.prev_t == self.t
        } else if self.prev == NO_MESSAGE {
            starts_epoch && self.prev_t == self.t
        } else {
            !(starts_epoch && self.epoch == 0)
        }
    }
}

/// What `prev` says where there is no message before.
pub(crate) const NO_MESSAGE: MessageId = MessageId([0; 32]);
