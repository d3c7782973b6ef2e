//! A block, as far as channels look at it (docs/spec/arbiter.md, 7.2).

use serde::{Deserialize, Serialize};
use twinroot_abi::{Hash, Height, Root, TimeMs};
use twinroot_types::{Tag, hash_of};

use crate::Env;

/// All that the hash of a block commits to. An update pins a block by that hash, and so the whole
/// ledger as it was before the block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// Hash of the block before; of the first, the chain id.
    pub parent: Hash,
    /// Its height.
    pub height: Height,
    /// Its time.
    pub time: TimeMs,
    /// The app hash of the ledger at the end of the block before; of the first, that of nothing.
    pub app: Root,
}

impl Block {
    /// The block as updates pin it.
    #[must_use]
    pub fn env(&self) -> Env {
        Env {
            height: self.height,
            time: self.time,
            block: Hash(hash_of(Tag::BLOCK, self)),
        }
    }
}
