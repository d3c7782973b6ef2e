//! What a ledger is asked over JSON-RPC: names and parameters.

use serde::{Deserialize, Serialize};
use twinroot_abi::{Amount, Hash, Height, PublicKey};
use twinroot_exec::Env;

use crate::json::{EnvJson, bytes, canonical, coins};
use crate::{Query, To};

pub(crate) const SUBMIT: &str = "chain.submit";
pub(crate) const QUERY: &str = "chain.query";
pub(crate) const STATUS: &str = "chain.status";
pub(crate) const BLOCKS: &str = "chain.blocks";
pub(crate) const MINE: &str = "chain.mine";
pub(crate) const WARP: &str = "chain.warp";
pub(crate) const SNAPSHOT: &str = "chain.snapshot";
pub(crate) const ROLLBACK: &str = "chain.rollback";
pub(crate) const FUND: &str = "chain.fund";
pub(crate) const EXPORT: &str = "chain.export";

/// Parameters of a method without any.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Submit {
    /// As it was signed.
    #[serde(with = "bytes")]
    pub(crate) transaction: Vec<u8>,
}

/// The name of a transaction that is included.
#[derive(Serialize, Deserialize)]
pub(crate) struct Submitted {
    #[serde(with = "canonical")]
    pub(crate) transaction: Hash,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ask {
    pub(crate) query: Query,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Blocks {
    /// The first height.
    pub(crate) from: Height,
    /// Blocks that the subscriber has, if it goes on: it is told what comes after the newest of them that is still there.
    #[serde(default)]
    pub(crate) known: Vec<Known>,
}

/// A block that a subscriber has.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Known(#[serde(with = "EnvJson")] pub(crate) Env);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mine {
    pub(crate) blocks: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Warp {
    pub(crate) height: Height,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Snapshot {
    pub(crate) name: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rollback {
    pub(crate) to: To,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fund {
    #[serde(with = "canonical")]
    pub(crate) key: PublicKey,
    #[serde(with = "coins")]
    pub(crate) amount: Amount,
}

/// A block, where that is all of the answer.
#[derive(Serialize, Deserialize)]
pub(crate) struct At {
    #[serde(with = "EnvJson")]
    pub(crate) block: Env,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Exported {
    #[serde(with = "bytes")]
    pub(crate) ledger: Vec<u8>,
}
