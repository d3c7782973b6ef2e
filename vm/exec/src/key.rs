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
        match self {
            Self::Balance(Side::Initiator) => INITIATORS_BALANCE,
            Self::Balance(Side::Responder) => RESPONDERS_BALANCE,
            Self::Counter | Self::Header(_) | Self::Slot(..) => self.computed(),
        }
    }

    fn computed(&self) -> Hash {
        Hash(hash_of(Tag::KEY, self))
    }
}

/// Every step asks for the balances several times over, so their keys stand here.
const INITIATORS_BALANCE: Hash = Hash([
    0x84, 0x0f, 0xa4, 0x35, 0x8d, 0xfb, 0x23, 0x5d, 0x66, 0x92, 0xf8, 0x66, 0x58, 0x7c, 0x44, 0x45,
    0xd2, 0x39, 0x4b, 0xdd, 0xf3, 0x91, 0xe3, 0x1a, 0xfe, 0x68, 0xd8, 0xec, 0x0c, 0xd2, 0x9a, 0x3b,
]);
const RESPONDERS_BALANCE: Hash = Hash([
    0x95, 0x24, 0x82, 0x4f, 0x5d, 0x56, 0xb9, 0x8e, 0xa8, 0x42, 0x7c, 0x88, 0x27, 0x24, 0x55, 0x92,
    0xf4, 0x9c, 0x7e, 0x0f, 0x0a, 0x21, 0x5a, 0x1a, 0x68, 0xbf, 0x6b, 0xe6, 0x5e, 0x18, 0xd5, 0xc0,
]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_of_the_balances_are_what_they_would_be() {
        for side in Side::BOTH {
            let key = StateKey::Balance(side);
            assert_eq!(key.hash(), key.computed());
        }
    }
}
