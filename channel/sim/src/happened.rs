//! What followed from an action.

use twinroot_abi::{Amount, Side};
use twinroot_arbiter::{Effect, Receipt, Rejected, Repaid};
use twinroot_party::{Illegal, Question, Report};
use twinroot_wire::{Action as Post, Message};

/// Something that followed from an action, to be told.
#[derive(Clone, Debug)]
pub enum Happened {
    /// A party told its user something.
    Report(Side, Box<Report>),
    /// A party asked its user something.
    Asked(Side, Box<Question>),
    /// A party sent a message.
    Sent(Side, Box<Message>),
    /// A party posted a transaction.
    Posted(Side, Box<Post>),
    /// A party wrote something down.
    Written(Side),
    /// The ledger included a transaction.
    Included(Side, Box<Receipt>),
    /// The ledger rejected a transaction.
    Rejected(Side, Box<Rejected>),
    /// What was wanted of a party makes no sense now.
    Illegal(Side, Illegal),
    /// There was nothing for the action to act on.
    Nothing,
}

impl Happened {
    /// What was paid out when the channel closed, and what was repaid out of it.
    #[must_use]
    pub fn closed_in(happened: &[Self]) -> Option<([Amount; 2], Option<Repaid>)> {
        happened.iter().find_map(|event| match event {
            Self::Included(_, receipt) => match receipt.effect {
                Effect::Closed { payout, repaid, .. } => Some((payout, repaid)),
                _ => None,
            },
            _ => None,
        })
    }

    /// Whether an action came to nothing at all.
    pub(crate) fn is_nothing(happened: &[Self]) -> bool {
        happened
            .iter()
            .all(|event| matches!(event, Self::Nothing | Self::Illegal(..)))
            && !happened.is_empty()
    }
}
