//! What a ledger can be asked, and what it answers.

use serde::{Deserialize, Serialize};
use twinroot_abi::{Amount, ChannelId, CodeHash, Hash, Height, PublicKey, QueryId};
use twinroot_arbiter::{Bond, BondId, Genesis, LedgerKey, Oracle};
use twinroot_exec::Env;
use twinroot_feed::Asked;
use twinroot_wire::{Commitment, Ground, Parameters, Update};

use crate::json::{EnvJson, both_coins, canonical, coins, maybe_bytes, maybe_canonical};
use crate::place::PlaceJson;
use crate::{Included, News, Proof};

/// What a ledger can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Query {
    /// An account.
    Account(#[serde(with = "canonical")] PublicKey),
    /// A channel, also one that has paid out.
    Channel(#[serde(with = "canonical")] ChannelId),
    /// Published code.
    Code(#[serde(with = "canonical")] CodeHash),
    /// What became of a transaction.
    Transaction(#[serde(with = "canonical")] Hash),
    /// An account that answers questions.
    Oracle(#[serde(with = "canonical")] PublicKey),
    /// A question to an oracle.
    OracleQuery(#[serde(with = "canonical")] QueryId),
    /// A bond on a feed.
    Bond(#[serde(with = "canonical")] BondId),
    /// What the hash of the present block commits to at a place, as a proof ([`Proof::verify`]).
    Proof(#[serde(with = "PlaceJson")] LedgerKey),
    /// A block, and what was included in the one before it.
    Block(Height),
    /// How the ledger began.
    Genesis,
}

/// What a ledger answers: the variant of the question's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Answer {
    /// An account; one that was never paid is empty.
    Account(AccountAnswer),
    /// A channel.
    Channel(ChannelAnswer),
    /// Published code, if it is.
    Code(#[serde(with = "maybe_bytes")] Option<Vec<u8>>),
    /// An included transaction; none where it is not included, or is no more since a fork.
    Transaction(Option<Included>),
    /// An oracle, if it is one.
    Oracle(#[serde(with = "maybe_canonical")] Option<Oracle>),
    /// A question, if it was asked and is still kept.
    OracleQuery(#[serde(with = "maybe_canonical")] Option<Asked>),
    /// A bond, if there is one.
    Bond(#[serde(with = "maybe_canonical")] Option<Bond>),
    /// A proof.
    Proof(Proof),
    /// A block, if it is there.
    Block(Option<News>),
    /// How the ledger began.
    Genesis(#[serde(with = "canonical")] Genesis),
}

/// An account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountAnswer {
    /// Its coins.
    #[serde(with = "coins")]
    pub coins: Amount,
    /// Number of its next transaction.
    pub nonce: u64,
}

/// A channel, as far as the ledger knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum ChannelAnswer {
    /// There never was one of this name, forks aside.
    Unknown,
    /// It is open or being closed.
    Live(Box<LiveChannel>),
    /// It has paid out.
    Closed(Box<ClosedChannel>),
}

impl ChannelAnswer {
    /// The channel, where it is open or being closed.
    #[must_use]
    pub fn live(self) -> Option<Box<LiveChannel>> {
        match self {
            Self::Live(channel) => Some(channel),
            Self::Unknown | Self::Closed(_) => None,
        }
    }
}

/// A channel that is open or being closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveChannel {
    /// Its terms.
    #[serde(with = "canonical")]
    pub parameters: Parameters,
    /// The block in which it was opened.
    #[serde(with = "EnvJson")]
    pub opened: Env,
    /// What both signed last, as far as the ledger knows.
    #[serde(with = "canonical")]
    pub ground: Ground,
    /// The steps forced on it since, in order.
    #[serde(with = "canonical")]
    pub steps: Vec<Update>,
    /// The state after them.
    #[serde(with = "canonical")]
    pub tip: Commitment,
    /// The end of the time to answer, if it is being closed.
    pub closing: Option<Height>,
}

/// A channel that has paid out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosedChannel {
    /// Its terms.
    #[serde(with = "canonical")]
    pub parameters: Parameters,
    /// What each side got.
    #[serde(with = "both_coins")]
    pub payout: [Amount; 2],
    /// The block in which it paid out.
    #[serde(with = "EnvJson")]
    pub closed: Env,
    /// The transaction that did it.
    #[serde(with = "canonical")]
    pub transaction: Hash,
}
