//! The blocks that an update may pin (docs/spec/arbiter.md, 7, 7.3 and 7.4).

use twinroot_abi::{ChainId, Hash, Height, Root, TimeMs};
use twinroot_exec::{Block, Env};
use twinroot_rules::FORCE_WINDOW;
use twinroot_types::encode;

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
