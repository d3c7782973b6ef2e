//! A participant of a channel, without IO: inputs go in, effects come out.
//!
//! ```text
//! user, peer, ledger, driver --> [ Party ] --> persist, sign, send, ask, post, report
//!                                   ^             |
//!                                   +- signature -+
//! ```
//!
//! Effects are to be carried out in order, and none after one that failed. A key never comes in
//! here: what is to be signed leaves as an effect and its signature comes back as an input. What
//! was persisted is enough to begin again ([`Party::restore`]), and what the ledger says is given
//! as it is now, not as it changed, so that nothing depends on having seen everything.

#![warn(clippy::arithmetic_side_effects)]

mod dry_run;
mod effect;
mod forced;
mod handle;
mod held;
mod illegal;
mod input;
mod opening;
mod party;
mod policy;
mod restore;
mod status;

pub use dry_run::{DryRun, ForcePrice};
pub use effect::{Checkpoint, Effect, Question, Record, Report, ToSign};
pub use illegal::Illegal;
pub use input::{Input, OnLedger};
pub use opening::Opening;
pub use party::{Agreed, OpenError, Party};
pub use policy::{Guarantee, Kind, Offers, Otherwise, Policy, Rule};
pub use restore::{RestoreError, Source};
pub use status::Status;
