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
mod chain;
mod check;
mod network;
mod node;
mod sim;
#[path = "../../rules/tests/it/toy.rs"]
mod toy;
mod wish;

pub use act::{Found, Tally, act, replay};
pub use action::{Action, ParseError};
pub use check::Broken;
pub use sim::{Config, Happened, Sim};
pub use wish::Wish;

/// What runs the calls of a simulation: scripts of a few lines, without wasm.
#[must_use]
pub fn toys() -> &'static dyn twinroot_exec::Execute {
    &toy::Toy
}
