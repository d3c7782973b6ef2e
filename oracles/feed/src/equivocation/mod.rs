//! Proof that a feed contradicted itself: its descriptor and two messages that no honest device
//! signs both (docs/spec/oracles.md, 8).
//!
//! ```text
//! proof = length | descriptor | length | message | length | message      the lower message first
//! ```
//!
//! The proof needs nobody's word: whoever has it can show it to anyone, the ledger included.

mod conflict;
mod watch;

use serde::{Deserialize, Serialize};
use twinroot_exec::Bundle;
use twinroot_types::{decode, encode};

use crate::descriptor::DESCRIPTOR_LIMIT;
use crate::message::MESSAGE_LIMIT;
use crate::{EquivocationError, Feed, FeedError, Signed, open};

pub use conflict::Conflict;
pub use watch::EquivocationWatch;

/// What is said to prove that a feed contradicted itself. Only [`verify`](Self::verify) tells whether it does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Equivocation {
    descriptor: Vec<u8>,
    messages: [Vec<u8>; 2],
}

impl Equivocation {
    /// The proof that two messages of `feed` make, if they contradict each other. Which comes first does not matter.
    #[must_use]
    pub fn new(feed: &Feed, one: &Signed, other: &Signed) -> Option<Self> {
        Conflict::between(one, other).filter(|_| one.observation().feed == feed.id())?;
        let (lower, higher) = if one.rank() < other.rank() {
            (one, other)
        } else {
            (other, one)
        };
        Some(Self {
            descriptor: feed.encode(),
            messages: [lower, higher].map(|message| message.bytes().to_vec()),
        })
    }

    /// The proof whose canonical bytes these are, not verified yet.
    ///
    /// # Errors
    /// [`EquivocationError`]: the first rule of docs/spec/oracles.md, 8.1, that they break.
    pub fn decode(bytes: &[u8]) -> Result<Self, EquivocationError> {
        Ok(decode(bytes, PROOF_LIMIT)?)
    }

    /// The canonical bytes of the proof.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        encode(self)
    }

    /// What the proof proves.
    ///
    /// # Errors
    /// [`FeedError`]: the first rule of docs/spec/oracles.md, 8.4, that it breaks.
    pub fn verify(&self) -> Result<Proven, FeedError> {
        let [lower, higher] = &self.messages;
        Proven::by(Feed::decode(&self.descriptor)?, lower, higher)
    }

    /// The proof as the facts for the policy of that number.
    pub(crate) fn bundle(self, policy: u8) -> Bundle {
        Bundle {
            policy,
            descriptors: vec![self.descriptor],
            messages: self.messages.to_vec(),
        }
    }
}

/// A feed that contradicted itself, as its own signatures show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    feed: Feed,
    conflict: Conflict,
    messages: [Signed; 2],
}

impl Proven {
    /// What two messages of `feed` prove, the lower one first.
    pub(crate) fn by(feed: Feed, lower: &[u8], higher: &[u8]) -> Result<Self, FeedError> {
        let lower = open(&feed, lower)?;
        let higher = open(&feed, higher)?;
        if lower.id() == higher.id() {
            return Err(EquivocationError::SameMessage.into());
        }
        if lower.rank() > higher.rank() {
            return Err(EquivocationError::Order.into());
        }
        let conflict = Conflict::between(&lower, &higher).ok_or(EquivocationError::NoConflict)?;
        Ok(Self {
            feed,
            conflict,
            messages: [lower, higher],
        })
    }

    /// Who contradicted itself.
    #[must_use]
    pub const fn feed(&self) -> &Feed {
        &self.feed
    }

    /// How.
    #[must_use]
    pub const fn conflict(&self) -> Conflict {
        self.conflict
    }

    /// The two messages, the lower first. Their ids name the fraud, whatever signatures the proof carries.
    #[must_use]
    pub const fn messages(&self) -> &[Signed; 2] {
        &self.messages
    }
}

/// Bytes of the longest proof: the descriptor, both messages, and two bytes for the length of each.
const PROOF_LIMIT: usize = 2 + DESCRIPTOR_LIMIT + 2 * (2 + MESSAGE_LIMIT);
