//! Coins that go into an open channel, or out of it.

use serde::{Deserialize, Serialize};
use twinroot_abi::{Amount, Hash, Height, Side};
use twinroot_types::{Signature, Tag, encode, hash_of};

use crate::{Commitment, Standing};

/// A step that changes what is locked (docs/spec/channel.md, 2.5). Both sign it in the place of its
/// commitment, which counts only once the ledger has moved the coins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Funding {
    /// The state after it; its total is what is locked then.
    pub commitment: Commitment,
    /// The state that it changes. A step forced on that makes the funding stale.
    pub standing: Standing,
    /// Whose account pays, or is paid.
    pub side: Side,
    /// Which way the coins go.
    pub direction: Direction,
    /// How many.
    pub amount: Amount,
    /// Last height at which it may be posted.
    pub expiry: Height,
}

/// Which way coins go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    /// From an account into the channel.
    Deposit,
    /// From the channel to an account.
    Withdraw,
}

impl Funding {
    /// Its name.
    #[must_use]
    pub fn hash(&self) -> Hash {
        Hash(hash_of(Tag::FUNDING, self))
    }

    /// What both parties sign.
    #[must_use]
    pub fn signed_bytes(&self) -> Vec<u8> {
        encode(self)
    }

    /// What is locked before it, by its own account; `None` where no such number is.
    #[must_use]
    pub fn locked_before(&self) -> Option<Amount> {
        match self.direction {
            Direction::Deposit => self.commitment.total.checked_sub(self.amount),
            Direction::Withdraw => self.commitment.total.checked_add(self.amount),
        }
    }
}

/// A funding that both parties signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedFunding {
    /// The funding.
    pub funding: Funding,
    /// Signatures of initiator and responder.
    pub signatures: [Signature; 2],
}
