//! What a party holds: states that were signed by both, by one, or by nobody yet.

use std::collections::{BTreeMap, VecDeque};

use twinroot_abi::{Gas, Hash, Height, Round, Side};
use twinroot_exec::Receipt;
use twinroot_rules::Position;
use twinroot_state::{Touched, Tree};
use twinroot_types::Signature;
use twinroot_wire::{
    Action, Commitment, Funding, Ground, Keys, MutualClose, Note, Operation, Proposal,
    SignatureError, Update,
};

use crate::effect::ToSign;
/// A state that both signed, and the proof of it.
#[derive(Clone, Debug)]
pub(crate) struct Base {
    pub(crate) position: Position<Tree>,
    pub(crate) ground: Ground,
    /// Of its commitment; every step is held against it.
    pub(crate) hash: Hash,
}

impl Base {
    pub(crate) fn new(position: Position<Tree>, ground: Ground) -> Self {
        let hash = position.commitment.hash();
        Self {
            position,
            ground,
            hash,
        }
    }
}

/// A forced step.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) update: Update,
    pub(crate) position: Position<Tree>,
    /// Of its commitment.
    pub(crate) hash: Hash,
}

/// A state that may become the newest one.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) next: Position<Tree>,
    pub(crate) update: Update,
    pub(crate) receipts: Vec<Receipt>,
    pub(crate) gas: Gas,
    pub(crate) touched: Touched,
    /// What is signed in the place of the commitment, where coins are moved.
    pub(crate) funding: Option<Funding>,
    /// Of what is signed.
    pub(crate) hash: Hash,
}

impl Candidate {
    pub(crate) const fn round(&self) -> Round {
        self.next.commitment.round
    }

    pub(crate) fn operations(&self) -> &[Operation] {
        &self.update.operations
    }

    pub(crate) fn is(&self, commitment: &Commitment) -> bool {
        self.next.commitment == *commitment
    }

    /// Of its commitment.
    pub(crate) fn state_hash(&self) -> Hash {
        match self.funding {
            None => self.hash,
            Some(_) => self.next.commitment.hash(),
        }
    }

    pub(crate) fn to_sign(&self) -> ToSign {
        match &self.funding {
            None => ToSign::Commitment(Box::new(self.next.commitment.clone())),
            Some(funding) => ToSign::Funding(Box::new(funding.clone())),
        }
    }

    /// Checks a side's signature of it.
    pub(crate) fn verify(
        &self,
        keys: &Keys,
        side: Side,
        by: &Signature,
    ) -> Result<(), SignatureError> {
        match &self.funding {
            None => keys.verify_commitment(side, &self.next.commitment, by),
            Some(funding) => keys.verify_funding_by(side, funding, by),
        }
    }
}

/// A proposal that this party is about to sign, or has signed.
#[derive(Clone, Debug)]
pub(crate) struct HalfSigned {
    pub(crate) candidate: Candidate,
    /// None as long as it was not signed in this life of the party.
    pub(crate) signature: Option<Signature>,
    /// Whether an earlier life may have sent it.
    pub(crate) maybe_sent: bool,
    /// Whether the peer or the user does not want it, so that it is not to be proposed again.
    pub(crate) dropped: bool,
}

/// What the user was asked.
#[derive(Clone, Debug)]
pub(crate) enum Asked {
    Step(Box<Candidate>, Box<Proposal>),
    /// A close and the peer's signature of it.
    Close(MutualClose, Signature),
}

/// A transaction that needs both signatures, and that this party has signed or is about to.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    pub(crate) what: Agreement,
    pub(crate) own: Option<Signature>,
    pub(crate) peers: Option<Signature>,
    /// Whether this party proposed it.
    pub(crate) mine: bool,
    /// Last height at which it, or another like it that was signed before, can be posted.
    pub(crate) until: Height,
}

impl Bound {
    /// The deposit or withdrawal of this round, if it is one.
    pub(crate) fn funds(&self, round: Round) -> Option<&Candidate> {
        match &self.what {
            Agreement::Fund(candidate) if candidate.round() == round => Some(candidate),
            Agreement::Fund(_) | Agreement::Close(_) => None,
        }
    }
}

/// What such a transaction is about.
#[derive(Clone, Debug)]
pub(crate) enum Agreement {
    Close(MutualClose),
    Fund(Box<Candidate>),
}

impl Agreement {
    pub(crate) fn to_sign(&self) -> ToSign {
        match self {
            Self::Close(close) => ToSign::Close(close.clone()),
            Self::Fund(candidate) => candidate.to_sign(),
        }
    }
}

/// A deposit or a withdrawal that the ledger carried out (docs/spec/channel.md, 6.5).
#[derive(Clone, Debug)]
pub(crate) struct Funded {
    pub(crate) candidate: Box<Candidate>,
    /// What both signed last before it.
    pub(crate) before: Base,
    pub(crate) at: Height,
}

/// A step that this party has posted.
#[derive(Clone, Debug)]
pub(crate) struct Forcing {
    pub(crate) update: Update,
    pub(crate) action: Box<Action>,
    pub(crate) posted: Height,
    pub(crate) tries: u8,
    /// Whether it was carried out before and lost: that it comes again is owed to its user.
    pub(crate) again: bool,
}

/// What is posted without being asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Duty {
    Slash,
    Settle,
    Agreement,
}

/// A state that both signed, but that is not here.
#[derive(Clone, Debug)]
pub(crate) struct Behind {
    pub(crate) ground: Ground,
    /// The height at which it was seen on the ledger.
    pub(crate) at: Height,
    pub(crate) leaves: BTreeMap<Hash, Vec<u8>>,
}

/// Both rows of notes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes {
    pub(crate) waiting: VecDeque<Note>,
    /// Number of the next one to be sent.
    pub(crate) next: u64,
    /// Numbers below this one may have been used, as the records say.
    pub(crate) set_apart: u64,
    /// Number of the next one of the peer.
    pub(crate) heard: u64,
}
