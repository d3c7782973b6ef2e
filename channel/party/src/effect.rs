//! What a party wants done.

use serde::{Deserialize, Serialize};
use twinroot_abi::{Amount, CodeHash, Hash, Height, Round};
use twinroot_exec::Receipt;
use twinroot_rules::Refused;
use twinroot_types::{Signature, Tag, at_most, hash};
use twinroot_wire::{
    Action, CoSigned, Commitment, Funding, Ground, Leaf, Message, MutualClose, Operation,
    Parameters, Proposal, Reason, SignedFunding, Standing, Update,
};

use crate::Agreed;

/// Something that the driver must do, in order.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Write it down so that it survives a crash. If that fails, nothing after it may be done, and
    /// the party is told [`crate::Input::WriteFailed`].
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
        /// What a close would pay this party, before and after.
        stake: [Amount; 2],
        /// Codes of the contracts that it creates; [`crate::Party::package`] shows them.
        creates: Vec<CodeHash>,
    },
    /// The end of the channel, at the newest state.
    Close(MutualClose),
    /// A new channel.
    Offer {
        /// Its terms.
        terms: Parameters,
        /// What this party locks.
        stake: Amount,
    },
}

impl Question {
    /// What an answer must name, so that it answers this question and no other.
    #[must_use]
    pub fn hash(&self) -> Hash {
        match self {
            Self::Step { proposal, .. } => proposal.commitment.hash(),
            Self::Close(close) => close.hash(),
            Self::Offer { terms, .. } => Hash(terms.channel().0),
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
        /// The step; none where it was a close.
        operations: Vec<Operation>,
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
    /// This party's own step does not work, so it was not proposed, or not forced.
    Impossible {
        /// The step.
        operations: Vec<Operation>,
        /// Whether the ledger alone was to carry it out.
        forced: bool,
        /// Why.
        why: Refused,
    },
    /// This party's own step was not proposed: its result would be [`Self::Unaffordable`], which the
    /// policy refuses.
    NotProposed(Vec<Operation>),
    /// Forcing the next step from a state may cost more than the party has there, or in its account.
    Unaffordable {
        /// What it may cost.
        fee: Amount,
        /// What a close there would pay.
        protects: Amount,
    },
    /// Both proposed at once; the peer's step goes first, and this party's own comes after it.
    Collided {
        /// The round of its own.
        round: Round,
    },
    /// A step on the ledger was taken over.
    AdoptedForced(Box<Agreed>),
    /// Steps that were forced are not on the ledger any more: a newer co-signed state beats them,
    /// or a fork lost them.
    Undone {
        /// Where the channel stood.
        from: Standing,
        /// Where it stands.
        to: Standing,
    },
    /// The step is not being forced any more: a newer state stands, or the ledger did not take it
    /// however often. Where the newer state does not do the same, it has to be forced again.
    NotForced(Vec<Operation>),
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
        /// From which height it can settle.
        settles: Height,
    },
    /// A step was forced on a state that is not this party's newest, which beats it.
    ForcedElsewhere {
        /// The round of that state.
        round: Round,
    },
    /// The ledger moved coins into the channel or out of it.
    Funded(Box<SignedFunding>),
    /// Coins that were to move did not, or not for good: the channel is as before.
    Unfunded,
    /// There is a newer state than this party has, which it signed once and lost.
    Behind {
        /// Its round.
        round: Round,
    },
    /// The state that was lost is there again.
    CaughtUp {
        /// Its round.
        round: Round,
    },
    /// The peer says something that is no business of the channel.
    Note(Vec<u8>),
    /// The peer has all notes below this number.
    NotesHeard(u64),
    /// The peer goes away for a while.
    PeerLeft,
    /// The peer has asked for the channel, or agreed to it: see the terms.
    Offered(Box<Parameters>),
    /// The peer does not open the channel.
    OfferRefused(Reason),
    /// The time for opening is over.
    OfferExpired,
    /// Something could not be written down: the party does nothing more until it is read again.
    Frozen,
    /// The channel is closed.
    Closed,
}

/// What must survive a crash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Record {
    /// This party is about to sign its own step; it must never sign another of that round.
    Proposing(Box<Update>, Box<Commitment>),
    /// This party is about to sign a step of the peer.
    Accepting(Box<Proposal>),
    /// Both have signed a step.
    CoSigned(Box<CoSigned>),
    /// This party is about to sign the end of the channel, or that of the peer.
    Closing(Box<MutualClose>, Option<Signature>),
    /// Both have signed a deposit or a withdrawal, and the ledger has carried it out.
    Funded(Box<SignedFunding>),
    /// A step on the ledger was taken over.
    Forced(Box<Update>),
    /// All notes of the peer below this number have come.
    Heard(u64),
    /// This party is about to sign the terms of the channel.
    Terms(Box<Parameters>),
    /// The records before this one were a copy of some age: this party signs nothing before it has
    /// heard of the peer. With the salt that it was restored with.
    Doubtful(u32),
    /// It has heard of the peer. Whatever was signed and lost lies at this round or below.
    Above(Round),
    /// Everything so far: no earlier record is needed.
    Checkpoint(Box<Checkpoint>),
    /// This party's notes may have any number below this one.
    Said(u64),
    /// So many forced steps stand, and these were carried out by force, are not there any more, and are to be forced again,
    /// in this order.
    Again(u32, Vec<Vec<Operation>>),
}

/// A party at a moment at which nothing is half done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// What both signed last; where it says terms, the state of round 0.
    pub ground: Ground,
    /// The newest co-signed state, if there is one.
    pub newest: Option<CoSigned>,
    /// All leaves of the ground's state.
    #[serde(deserialize_with = "at_most::<{ 1 << 24 }, _, _>")]
    pub leaves: Vec<Leaf>,
    /// The highest round seen.
    pub last_round: Round,
    /// The next note of the peer.
    pub heard: u64,
    /// This party's notes may have any number below this one.
    pub said: u64,
}

/// What the party's key is to sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ToSign {
    /// A commitment.
    Commitment(Box<Commitment>),
    /// A deposit or a withdrawal.
    Funding(Box<Funding>),
    /// The end of the channel.
    Close(MutualClose),
    /// The terms of a channel.
    Terms(Parameters),
}

impl ToSign {
    /// The tag under which it is signed.
    #[must_use]
    pub const fn tag(&self) -> Tag {
        match self {
            Self::Commitment(_) => Tag::COMMITMENT,
            Self::Funding(_) => Tag::FUNDING,
            Self::Close(_) => Tag::CLOSE,
            Self::Terms(_) => Tag::OPEN,
        }
    }

    /// The bytes that are signed.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Commitment(commitment) => commitment.signed_bytes(),
            Self::Funding(funding) => funding.signed_bytes(),
            Self::Close(close) => close.signed_bytes(),
            Self::Terms(terms) => terms.signed_bytes(),
        }
    }

    /// Its name.
    #[must_use]
    pub fn hash(&self) -> Hash {
        Hash(hash(self.tag(), &[&self.bytes()]))
    }
}
