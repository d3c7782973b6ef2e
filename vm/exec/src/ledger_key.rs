//! What lies in the ledger's tree, and under which key (docs/spec/arbiter.md, 7.6).

use serde::{Deserialize, Serialize};
use twinroot_abi::{ChannelId, CodeHash, FeedId, Hash, PublicKey, QueryId};
use twinroot_types::{Tag, hash_of};

/// A place in the ledger's tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum LedgerKey {
    /// The chain id.
    Chain,
    /// The blocks that an update may pin: a vector of [`crate::Env`].
    Blocks,
    /// Fees taken: [`twinroot_abi::Amount`].
    Fees,
    /// Coins and nonce, in this order.
    Account(PublicKey),
    /// Terms, tip, standing, ground and phase of a channel, in this order.
    Channel(ChannelId),
    /// The bytes of published code, counted: `u64`. The key tells which code.
    Code(CodeHash),
    /// The last height at which the terms of a channel that was opened could be posted again.
    Opened(ChannelId),
    /// Coins, delay and phase of a bond, in this order.
    Bond(BondId),
    /// Coins burned: [`twinroot_abi::Amount`].
    Burned,
    /// Price and last height of an oracle, in this order.
    Oracle(PublicKey),
    /// A question to an oracle, and what it answered.
    Query(QueryId),
}

impl LedgerKey {
    /// Its key in the tree.
    #[must_use]
    pub fn hash(&self) -> Hash {
        Hash(hash_of(Tag::LEDGER, self))
    }
}

/// Names a bond. Each owner has one of its own on each feed, so that nobody stands in another's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BondId {
    /// The feed: not its key, around which anyone could write a descriptor and lie.
    pub feed: FeedId,
    /// Whose coins they are.
    pub owner: PublicKey,
}
