//! What validation leaves to be done: everything that could be said against it has been said.

use twinroot_abi::{Amount, ChannelId, PublicKey, QueryId, Side};
use twinroot_exec::Code;
use twinroot_rules::Position;
use twinroot_state::Partial;
use twinroot_wire::Force;

use crate::bond::BondPlan;
use crate::fund::FundPlan;
use crate::query::QueryPlan;
use crate::receipt::Repaid;
use crate::{BondId, Channel, Oracle};

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
    /// A bond grows, is to leave, goes back or is lost.
    Bond(BondId, BondPlan),
    /// An account is an oracle, on these terms.
    Oracle { key: PublicKey, oracle: Oracle },
    /// A question is asked, answered or given up.
    Query(QueryId, QueryPlan),
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
            Self::Bond(_, plan) => plan.takes(),
            Self::Query(_, plan) => plan.takes(),
            Self::Publish(_)
            | Self::Snapshot(_)
            | Self::Close(_)
            | Self::Slash(_)
            | Self::PayOut { .. }
            | Self::Force(_)
            | Self::Oracle { .. } => Amount::ZERO,
        }
    }
}
