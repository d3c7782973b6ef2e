//! What whoever runs the ledger can do with it.

use core::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::{MissedTickBehavior, interval};
use twinroot_abi::{Amount, Hash, Height, PublicKey};
use twinroot_exec::Env;
use twinroot_wire::{Action, Transaction, VERSION};

use super::{Embedded, Inner, Mode, replay};
use crate::error::FileError;
use crate::log::Line;
use crate::{ChainError, codes, dev};

/// Blocks that are made at a time, at most.
const BLOCKS: u64 = 100_000;
/// Bytes of a snapshot's name.
const NAME_BYTES: usize = 64;
/// Blocks for which a payment of the faucet can be included.
const EXPIRY: u64 = 1;

/// Where to go back to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum To {
    /// The end of the block of this height.
    Height(Height),
    /// A snapshot.
    Snapshot(String),
}

impl Embedded {
    /// Ends the present block, and makes as many as are asked for.
    ///
    /// # Errors
    /// [`ChainError::Rejected`] above 100,000; [`ChainError::Unreachable`] where the disk fails.
    pub fn mine(&self, blocks: u64) -> Result<Env, ChainError> {
        if blocks > BLOCKS {
            return Err(ChainError::no(
                codes::TOO_MANY,
                format!("at most {BLOCKS} blocks are made at a time, not {blocks}"),
            ));
        }
        let mut inner = self.running()?;
        let mut lines = Vec::new();
        for number in 0..blocks {
            // The first one is due now; the others would take their time.
            if number > 0 {
                inner.hurry(&self.mode);
            }
            lines.push(inner.advance(&self.mode));
        }
        inner.write(&lines)?;
        let block = inner.state.block();
        drop(inner);
        self.tell();
        Ok(block)
    }

    /// Makes all blocks up to that height. Its time advances as if they had come one by one.
    ///
    /// # Errors
    /// [`ChainError::Rejected`] where the height has passed or is too far; [`ChainError::Unreachable`] where the disk fails.
    pub fn warp(&self, to: Height) -> Result<Env, ChainError> {
        let present = self.stands()?.block.height;
        match to.0.checked_sub(present.0) {
            Some(blocks) => self.mine(blocks),
            None => Err(ChainError::no(
                codes::HEIGHT,
                format!("height {to} has passed, the ledger is at {present}; `rollback` goes back"),
            )),
        }
    }

    /// Gives the ledger as it is now a name to go back to, and ends the present block with it. An earlier one of the name is forgotten.
    ///
    /// # Errors
    /// [`ChainError::Rejected`] where the name is empty or has more than 64 bytes; [`ChainError::Unreachable`] where the disk fails.
    pub fn snapshot(&self, name: &str) -> Result<Env, ChainError> {
        if name.is_empty() || name.len() > NAME_BYTES {
            return Err(ChainError::no(
                codes::NO_SNAPSHOT,
                format!("a snapshot's name has 1 to {NAME_BYTES} bytes"),
            ));
        }
        let mut inner = self.running()?;
        let block = inner.state.block();
        inner.state.snapshots.insert(name.to_owned(), block.height);
        let lines = [Line::Snapshot(name.to_owned()), inner.advance(&self.mode)];
        inner.write(&lines)?;
        drop(inner);
        self.tell();
        Ok(block)
    }

    /// Goes back to the end of a block: a fork. All blocks above it are gone with what they included, and those that come in their
    /// place have other hashes; the first of them begins at once. Gives that one.
    ///
    /// # Errors
    /// [`ChainError::Rejected`] where there is no such snapshot, or the height is not below the present one;
    /// [`ChainError::Unreachable`] where the disk fails.
    pub fn rollback(&self, to: &To) -> Result<Env, ChainError> {
        let mut inner = self.running()?;
        let present = inner.state.block();
        let stays = match to {
            To::Height(height) => *height,
            To::Snapshot(name) => *inner.state.snapshots.get(name).ok_or_else(|| {
                let known: Vec<_> = inner.state.snapshots.keys().map(String::as_str).collect();
                let known = if known.is_empty() {
                    "none".to_owned()
                } else {
                    known.join(", ")
                };
                ChainError::no(
                    codes::NO_SNAPSHOT,
                    format!(
                        "there is no snapshot `{}`; there are: {known}",
                        name.escape_default()
                    ),
                )
            })?,
        };
        if stays >= present.height {
            return Err(ChainError::no(
                codes::HEIGHT,
                format!(
                    "the ledger is at height {}, and goes back to one below only",
                    present.height
                ),
            ));
        }
        let outline = inner
            .log
            .outline()
            .and_then(|outline| outline.with_rollback(stays));
        let again = outline
            .and_then(|outline| replay::replay(&inner.log, &outline, &*self.execute, &mut |_| {}));
        inner.state = again.map_err(unreadable)?;
        // Time goes back as well, but the blocks to come are not those that were.
        inner.ahead = self
            .mode
            .now()
            .map_or(0, |now| inner.state.block().time.0.saturating_sub(now.0));
        let lines = [Line::Rollback(stays), inner.advance(&self.mode)];
        inner.write(&lines)?;
        inner.forks.push(stays);
        let block = inner.state.block();
        drop(inner);
        self.tell();
        Ok(block)
    }

    /// Has the faucet pay to an account. The transaction is one like any other.
    ///
    /// # Errors
    /// [`ChainError::Rejected`] where the ledger has no faucet, or it is empty; [`ChainError::Unreachable`] where the disk fails.
    pub fn fund(&self, to: PublicKey, amount: Amount) -> Result<Hash, ChainError> {
        let faucet = dev::faucet();
        let sender = faucet.public();
        let inner = self.running()?;
        if !inner.state.was_given(sender) {
            return Err(ChainError::no(
                codes::NO_FAUCET,
                "this ledger has no faucet; one that `twinroot chain dev` begins has",
            ));
        }
        let ledger = inner.state.ledger();
        let expiry = Height(ledger.block().height.0.saturating_add(EXPIRY));
        let (chain, nonce) = (ledger.chain(), ledger.account(sender).nonce);
        let transaction = Transaction {
            chain,
            version: VERSION,
            sender,
            nonce,
            expiry,
            action: Action::Transfer { to, amount },
        };
        self.include_in(inner, transaction.sign(&faucet).encode())
    }

    /// All of the ledger, for [`Embedded::import`].
    ///
    /// # Errors
    /// [`ChainError::Unreachable`] where the disk fails.
    pub fn export(&self) -> Result<Vec<u8>, ChainError> {
        Ok(self.running()?.log.0.export()?)
    }

    /// Makes blocks as time passes, where the mode says so. Ends only when the disk fails, and says how.
    pub async fn keep_time(&self) -> ChainError {
        let Mode::Every(apart, _) = self.mode else {
            return core::future::pending().await;
        };
        let mut ticks = interval(apart.max(Duration::from_millis(1)));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks.tick().await;
        loop {
            ticks.tick().await;
            if let Err(error) = self.beside(|ledger| ledger.mine(1)).await {
                return error;
            }
        }
    }
}

impl Inner {
    /// Lets the ledger's time run ahead by one block.
    fn hurry(&mut self, mode: &Mode) {
        if let Some(now) = mode.now() {
            let due = self.state.block().time.0.saturating_add(mode.step());
            self.ahead = self.ahead.max(due.saturating_sub(now.0));
        }
    }
}

fn unreadable(error: FileError) -> ChainError {
    ChainError::Unreachable(error.to_string())
}
