//! Runs gated modules in wasmtime; the only room that names it.
//!
//! ```text
//! code --admit--> metered module --compile, cached by code hash--> instance, fresh for each call
//!                                                                    | host functions
//!                                                                  Overlay, Judge
//! ```
//!
//! What a call may see or do is in [`twinroot_exec`]; what it costs is in the module itself and in
//! the host functions here, so every [`Backend`] gives the same outcome and gas
//! (docs/spec/vm.md).

mod cache;
mod compiled;
mod engine;
mod folder;
mod functions;
mod guest;
mod host;
mod machine;
mod machines;
mod nested;
mod permits;
mod running;
mod trace;

pub use engine::Backend;
pub use host::{Done, Host, Job, start_price};
pub use machine::StartError;
pub use trace::{Asked, Trace, Written};
