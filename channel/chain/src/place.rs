//! A place of the ledger's tree as JSON.

use serde::{Deserialize, Serialize};
use twinroot_abi::{ChannelId, CodeHash, PublicKey, QueryId};
use twinroot_arbiter::{BondId, LedgerKey};

use crate::json::canonical;

/// The same places as [`LedgerKey`]: a new one does not compile before it is here.
#[derive(Serialize, Deserialize)]
#[serde(remote = "LedgerKey", rename_all = "snake_case")]
pub(crate) enum PlaceJson {
    Chain,
    Blocks,
    Fees,
    Account(#[serde(with = "canonical")] PublicKey),
    Channel(#[serde(with = "canonical")] ChannelId),
    Code(#[serde(with = "canonical")] CodeHash),
    Opened(#[serde(with = "canonical")] ChannelId),
    Bond(#[serde(with = "canonical")] BondId),
    Burned,
    Oracle(#[serde(with = "canonical")] PublicKey),
    Query(#[serde(with = "canonical")] QueryId),
}
