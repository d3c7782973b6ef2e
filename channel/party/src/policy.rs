//! What a party does by itself, as data.

use serde::{Deserialize, Serialize};
use twinroot_abi::{Amount, CodeHash, ContractId, Gas, Side};
use twinroot_rules::Fees;
use twinroot_types::Limits;
use twinroot_wire::{Commitment, Operation, Parameters};

use crate::held::Candidate;

/// What a party does without asking its user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Blocks after which a change on the ledger counts as final: deeper forks are not expected.
    pub depth: u64,
    /// Blocks after which something that was posted and is not there is posted again.
    pub repost: u64,
    /// Whether it settles a close by itself when its time is over.
    pub settle: bool,
    /// Which steps of the peer it signs without asking.
    pub sign: Vec<Rule>,
    /// What the next forced step may come to, and what to do where a state does not protect as much.
    pub guarantee: Guarantee,
    /// Terms that it is asked about at all.
    pub offers: Offers,
    /// Leaves that it takes from a peer when it lost its state: a bound on memory.
    pub leaves: usize,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            depth: 2,
            repost: 3,
            settle: true,
            sign: Vec::new(),
            guarantee: Guarantee::default(),
            offers: Offers::default(),
            leaves: 1 << 20,
        }
    }
}

/// "Sign by yourself if": all of it must hold (docs/spec/channel.md, 5.12).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Every operation of the step is one of these.
    pub only: Vec<Kind>,
    /// The party's payout falls by no more than this.
    pub loses: Amount,
    /// The step uses no more gas than this.
    pub gas: Gas,
    /// The hold does not rise.
    pub same_hold: bool,
}

/// A kind of operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// A transfer from this side.
    Transfer(Side),
    /// The creation of a contract of this code.
    Create(CodeHash),
    /// A call of this contract, at this entry if one is given.
    Call(ContractId, Option<String>),
    /// A hold is lowered.
    LowerHold,
}

impl Kind {
    fn is(&self, operation: &Operation) -> bool {
        match (self, operation) {
            (Self::Transfer(side), Operation::Transfer { from, .. }) => side == from,
            (Self::Create(hash), Operation::Create { code, .. }) => hash == code,
            (Self::Call(contract, entry), Operation::Call(call)) => {
                *contract == call.contract
                    && entry.as_ref().is_none_or(|entry| *entry == call.entry)
            }
            (Self::LowerHold, Operation::LowerHold { .. }) => true,
            _ => false,
        }
    }
}

/// How dear the next forced step may be, and what if a state is not worth it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guarantee {
    /// Bytes of the update that may have to be forced.
    pub update_bytes: usize,
    /// Bytes of its witness.
    pub witness_bytes: usize,
    /// Gas limit of its calls.
    pub gas: Gas,
    /// What to do where the state does not protect that much.
    pub otherwise: Otherwise,
}

/// What to do where forcing would cost more than it protects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Otherwise {
    /// Do not sign.
    Refuse,
    /// Sign, and tell the user.
    Warn,
    /// Sign.
    Ignore,
}

impl Default for Guarantee {
    /// A call with 4 KiB of arguments and facts, 16 KiB of witness (60 leaves of a state of a
    /// million) and a tenth of the gas that an update may have.
    fn default() -> Self {
        Self {
            update_bytes: 4 * 1024,
            witness_bytes: 16 * 1024,
            gas: Gas(Limits::V1.update_gas.0.div_euclid(10)),
            otherwise: Otherwise::Warn,
        }
    }
}

/// Envelope, tags and the co-signed base of a forced step, at most.
const AROUND: usize = 640;

impl Guarantee {
    /// What forcing the next step may cost, codes that must be published first included.
    #[must_use]
    pub fn worst_fee(&self, unpublished: impl Iterator<Item = usize>) -> Option<Amount> {
        let bytes = self
            .update_bytes
            .checked_add(self.witness_bytes)?
            .checked_add(AROUND)?;
        let step = Fees::V1
            .transaction(bytes)?
            .checked_add(Fees::V1.gas(self.gas))?;
        unpublished.into_iter().try_fold(step, |sum, code| {
            sum.checked_add(Fees::V1.transaction(code.checked_add(AROUND)?)?)
        })
    }
}

/// Which offers reach the user at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offers {
    /// The shortest time to answer, in blocks: the longest absence of this party
    /// (docs/spec/channel.md, 1.5).
    pub shortest_lock: u64,
    /// The longest.
    pub longest_lock: u64,
    /// The most that this party locks.
    pub stake: Amount,
    /// How far away the last height for opening may be, in blocks.
    pub window: u64,
}

impl Default for Offers {
    fn default() -> Self {
        Self {
            shortest_lock: 1,
            longest_lock: 100_000,
            stake: Amount(u64::MAX),
            window: 1_000,
        }
    }
}

impl Offers {
    /// What is wrong with terms that the peer offers at this height, if anything.
    #[must_use]
    pub fn fault(&self, terms: &Parameters, side: Side, height: u64) -> Option<&'static str> {
        let latest = height.saturating_add(self.window);
        if terms.deposits[side.index()] > self.stake {
            Some("the stake is too high")
        } else if terms.lock < self.shortest_lock {
            Some("the time to answer is too short")
        } else if terms.lock > self.longest_lock {
            Some("the time to answer is too long")
        } else if terms.expiry.0 < height || terms.expiry.0 > latest {
            Some("the last height for opening has passed or is too far away")
        } else {
            None
        }
    }
}

impl Policy {
    /// Whether a step of the peer, which was checked, is signed without asking.
    pub(crate) fn signs(&self, side: Side, base: &Commitment, candidate: &Candidate) -> bool {
        let next = &candidate.next.commitment;
        let [before, after] = [base, next].map(|state| state.payout[side.index()]);
        let operations = &candidate.update.operations;
        candidate.funding.is_none()
            && self.sign.iter().any(|rule| {
                operations
                    .iter()
                    .all(|operation| rule.only.iter().any(|kind| kind.is(operation)))
                    && before.0.saturating_sub(after.0) <= rule.loses.0
                    && candidate.gas <= rule.gas
                    && (!rule.same_hold || next.hold_until <= base.hold_until)
            })
    }
}
