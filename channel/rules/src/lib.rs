//! The twin function: what an update makes of a state, the same off chain and on.
//!
//! ```text
//!   party:    full state,    any engine  --+
//!                                           +--> apply --> the same commitment, receipts and gas
//!   arbiter:  witness only,  any engine  --+
//! ```
//!
//! [`apply`] neither knows who calls it nor looks at anything but its arguments.

#![warn(clippy::arithmetic_side_effects)]

mod apply;
mod check;
mod fees;
mod genesis;
mod refused;
mod step;

pub use apply::{Applied, Consent, Position, apply};
pub use fees::Fees;
pub use genesis::genesis;
pub use refused::{Refusal, Refused};
pub use step::contract_id;

/// Blocks after the pinned one within which a forced update must be included
/// (docs/spec/channel.md, 4.3).
pub const FORCE_WINDOW: u64 = 20;
/// Blocks after the pinned one until which a contract's hold may reach (docs/spec/channel.md, 7.2).
pub const HOLD_LIMIT: u64 = 1_000_000;
/// Blocks for which a half-signed mutual close may stay good (docs/spec/channel.md, 6.2).
pub const CLOSE_WINDOW: u64 = 100;
/// Forced steps that each side may take on one base while the channel is being closed
/// (docs/spec/arbiter.md, 5.6).
pub const FORCED_STEPS: u8 = 8;
