//! What validation leaves to be done: everything that could be said against it has been said.

use twinroot_abi::{Amount, ChannelId, PublicKey, Side};
use twinroot_exec::Code;
use twinroot_rules::Position;
use twinroot_state::Partial;
use twinroot_wire::Force;

use crate::Channel;

/// A validated action.
pub(crate) enum Plan {
    /// Coins go from the sender to another account.
    Transfer { to: PublicKey, amount: Amount },
    /// Code becomes known.
    Publish(Code),
    /// The deposits leave their accounts and a channel is there.
    Open(Box<Channel>),
    /// The channel is as given from now on.
    Replace(Box<Channel>),
    /// The channel pays out and is gone.
    PayOut {
        channel: ChannelId,
        payout: [Amount; 2],
    },
    /// A forced step is to be executed.
    Force(Box<ForcePlan>),
}

/// A forced step that is well-formed and rests on the right state.
pub(crate) struct ForcePlan {
    /// The channel, with the newer state that the step brings along.
    pub(crate) channel: Channel,
    pub(crate) poster: Side,
    pub(crate) base: Position<Partial>,
    pub(crate) force: Force,
}

impl Plan {
    /// Coins that the sender needs beside fee and gas.
    pub(crate) fn moves(&self) -> Amount {
        match self {
            Self::Transfer { amount, .. } => *amount,
            Self::Open(channel) => channel.parameters.deposits[Side::Initiator.index()],
            Self::Publish(_) | Self::Replace(_) | Self::PayOut { .. } | Self::Force(_) => {
                Amount::ZERO
            }
        }
    }
}
