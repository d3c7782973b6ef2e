//! How a ledger begins (docs/spec/arbiter.md, 7.1).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use twinroot_abi::{Amount, ChainId, PublicKey, TimeMs};
use twinroot_types::{Tag, hash_of};

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

    /// Checks that it names every account once, and that its coins have a sum. No other sum of the
    /// ledger is ever above that one, so that none can fail half way through a transaction.
    pub(crate) fn check(&self) -> Result<(), GenesisError> {
        let mut named = BTreeSet::new();
        let mut supply = Amount::ZERO;
        for (key, coins) in &self.accounts {
            if !named.insert(key) {
                return Err(GenesisError::Twice(*key));
            }
            supply = supply.checked_add(*coins).ok_or(GenesisError::Supply)?;
        }
        Ok(())
    }
}

/// Why no ledger can begin so (docs/spec/arbiter.md, 9.3); who wrote the genesis is at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GenesisError {
    /// An account is named twice; which of the two amounts is meant?
    #[error("the genesis names the account {0} twice")]
    Twice(PublicKey),
    /// There are more coins than a number can tell.
    #[error("the coins of the genesis have no sum")]
    Supply,
}
