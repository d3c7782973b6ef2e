//! What a node asks of a ledger, whichever one it is.

use core::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use serde::{Deserialize, Serialize};
use twinroot_abi::{ChainId, Hash, Height};
use twinroot_exec::Env;

use crate::json::{EnvJson, canonical};
use crate::{Answer, ChainError, News, Query};

/// What a node asks of a ledger, whichever one it is: in this process, in another one, or a network of many.
pub trait ChainBackend: Send + Sync {
    /// Posts a transaction, and says its name once it is included for good, forks aside. One that is included already is no error.
    fn submit(&self, transaction: Vec<u8>) -> BoxFuture<'_, Result<Hash, ChainError>>;

    /// Asks for something that the ledger keeps, as it is now: in the present block.
    fn query(&self, query: Query) -> BoxFuture<'_, Result<Answer, ChainError>>;

    /// The blocks from a height on, without an end. After a fork they go on with the first block that replaces another, so that a
    /// height which is not above the one before tells of it. An error is no end either, unless the stream ends.
    fn blocks(&self, from: Height) -> BoxStream<'static, Result<News, ChainError>>;

    /// Which ledger it is and where it stands.
    fn status(&self) -> BoxFuture<'_, Result<Status, ChainError>>;
}

/// Which ledger it is and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Its name.
    #[serde(with = "canonical")]
    pub chain: ChainId,
    /// Its present block.
    #[serde(with = "EnvJson")]
    pub block: Env,
    /// Milliseconds from block to block, where they come by themselves.
    pub block_ms: Option<u64>,
    /// Whether it has a faucet: a ledger for tries, whose coins are worth nothing.
    pub faucet: bool,
}

impl Status {
    /// How long until so many blocks have come, where they come by themselves.
    #[must_use]
    pub fn time_of(&self, blocks: u64) -> Option<Duration> {
        self.block_ms
            .map(|block| Duration::from_millis(block.saturating_mul(blocks)))
    }
}
