//! The close that both parties sign.

use serde::{Deserialize, Serialize};
use twinroot_abi::{Amount, ChainId, ChannelId, Height, Round};
use twinroot_types::{Signature, encode};

/// An agreed end of a channel; it names the state it ends (docs/spec/channel.md, 6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MutualClose {
    /// The ledger.
    pub chain: ChainId,
    /// The channel.
    pub channel: ChannelId,
    /// The protocol version.
    pub version: u16,
    /// The round that both take for the newest.
    pub round: Round,
    /// What each side gets; together all the coins.
    pub payout: [Amount; 2],
    /// Last height at which it may still be posted.
    pub expiry: Height,
}

impl MutualClose {
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
