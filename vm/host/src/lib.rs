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

mod compiled;
mod engine;
mod functions;
mod guest;
mod host;
mod machine;
mod running;

pub use engine::Backend;
pub use host::{Host, StartError};
