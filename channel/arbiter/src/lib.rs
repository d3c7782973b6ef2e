//! The on-chain ledger as a pure state machine (docs/spec/arbiter.md).
//!
//! ```text
//! transaction bytes --validate--> plan --admit--> fee taken --execute--> --settle--> receipt
//!                      |                                        |
//!                      rejected: no trace                       refuted: the forcer pays the gas
//! ```
//!
//! Blocks, time and the executor are inputs; there is no disk, no network and no clock here.

#![warn(clippy::arithmetic_side_effects)]

mod block;
mod channel;
mod close;
mod force;
mod ledger;
mod open;
mod plan;
mod receipt;
mod rejected;

pub use block::Genesis;
pub use channel::{Channel, Phase};
pub use ledger::{Account, Ledger};
pub use receipt::{Effect, Receipt, Refutation};
pub use rejected::Rejected;

/// The longest lock a channel may ask for, in blocks, so that every channel closes in bounded time.
pub const LOCK_LIMIT: u64 = 100_000;
