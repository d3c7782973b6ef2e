//! What parties say to each other.

use serde::{Deserialize, Serialize};
use twinroot_abi::{ChannelId, CodeHash, Hash, Round};
use twinroot_types::{DecodeError, Limits, Signature, at_most, decode, encode};

use crate::{CoSigned, Commitment, MutualClose, Parameters, Update};

/// Bytes of a note (docs/spec/channel.md, 5.11).
pub const NOTE_BYTES: usize = 64 * 1024;
/// Leaves in one message (docs/spec/channel.md, 5.10).
pub const LEAVES: usize = 256;

/// A message from one party to the other (docs/spec/channel.md, 5.6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Message {
    /// "Let us do this; here is my signature of what comes out."
    Propose(Box<Proposal>),
    /// "It comes out so for me too; here is my signature."
    Accept {
        /// Which round.
        round: Round,
        /// The acceptor's signature of the commitment, or of the funding.
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
    /// "I will not sign that end."
    RefuseClose {
        /// Its hash.
        close: Hash,
        /// Why not.
        reason: Reason,
    },
    /// "This is where I stand."
    Hello(Box<Hello>),
    /// "I lack the state of this round."
    Fetch {
        /// Which round.
        round: Round,
        /// The last key that is there already.
        after: Option<Hash>,
    },
    /// "Here is a part of it."
    Leaves {
        /// Which round.
        round: Round,
        /// Leaves, ascending by key.
        #[serde(deserialize_with = "at_most::<LEAVES, _, _>")]
        leaves: Vec<Leaf>,
        /// Whether these are the last.
        last: bool,
    },
    /// "I lack this contract's code."
    WantCode(CodeHash),
    /// "Here it is."
    Code(Package),
    /// Something that is no business of the channel, such as talk or a piece of a file.
    Note(Note),
    /// "All notes below this number have come."
    Heard(u64),
    /// "Let us open a channel; here is my signature of its terms."
    Offer {
        /// The terms.
        parameters: Parameters,
        /// The initiator's signature of them.
        signature: Signature,
    },
    /// "Yes, let us; here is mine."
    AcceptOffer {
        /// The channel.
        channel: ChannelId,
        /// The responder's signature of its terms.
        signature: Signature,
    },
    /// "I will not open it."
    RefuseOffer {
        /// The channel.
        channel: ChannelId,
        /// Why not.
        reason: Reason,
    },
    /// "I am going away for a while; the channel stays."
    Leave,
}

/// A step that one party has signed already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// What to do.
    pub update: Update,
    /// What comes out.
    pub commitment: Commitment,
    /// The proposer's signature of it; of a deposit or a withdrawal, of the funding.
    pub signature: Signature,
}

/// Where a party stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The newest state that it has both signatures of.
    pub newest: Option<CoSigned>,
    /// The highest round that it has seen a signature of.
    pub last_round: Round,
    /// The number of the next note that it waits for.
    pub heard: u64,
    /// The number of the first note that it would send: those below were heard, or are lost.
    pub notes_from: u64,
    /// Whether it wants to be told the same.
    pub answer: bool,
}

/// A leaf of a state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaf {
    /// Its key.
    pub key: Hash,
    /// Its value.
    #[serde(deserialize_with = "at_most::<{ Limits::V1.value_bytes }, _, _>")]
    pub value: Vec<u8>,
}

/// A contract's code, and what its author says of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// The module; who receives it passes it through the gate.
    #[serde(deserialize_with = "at_most::<{ Limits::V1.code_bytes }, _, _>")]
    pub wasm: Vec<u8>,
    /// Its description; shown to the user, never trusted.
    #[serde(deserialize_with = "at_most::<{ Limits::V1.code_bytes }, _, _>")]
    pub spec: Vec<u8>,
}

/// A note, one of a numbered row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Its number in the row of its sender, from 0.
    pub number: u64,
    /// What it says.
    #[serde(deserialize_with = "at_most::<NOTE_BYTES, _, _>")]
    pub bytes: Vec<u8>,
}

/// Why a party does not sign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reason {
    /// Its user does not want it.
    Declined,
    /// It does not follow the newest state that the party knows.
    OutOfOrder,
    /// Its pinned block is too old, too new or not of the ledger.
    Environment,
    /// The rules refuse it.
    Rules(String),
    /// It comes out differently here.
    Mismatch,
    /// The signature is not the proposer's.
    Signature,
    /// Its round is taken; it may come again above this one.
    Taken(Round),
    /// The party waits for something else first: a signature, a close, a deposit, a lost state.
    Busy,
    /// The terms are none that the party opens a channel on.
    Terms(String),
    /// The party could not afford to force its next step from there.
    Unaffordable,
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
