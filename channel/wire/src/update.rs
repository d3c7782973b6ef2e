//! A step from one state to the next.

use serde::{Deserialize, Serialize};
use twinroot_abi::{Amount, ChannelId, CodeHash, Gas, Hash, Height, Round, Side};
use twinroot_exec::{Call, Env, Fallback};
use twinroot_types::{Limits, Tag, at_most, hash_of};

use crate::Direction;

/// What is to be done to a state (docs/spec/channel.md, 3.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    /// The channel.
    pub channel: ChannelId,
    /// Hash of the commitment that it changes.
    pub base: Hash,
    /// Round of the state it makes; a forced update keeps its base's.
    pub round: Round,
    /// Who asks for it; it is the caller of every call.
    pub proposer: Side,
    /// The pinned block (docs/spec/channel.md, 4.1).
    pub env: Env,
    /// What to do, in order; nothing at all only cancels what was proposed before.
    #[serde(deserialize_with = "at_most::<{ Limits::V1.operations }, _, _>")]
    pub operations: Vec<Operation>,
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operation {
    /// Free coins go from one side to the other.
    Transfer {
        /// Who pays.
        from: Side,
        /// How much.
        amount: Amount,
    },
    /// A contract comes to be, and its entry `init` is called.
    Create {
        /// Its code.
        code: CodeHash,
        /// Who gets its coins if the channel closes first.
        fallback: Fallback,
        /// No close pays out before this height while it holds coins.
        hold: Height,
        /// Arguments of `init`.
        args: Vec<u8>,
        /// Gas that `init` may use.
        gas: Gas,
    },
    /// A contract is called.
    Call(Call),
    /// Coins of a side's account are to come in; alone in its update.
    Deposit(Move),
    /// Free coins of a side are to go out to its account; alone in its update.
    Withdraw(Move),
    /// The channel is held no longer than until this height.
    LowerHold {
        /// Which height.
        until: Height,
    },
}

/// Coins that go into the channel or out of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// Whose coins.
    pub side: Side,
    /// How many.
    pub amount: Amount,
    /// Last height at which the ledger may move them.
    pub expiry: Height,
}

impl Update {
    /// Its name.
    #[must_use]
    pub fn hash(&self) -> Hash {
        Hash(hash_of(Tag::UPDATE, self))
    }

    /// The move of coins that it is about, if it is one; then that is its only operation.
    #[must_use]
    pub fn moves(&self) -> Option<(Direction, Move)> {
        self.operations
            .iter()
            .find_map(|operation| match operation {
                Operation::Deposit(coins) => Some((Direction::Deposit, *coins)),
                Operation::Withdraw(coins) => Some((Direction::Withdraw, *coins)),
                _ => None,
            })
    }

    /// Gas that all its calls together may use; `None` where no sum fits.
    #[must_use]
    pub fn gas(&self) -> Option<Gas> {
        self.operations
            .iter()
            .try_fold(Gas::ZERO, |sum, operation| sum.checked_add(operation.gas()))
    }
}

impl Operation {
    /// Gas that it may use.
    #[must_use]
    pub const fn gas(&self) -> Gas {
        match self {
            Self::Transfer { .. }
            | Self::Deposit(_)
            | Self::Withdraw(_)
            | Self::LowerHold { .. } => Gas::ZERO,
            Self::Create { gas, .. } => *gas,
            Self::Call(call) => call.gas,
        }
    }
}
