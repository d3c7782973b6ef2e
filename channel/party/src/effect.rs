//! What a party wants done.

use serde::{Deserialize, Serialize};
use twinroot_abi::{Hash, Round};
use twinroot_exec::Receipt;
use twinroot_rules::Refused;
use twinroot_types::Tag;
use twinroot_wire::{Action, CoSigned, Commitment, Message, MutualClose, Proposal, Reason};

use crate::Agreed;

/// Something that the driver must do, in order.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Write it down so that it survives a crash. If that fails, nothing after it may be done.
    Persist(Record),
    /// Have it signed with the party's key and give [`crate::Input::Signed`].
    Sign(ToSign),
    /// Send it to the peer.
    Send(Message),
    /// Ask the user, then give [`crate::Input::Approve`] or [`crate::Input::Decline`] with the
    /// question's hash. A later question takes the place of an earlier one.
    Ask(Question),
    /// Post it to the ledger, in a transaction of the party's account.
    Post(Box<Action>),
    /// Tell the user.
    Report(Report),
}

/// What the user is asked.
#[derive(Clone, Debug)]
pub enum Question {
    /// The peer's step, which was checked: its result is as the peer says.
    Step {
        /// The step, signed by the peer.
        proposal: Box<Proposal>,
        /// What is left of its calls.
        receipts: Vec<Receipt>,
    },
    /// The end of the channel, at the newest state.
    Close(MutualClose),
}

impl Question {
    /// What an answer must name, so that it answers this question and no other.
    #[must_use]
    pub fn hash(&self) -> Hash {
        match self {
            Self::Step { proposal, .. } => proposal.commitment.hash(),
            Self::Close(close) => close.hash(),
        }
    }
}

/// What the user is told.
#[derive(Clone, Debug)]
pub enum Report {
    /// Both signed a new state.
    Agreed(Box<Agreed>),
    /// The peer did not sign what this party proposed. It stays half-signed: the peer may still
    /// sign it until both sign a higher round.
    PeerRefused {
        /// Which round.
        round: Round,
        /// Why.
        reason: Reason,
    },
    /// This party did not sign what the peer proposed.
    Refused {
        /// Which round.
        round: Round,
        /// Why.
        reason: Reason,
    },
    /// This party's own step does not work, so it was not proposed.
    Impossible(Refused),
    /// A step on the ledger was taken over.
    AdoptedForced(Box<Agreed>),
    /// What was being signed rests on a state that is the newest no more; the signature was not sent.
    Overtaken {
        /// Which round.
        round: Round,
    },
    /// The peer tries to close at an old state; the answer is on its way.
    StaleClose {
        /// The round of that state.
        round: Round,
    },
    /// The peer, or this party, asked the ledger to close the channel at the newest state.
    Closing {
        /// The round of that state.
        round: Round,
    },
    /// A step was forced on a state that is not this party's newest.
    ForcedElsewhere {
        /// The round of that state.
        round: Round,
    },
    /// The channel is closed.
    Closed,
}

/// What must survive a crash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Record {
    /// This party is about to sign a commitment; it must never sign another of that round.
    Signing(Commitment),
    /// This party is about to sign the end of the channel.
    SigningClose(MutualClose),
    /// Both have signed.
    CoSigned(CoSigned),
}

/// What the party's key is to sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ToSign {
    /// A commitment.
    Commitment(Commitment),
    /// The end of the channel.
    Close(MutualClose),
}

impl ToSign {
    /// The tag under which it is signed.
    #[must_use]
    pub const fn tag(&self) -> Tag {
        match self {
            Self::Commitment(_) => Tag::COMMITMENT,
            Self::Close(_) => Tag::CLOSE,
        }
    }

    /// The bytes that are signed.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Commitment(commitment) => commitment.signed_bytes(),
            Self::Close(close) => close.signed_bytes(),
        }
    }
}
