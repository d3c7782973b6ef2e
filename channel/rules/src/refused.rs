//! Why an update is not carried out.

use twinroot_abi::{CodeHash, Gas, Height, Side};
use twinroot_exec::{CoinsError, Halt, Receipt};
use twinroot_state::Missing;

/// An update that is not carried out, and what trying cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why not.
    pub reason: Refused,
    /// Gas of the calls up to there; a call that has no outcome counts with its limit.
    pub gas: Gas,
}

/// The rule that an update breaks; whoever proposed or posted it is at fault
/// (docs/spec/channel.md, 3.6).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// It is for another channel.
    #[error("the update is for another channel")]
    Channel,
    /// It changes another state.
    #[error("the update does not follow this state")]
    Base,
    /// A co-signed round must rise; a forced step keeps its base's.
    #[error("the update's round does not follow this state's")]
    Round,
    /// The pinned block lies before the one of the state.
    #[error("the pinned block lies before the one of the state that is changed")]
    Environment,
    /// More operations than an update may have, or a forced one without any.
    #[error("the update has {have} operations")]
    Operations {
        /// How many.
        have: usize,
    },
    /// A field of an operation is beyond its limit.
    #[error("operation {operation}: {what} is beyond its limit")]
    Limit {
        /// Which operation.
        operation: usize,
        /// Which field.
        what: &'static str,
    },
    /// The call names the entry that runs when a contract is created, and only then.
    #[error("operation {operation}: `init` runs when the contract is created and cannot be called")]
    Init {
        /// Which operation.
        operation: usize,
    },
    /// The bundles are not ascending by policy.
    #[error("operation {operation}: the facts are not in order")]
    FactOrder {
        /// Which operation.
        operation: usize,
    },
    /// The call did not use facts that it carries.
    #[error("operation {operation}: the call does not use the facts for policy {policy}")]
    SurplusFact {
        /// Which operation.
        operation: usize,
        /// For which policy they are.
        policy: u8,
    },
    /// A split above the whole.
    #[error("operation {operation}: the fallback is no split")]
    Fallback {
        /// Which operation.
        operation: usize,
    },
    /// A contract created by force leaves its coins to its creator and holds no close up.
    #[error(
        "operation {operation}: a contract created by force falls back to its creator and has no hold"
    )]
    ForcedCreation {
        /// Which operation.
        operation: usize,
    },
    /// A hold further away than a hold may be.
    #[error("operation {operation}: the hold {hold} is too far away")]
    Hold {
        /// Which operation.
        operation: usize,
        /// Until which height.
        hold: Height,
    },
    /// A deposit or a withdrawal that is not alone, or is forced.
    #[error(
        "operation {operation}: a deposit or a withdrawal is alone in its update, and both sign it"
    )]
    Funding {
        /// Which operation.
        operation: usize,
    },
    /// A hold is lowered by force, or not lowered at all.
    #[error("operation {operation}: a hold can only be lowered, and both sign it")]
    LowerHold {
        /// Which operation.
        operation: usize,
    },
    /// The code of a contract is not known here.
    #[error(
        "operation {operation}: the contract's code {code} is not known here; publish it first"
    )]
    CodeUnknown {
        /// Which operation.
        operation: usize,
        /// Which code.
        code: CodeHash,
    },
    /// Coins that are not there.
    #[error("operation {operation}: {error}")]
    Coins {
        /// Which operation.
        operation: usize,
        /// Why they do not move.
        error: CoinsError,
    },
    /// A call that did not succeed.
    #[error("operation {operation}: the call ended with {}", receipt.outcome)]
    Failed {
        /// Which operation.
        operation: usize,
        /// What is left of the call.
        receipt: Box<Receipt>,
    },
    /// A call that has no outcome.
    #[error("operation {operation}: {error}")]
    Halted {
        /// Which operation.
        operation: usize,
        /// Why not.
        error: Halt,
    },
    /// A forced update moves the other side's free coins.
    #[error("operation {operation}: a forced update may not take the {side}'s coins")]
    OthersCoins {
        /// Which operation.
        operation: usize,
        /// Whose coins.
        side: Side,
    },
    /// All calls together ask for more gas than an update may.
    #[error("the update asks for more gas than an update may")]
    Gas,
    /// The update is longer than an update may be.
    #[error("the update has {have} bytes")]
    Bytes {
        /// How many.
        have: usize,
    },
    /// The update touches more leaves than an update may.
    #[error("the update touches {have} leaves")]
    Leaves {
        /// How many.
        have: usize,
    },
    /// A node is not shown on which the new root depends.
    #[error(transparent)]
    Missing(Missing),
    /// The payouts would not be all of the coins; the state itself is broken.
    #[error("the payouts after the update are not all of the coins")]
    Payout,
    /// A number beyond any number.
    #[error("a sum does not fit")]
    Overflow,
}

impl Refused {
    /// The operation at fault, where it is one.
    #[must_use]
    pub const fn operation(&self) -> Option<usize> {
        match self {
            Self::Limit { operation, .. }
            | Self::Init { operation }
            | Self::FactOrder { operation }
            | Self::SurplusFact { operation, .. }
            | Self::Fallback { operation }
            | Self::ForcedCreation { operation }
            | Self::Hold { operation, .. }
            | Self::Funding { operation }
            | Self::LowerHold { operation }
            | Self::CodeUnknown { operation, .. }
            | Self::Coins { operation, .. }
            | Self::Failed { operation, .. }
            | Self::Halted { operation, .. }
            | Self::OthersCoins { operation, .. } => Some(*operation),
            Self::Channel
            | Self::Base
            | Self::Round
            | Self::Environment
            | Self::Operations { .. }
            | Self::Gas
            | Self::Bytes { .. }
            | Self::Leaves { .. }
            | Self::Missing(_)
            | Self::Payout
            | Self::Overflow => None,
        }
    }

    /// Whether it is this machine that failed, which says nothing of the update.
    #[must_use]
    pub const fn is_machine(&self) -> bool {
        matches!(
            self,
            Self::Halted {
                error: Halt::Machine(_),
                ..
            }
        )
    }
}
