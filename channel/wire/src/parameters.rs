//! What both parties sign to open a channel.

use serde::{Deserialize, Serialize};
use twinroot_abi::{Amount, ChainId, ChannelId, Height, PublicKey};
use twinroot_types::{Signature, Tag, encode, hash_of};

/// The terms of a channel; they never change (docs/spec/channel.md, 1.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameters {
    /// The ledger that holds the coins.
    pub chain: ChainId,
    /// Protocol version, pinned for the life of the channel.
    pub version: u16,
    /// Keys of initiator and responder; they are also their accounts.
    pub parties: [PublicKey; 2],
    /// Coins that each locks.
    pub deposits: [Amount; 2],
    /// Blocks in which the other party may answer a solo close or a forced step.
    pub lock: u64,
    /// The initiator's choice, so that equal terms make different channels.
    pub nonce: u64,
    /// Last height at which the channel may still be opened.
    pub expiry: Height,
}

impl Parameters {
    /// The name of the channel (docs/spec/channel.md, 1.2).
    #[must_use]
    pub fn channel(&self) -> ChannelId {
        ChannelId(hash_of(Tag::OPEN, self))
    }

    /// What both parties sign.
    #[must_use]
    pub fn signed_bytes(&self) -> Vec<u8> {
        encode(self)
    }
}

/// Terms that both parties signed (docs/spec/channel.md, 1.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedParameters {
    /// The terms.
    pub parameters: Parameters,
    /// Signatures of initiator and responder.
    pub signatures: [Signature; 2],
}
