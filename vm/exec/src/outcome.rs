//! How a call can end (docs/spec/vm.md, 2).

use core::fmt;

use serde::{Deserialize, Serialize};
use twinroot_abi::{ContractId, FEE_TABLE, Gas, Hash};

use crate::Header;

/// How a call ended. Anything but `Success` changes no state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// It returned. Gas: what it used.
    Success,
    /// The contract itself called it off, with its own code. Gas: what it had used by then.
    Revert(u32),
    /// It did something undefined: a memory fault, a division by zero, `unreachable`. Gas: the whole limit.
    Trap,
    /// It needed more gas than it had. Gas: the whole limit.
    OutOfGas,
    /// Its calls were nested too deeply. Gas: the whole limit.
    StackLimit,
    /// It asked the host for something that no call may have. Gas: the whole limit.
    HostError(HostError),
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Success => f.write_str("success"),
            Self::Revert(code) => write!(f, "revert {code}"),
            Self::Trap => f.write_str("trap"),
            Self::OutOfGas => f.write_str("out of gas"),
            Self::StackLimit => f.write_str("stack limit"),
            Self::HostError(error) => write!(f, "host error {}: {error}", *error as u16),
        }
    }
}

/// What no call may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[repr(u16)]
pub enum HostError {
    /// The contract has no entry of that name.
    #[error("no such entry")]
    NoSuchEntry = 1,
    /// A storage key longer than the limit, or empty.
    #[error("the storage key is empty or too long")]
    Key = 2,
    /// A stored value longer than the limit.
    #[error("the stored value is too long")]
    Value = 3,
    /// More leaves touched than an update may.
    #[error("the update touches too many leaves")]
    Leaves = 4,
    /// More returned than a call may.
    #[error("the call returns too much")]
    Return = 5,
    /// More events, or longer ones, than a call may have.
    #[error("the call emits too much")]
    Events = 6,
    /// The contract declares no policy of that number.
    #[error("no such policy")]
    Policy = 7,
    /// A payment to a side that does not exist, or of coins beyond any sum.
    #[error("the payment is impossible")]
    Payment = 8,
    /// Arguments or the name of an entry, longer than those of a call may be.
    #[error("what the other contract is called with is too long")]
    Arguments = 9,
    /// A contract is called that does not exist.
    #[error("no such contract")]
    NoSuchContract = 10,
    /// A contract is called that is being called already, or one call too many within others.
    #[error("the contract cannot be called from here")]
    Nesting = 11,
    /// It asked for the side that calls, and a contract does.
    #[error("no side calls, but a contract")]
    NoSide = 12,
}

/// Something that a contract tells to whoever reads the receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Which contract.
    pub contract: ContractId,
    /// What.
    pub bytes: Vec<u8>,
}

/// What is left of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// How it ended.
    pub outcome: Outcome,
    /// Gas that it is charged.
    pub gas: Gas,
    /// What it returned; empty unless it succeeded.
    pub returned: Vec<u8>,
    /// What it and the contracts that it called emitted, in order; empty unless it succeeded.
    pub events: Vec<Event>,
    /// Policies whose facts it had judged, ascending; empty unless it succeeded.
    pub judged: Vec<u8>,
    /// The contracts that were called on the way, as they were before, in the order of their first call;
    /// empty unless it succeeded.
    pub called: Vec<(ContractId, Header)>,
    /// The fee table that it was charged by (docs/spec/vm.md, 3.10).
    pub fees: Hash,
}

impl Receipt {
    /// What is left of a call that did not succeed.
    #[must_use]
    pub const fn failed(outcome: Outcome, gas: Gas) -> Self {
        Self {
            outcome,
            gas,
            returned: Vec::new(),
            events: Vec::new(),
            judged: Vec::new(),
            called: Vec::new(),
            fees: FEE_TABLE,
        }
    }
}
