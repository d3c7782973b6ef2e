//! Blocks, as far as channels look at them (docs/spec/arbiter.md, 7, 7.2 to 7.4).

use serde::{Deserialize, Serialize};
use twinroot_abi::{ChainId, Hash, Height, Root, TimeMs};
use twinroot_exec::Env;
use twinroot_rules::FORCE_WINDOW;
use twinroot_types::{Tag, encode, hash_of};

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

/// The newest blocks, as far back as a forced update may pin one.
#[derive(Clone, Debug)]
pub(crate) struct Recent {
    present: Block,
    /// In order; the last is the present one.
    pinnable: Vec<Env>,
}

impl Recent {
    pub(crate) fn first(chain: ChainId, time: TimeMs) -> Self {
        let present = Block {
            parent: Hash(chain.0),
            height: Height(0),
            time,
            app: Root::default(),
        };
        Self {
            present,
            pinnable: vec![present.env()],
        }
    }

    pub(crate) const fn present(&self) -> Block {
        self.present
    }

    pub(crate) fn tip(&self) -> Env {
        match self.pinnable.last() {
            Some(env) => *env,
            None => self.present.env(),
        }
    }

    /// Adds a block. Time never falls: an earlier one counts as the tip's.
    pub(crate) fn advance(&mut self, time: TimeMs, app: Root) {
        let tip = self.tip();
        self.present = Block {
            parent: tip.block,
            height: Height(tip.height.0.saturating_add(1)),
            time: time.max(tip.time),
            app,
        };
        self.pinnable.push(self.present.env());
        let oldest = self.present.height.0.saturating_sub(FORCE_WINDOW);
        self.pinnable.retain(|block| block.height.0 >= oldest);
    }

    /// Whether a forced update may pin this block.
    pub(crate) fn contains(&self, env: Env) -> bool {
        self.pinnable.contains(&env)
    }

    /// What the ledger's tree holds of them: the hash of the present block tells the rest of it.
    pub(crate) fn leaf(&self) -> Vec<u8> {
        let Self {
            present: _,
            pinnable,
        } = self;
        encode(pinnable)
    }
}
