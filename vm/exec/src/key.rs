//! What lies in a channel's state tree, and under which key (docs/spec/state.md, 1).

use serde::Serialize;
use twinroot_abi::{ContractId, Hash, Side};
use twinroot_types::{Tag, hash_of};

/// A place in the state of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum StateKey<'a> {
    /// Free coins of a side: [`twinroot_abi::Amount`].
    Balance(Side),
    /// How many contracts were created: `u64`.
    Counter,
    /// Code, coins, fallback and hold of a contract: [`crate::Header`].
    Header(ContractId),
    /// A storage slot of a contract: bytes.
    Slot(ContractId, &'a [u8]),
}

impl StateKey<'_> {
    /// Its key in the tree.
    #[must_use]
    pub fn hash(&self) -> Hash {
        Hash(hash_of(Tag::KEY, self))
    }
}
