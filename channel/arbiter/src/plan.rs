//! What validation leaves to be done: everything that could be said against it has been said.

use twinroot_abi::{Amount, ChannelId, PublicKey, QueryId, Side};
use twinroot_exec::Code;
use twinroot_feed::{Answer, Asked};
use twinroot_rules::Position;
use twinroot_state::Partial;
use twinroot_wire::Force;

use crate::fund::FundPlan;
use crate::receipt::Repaid;
use crate::{Channel, Oracle};

/// A validated action.
pub(crate) enum Plan {
    /// Coins go from the sender to another account.
    Transfer { to: PublicKey, amount: Amount },
    /// Code becomes known.
    Publish(Code),
    /// The deposits leave their accounts and a channel is there.
    Open(Box<Channel>),
    /// Coins go into the channel or out of it.
    Fund(Box<FundPlan>),
    /// The channel is at a newer state.
    Snapshot(Box<Channel>),
    /// The channel is being closed.
    Close(Box<Channel>),
    /// The close of the channel was answered, and the answer's fee is owed.
    Slash(Box<Channel>),
    /// The channel pays out and is gone.
    PayOut {
        channel: ChannelId,
        payout: [Amount; 2],
        repaid: Option<Repaid>,
    },
    /// A forced step is to be executed.
    Force(Box<ForcePlan>),
    /// An account is an oracle, on these terms.
    Oracle { key: PublicKey, oracle: Oracle },
    /// A question is there, with its price in it.
    Ask(Box<Asked>),
    /// A question has its answer, and the oracle its price.
    Respond {
        query: QueryId,
        /// With the answer in it.
        asked: Box<Asked>,
        answer: Answer,
        paid: Amount,
    },
    /// A question without an answer is gone, and its price goes back.
    Refund {
        query: QueryId,
        to: PublicKey,
        amount: Amount,
    },
}

/// A forced step (docs/spec/arbiter.md, 5.1) that is well-formed and rests on the right state.
pub(crate) struct ForcePlan {
    /// The channel, with the newer state that the step brings along.
    pub(crate) channel: Channel,
    pub(crate) poster: Side,
    pub(crate) base: Position<Partial>,
    pub(crate) force: Force,
}

impl Plan {
    /// Coins that it takes from the sender's account beside fee and gas.
    pub(crate) fn takes_from(&self, sender: PublicKey) -> Amount {
        match self {
            Self::Transfer { amount, .. } => *amount,
            Self::Open(channel) => channel.parameters.deposits[Side::Initiator.index()],
            Self::Fund(plan) => plan.takes_from(sender),
            Self::Ask(asked) => asked.held,
            Self::Publish(_)
            | Self::Snapshot(_)
            | Self::Close(_)
            | Self::Slash(_)
            | Self::PayOut { .. }
            | Self::Force(_)
            | Self::Oracle { .. }
            | Self::Respond { .. }
            | Self::Refund { .. } => Amount::ZERO,
        }
    }
}
