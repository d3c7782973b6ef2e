//! Proves that a gated module is the same on four engines: outcome, gas, memory, writes and events.
//!
//! ```text
//! bytes -> program -> gate -> Cranelift | Winch | Pulley | wasmi -> Ran = Ran = Ran = Ran
//!                              one scene, one host, four ways to run
//! ```
//!
//! Nothing here is built into Twinroot. The host is a mock that does what docs/spec/vm.md, 5, says to a
//! map instead of a channel's state, and it is written once: whatever differs, differs in the engine or
//! in the gate.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a proof that fails stops the program"
)]

mod agree;
mod any;
mod engines;
mod functions;
mod host;
mod inputs;
mod program;
mod ran;
mod tally;
mod written;

pub use agree::{agree, prove, random};
pub use any::gate_holds;
pub use engines::{Compiled, Engines, Kind, Ready, on_each_core, with_stack};
pub use host::Input;
pub use inputs::inputs;
pub use program::{Program, program};
pub use ran::Ran;
pub use tally::Tally;
