//! Two parties, a ledger, an adversary and a bad network, on a simulated clock.
//!
//! ```text
//!            +-- disk          messages: any order, twice, never         disk --+
//!   [ node ] +-- party <------------------------------------------> party +-- [ node ]
//!            +-- signer    \                                   /     signer --+
//!                           +--> mempool --> ledger, forks <--+
//! ```
//!
//! Everything that can happen is an [`Action`]; the same actions are the bytes of the fuzzer
//! ([`act`]), the lines of `twinroot play`, and a trace to reproduce what went wrong. After every
//! action [`Sim::check`] holds what must always hold.

mod act;
mod action;
mod adversary;
mod alive;
mod book;
mod broken;
mod chain;
mod check;
mod clock;
mod config;
mod deed;
mod disk;
mod drive;
mod finish;
mod found;
mod happened;
mod hold;
mod judge;
mod life;
mod network;
mod node;
mod script;
mod sim;
mod stories;
mod tally;
#[path = "../../rules/tests/it/toy.rs"]
mod toy;
mod trap;
mod wish;

pub use act::act;
pub use action::{Action, ParseError};
pub use broken::Broken;
pub use config::Config;
pub use deed::Deed;
pub use found::Found;
pub use happened::Happened;
pub use script::Script;
pub use sim::Sim;
pub use tally::{Count, Tally};
pub use trap::{Fault, Trap};
pub use wish::Wish;

/// What runs the calls of a simulation: scripts of a few lines, without wasm.
#[must_use]
pub fn toys() -> &'static dyn twinroot_exec::Execute {
    &toy::Toy
}
