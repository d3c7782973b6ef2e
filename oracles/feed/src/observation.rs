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
    /// The message before; zero where there is none or an epoch begins without a memory of it.
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
        if !self.link_fits() {
            return Err(OpenError::Link);
        }
        if !feed.is_valid_at(self.t) {
            return Err(OpenError::OutsideValidity);
        }
        Ok(())
    }

    /// Whether its feed said nothing from `start` until this, as the feed itself has signed it. A feed that
    /// begins another epoch has lost its counter, and with it the certainty of what it said last.
    pub(crate) fn is_first_since(&self, start: TimeMs) -> bool {
        if self.seq == 0 {
            self.epoch == 0
        } else {
            self.prev_t < start
        }
    }

    /// How long its feed had said nothing, in ms. A checked observation is not older than the one before.
    pub(crate) const fn silence_before(&self) -> u64 {
        self.t.0.saturating_sub(self.prev_t.0)
    }

    fn link_fits(&self) -> bool {
        let starts_epoch = self.seq == 0;
        if self.prev == NO_MESSAGE {
            starts_epoch && self.prev_t == self.t
        } else {
            !(starts_epoch && self.epoch == 0)
        }
    }
}

/// What `prev` says where there is no message before.
pub(crate) const NO_MESSAGE: MessageId = MessageId([0; 32]);
