//! The signed header of a state.

use serde::{Deserialize, Serialize};
use twinroot_abi::{Amount, ChainId, ChannelId, Hash, Height, Root, Round};
use twinroot_exec::Env;
use twinroot_types::{Signature, Tag, encode, hash_of};

/// All that the ledger needs to know of a state (docs/spec/channel.md, 2.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commitment {
    /// The ledger.
    pub chain: ChainId,
    /// The channel.
    pub channel: ChannelId,
    /// The protocol version.
    pub version: u16,
    /// Number of the co-signed state; a forced step keeps its base's.
    pub round: Round,
    /// Hash of the commitment that this one follows; zero for the first.
    pub prev: Hash,
    /// Root of the state.
    pub state_root: Root,
    /// Coins locked in the channel.
    pub total: Amount,
    /// What a close at this state pays to each side; together the total.
    pub payout: [Amount; 2],
    /// No close that one side asked for pays out before this height.
    pub hold_until: Height,
    /// The block that the state was computed against.
    pub env: Env,
}

impl Commitment {
    /// Its name.
    #[must_use]
    pub fn hash(&self) -> Hash {
        Hash(hash_of(Tag::COMMITMENT, self))
    }

    /// What both parties sign (docs/spec/channel.md, 2.2).
    #[must_use]
    pub fn signed_bytes(&self) -> Vec<u8> {
        encode(self)
    }

    /// Whether the payouts are all of the coins (docs/spec/channel.md, 2.3).
    #[must_use]
    pub fn pays_its_total(&self) -> bool {
        self.payout[0].checked_add(self.payout[1]) == Some(self.total)
    }
}

/// A commitment that both parties signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoSigned {
    /// The commitment.
    pub commitment: Commitment,
    /// Signatures of initiator and responder.
    pub signatures: [Signature; 2],
}
