//! What parties say to each other.

use serde::{Deserialize, Serialize};
use twinroot_abi::Round;
use twinroot_types::{DecodeError, Limits, Signature, decode, encode};

use crate::{Commitment, MutualClose, Update};

/// A message from one party to the other (docs/spec/channel.md, 5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Message {
    /// "Let us do this; here is my signature of what comes out."
    Propose(Box<Proposal>),
    /// "It comes out so for me too; here is my signature."
    Accept {
        /// Which round.
        round: Round,
        /// The acceptor's signature of the commitment.
        signature: Signature,
    },
    /// "I will not sign this."
    Refuse {
        /// Which round.
        round: Round,
        /// Why not.
        reason: Reason,
    },
    /// "Let us end it here; here is my signature of the close."
    ProposeClose {
        /// The end.
        close: MutualClose,
        /// The proposer's signature of it.
        signature: Signature,
    },
    /// "Yes, let us; here is mine."
    AcceptClose {
        /// The acceptor's signature of the close.
        signature: Signature,
    },
}

/// A step that one party has signed already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// What to do.
    pub update: Update,
    /// What comes out.
    pub commitment: Commitment,
    /// The proposer's signature of it.
    pub signature: Signature,
}

/// Why a party does not sign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reason {
    /// Its user does not want it.
    Declined,
    /// It does not follow the newest state that the party knows, or its round is taken.
    OutOfOrder,
    /// Its pinned block is too old, too new or not of the ledger.
    Environment,
    /// The rules refuse it.
    Rules(String),
    /// It comes out differently here.
    Mismatch,
    /// The signature is not the proposer's.
    Signature,
}

impl Message {
    /// The bytes to send.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        encode(self)
    }

    /// The message in received bytes.
    ///
    /// # Errors
    /// [`DecodeError`]; the peer is at fault.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        decode(bytes, Limits::V1.transaction_bytes)
    }
}
