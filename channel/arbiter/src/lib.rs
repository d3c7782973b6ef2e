//! The on-chain ledger as a pure state machine (docs/spec/arbiter.md).
//!
//! ```text
//! transaction bytes --validate--> plan --admit--> fee taken --execute--> --settle--> receipt
//!                      |                                        |
//!                      rejected: no trace                       refuted: the forcer pays the gas
//! ```
//!
//! Blocks, time and the executor are inputs; there is no disk, no network and no clock here.
//!
//! One tree commits to all that the ledger keeps, and the hash of each block to that tree as the
//! block before left it. So whoever pins a block pins the whole ledger.

#![warn(clippy::arithmetic_side_effects)]

mod block;
mod bond;
mod channel;
mod close;
mod force;
mod fund;
mod genesis;
mod kept;
mod ledger;
mod open;
mod oracle;
mod plan;
mod query;
mod receipt;
mod rejected;
mod snapshot;

pub use bond::{BOND_DELAY, BOND_LEAST, Bond, BondPhase};
pub use channel::{Channel, Debt, Phase};
pub use genesis::{Genesis, GenesisError};
pub use kept::Account;
pub use ledger::Ledger;
pub use oracle::Oracle;
pub use receipt::{Effect, Receipt, Refutation, Repaid};
pub use rejected::Rejected;
pub use twinroot_exec::{Block, BondId, LedgerKey};

/// The longest lock a channel may ask for, in blocks, so that every channel closes in bounded time
/// (docs/spec/arbiter.md, 4.4).
pub const LOCK_LIMIT: u64 = 100_000;
