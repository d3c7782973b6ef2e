//! Blocks, as far as channels look at them.

use serde::{Deserialize, Serialize};
use twinroot_abi::{Amount, ChainId, Hash, Height, PublicKey, TimeMs};
use twinroot_exec::Env;
use twinroot_rules::FORCE_WINDOW;
use twinroot_types::{Tag, encode, hash, hash_of};

/// How a ledger begins; its hash is the chain id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Genesis {
    /// A name, so that two ledgers differ.
    pub name: String,
    /// Time of the first block.
    pub time: TimeMs,
    /// Coins of the first accounts.
    pub accounts: Vec<(PublicKey, Amount)>,
}

impl Genesis {
    /// The chain that begins so.
    #[must_use]
    pub fn chain(&self) -> ChainId {
        ChainId(hash_of(Tag::GENESIS, self))
    }
}

/// The newest blocks, as far back as a forced update may pin one.
#[derive(Clone, Debug)]
pub(crate) struct Recent(Vec<Env>);

impl Recent {
    pub(crate) fn first(chain: ChainId, time: TimeMs) -> Self {
        Self(vec![block(Hash(chain.0), Height(0), time)])
    }

    pub(crate) fn tip(&self) -> Env {
        self.0.last().copied().unwrap_or(Env {
            height: Height(0),
            time: TimeMs(0),
            block: Hash([0; 32]),
        })
    }

    /// Adds a block. Time never falls: an earlier one counts as the tip's.
    pub(crate) fn advance(&mut self, time: TimeMs) {
        let tip = self.tip();
        self.0.push(block(
            tip.block,
            Height(tip.height.0.saturating_add(1)),
            time.max(tip.time),
        ));
        let oldest = self.tip().height.0.saturating_sub(FORCE_WINDOW);
        self.0.retain(|block| block.height.0 >= oldest);
    }

    /// Whether a forced update may pin this block.
    pub(crate) fn contains(&self, env: Env) -> bool {
        self.0.contains(&env)
    }
}

fn block(parent: Hash, height: Height, time: TimeMs) -> Env {
    Env {
        height,
        time,
        block: Hash(hash(Tag::BLOCK, &[&encode(&(parent, height, time))])),
    }
}
