//! The close that both parties sign.

use serde::{Deserialize, Serialize};
use twinroot_abi::{Amount, ChainId, ChannelId, Hash, Height};
use twinroot_types::{Signature, Tag, encode, hash_of};

use crate::Standing;

/// An agreed end of a channel; it names the state it ends (docs/spec/channel.md, 6.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MutualClose {
    /// The ledger.
    pub chain: ChainId,
    /// The channel.
    pub channel: ChannelId,
    /// The protocol version.
    pub version: u16,
    /// The state that both take for the newest.
    pub standing: Standing,
    /// What each side gets; together all the coins.
    pub payout: [Amount; 2],
    /// Last height at which it may still be posted.
    pub expiry: Height,
}

impl MutualClose {
    /// Its name.
    #[must_use]
    pub fn hash(&self) -> Hash {
        Hash(hash_of(Tag::CLOSE, self))
    }

    /// What both parties sign.
    #[must_use]
    pub fn signed_bytes(&self) -> Vec<u8> {
        encode(self)
    }
}

/// A close that both parties signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedClose {
    /// The close.
    pub close: MutualClose,
    /// Signatures of initiator and responder.
    pub signatures: [Signature; 2],
}
