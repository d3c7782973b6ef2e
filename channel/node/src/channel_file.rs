//! A channel in a file, from which another node with one of its keys goes on (docs/book/src/node.md).

use serde::{Deserialize, Serialize};
use twinroot_abi::{ChainId, PublicKey, Side};
use twinroot_party::Checkpoint;
use twinroot_types::{DecodeError, at_most, decode, encode};
use twinroot_wire::{CoSigned, Ground, Keys, Package, Parameters, SignatureError};

/// First bytes of such a file. The last of them is its version.
const MAGIC: &[u8; 8] = b"TWRCHAN\x01";
/// Bytes of such a file, at most: as many as a node takes in one question.
pub const CHANNEL_FILE_BYTES: usize = 4 << 20;

/// What both signed last, with all of its state and the contracts' codes.
///
/// Nobody has to be trusted with it: the state is that whose root both keys have signed, or the one that the terms make. But
/// it may be old.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ChannelFile {
    /// The terms of the channel.
    pub terms: Parameters,
    /// Whose it was.
    pub side: Side,
    /// What a party of that side goes on from.
    pub checkpoint: Checkpoint,
    /// Codes of the contracts in it.
    #[serde(deserialize_with = "at_most::<10_000, _, _>")]
    pub codes: Vec<Package>,
}

/// Why a file is no channel for this node.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChannelFileError {
    /// It begins otherwise.
    #[error("the file is no exported channel, or of another version")]
    Other,
    /// It does not go on as it should.
    #[error("the file is an exported channel that is damaged: {0}")]
    Damaged(#[from] DecodeError),
    /// It is of another ledger.
    #[error("the channel is of another ledger than the one this node follows")]
    Ledger,
    /// It is between others.
    #[error("the channel is between two other keys, and the one of this node is none of them")]
    Key,
    /// The state in it was not signed by both.
    #[error("both did not sign what the file says: {0}")]
    Unsigned(#[from] SignatureError),
    /// The state in it is of another channel.
    #[error("the file has the state of another channel")]
    OtherChannel,
}

impl ChannelFile {
    /// The bytes of the file.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(encode(self));
        bytes
    }

    /// The channel in a file, which is yet to be held against the key and the ledger.
    ///
    /// # Errors
    /// [`ChannelFileError`] where the bytes are none.
    pub fn decode(bytes: &[u8]) -> Result<Self, ChannelFileError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(ChannelFileError::Other)?;
        Ok(decode(rest, CHANNEL_FILE_BYTES)?)
    }

    /// The side that `key` has in it, where it is of this ledger and both signed what it says.
    pub(crate) fn side_of(&self, key: PublicKey, chain: ChainId) -> Result<Side, ChannelFileError> {
        let terms = &self.terms;
        if terms.chain != chain {
            return Err(ChannelFileError::Ledger);
        }
        let side = Side::BOTH
            .into_iter()
            .find(|side| terms.parties[side.index()] == key)
            .ok_or(ChannelFileError::Key)?;
        let keys = Keys::gate(&terms.parties)?;
        let (id, checkpoint) = (terms.channel(), &self.checkpoint);
        let check = |state: &CoSigned| {
            if state.commitment.channel != id {
                return Err(ChannelFileError::OtherChannel);
            }
            Ok(keys.verify_both(state)?)
        };
        match &checkpoint.ground {
            Ground::Terms => {}
            Ground::CoSigned(state) => check(state)?,
            Ground::Funding(signed) if signed.funding.commitment.channel == id => {
                keys.verify_funding(signed)?;
            }
            Ground::Funding(_) => return Err(ChannelFileError::OtherChannel),
        }
        checkpoint.newest.as_ref().map_or(Ok(()), check)?;
        Ok(side)
    }

    /// What a party of that side goes on from. Numbers that nobody has signed are the own ones only where the file is.
    pub(crate) fn checkpoint_for(&self, side: Side) -> Checkpoint {
        let mut checkpoint = self.checkpoint.clone();
        let newest = checkpoint.newest.as_ref();
        checkpoint.last_round = newest
            .map(|state| state.commitment.round)
            .max(Some(checkpoint.ground.round()))
            .unwrap_or_default();
        if side != self.side {
            (checkpoint.heard, checkpoint.said) = (0, 0);
        }
        checkpoint
    }
}
