//! The workloads inside a contract give what they give outside.
//!
//! The committed modules run under wasmi, as published and without gas: it is the numbers that have
//! to be right here, and wasmi compiles fast. What the VM makes of them is for its own tests.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper of a test may fail as the test itself"
)]

mod contract;
mod modules;
mod twins;
/// The table of the benchmarks, whose crate takes long to compile.
#[path = "../../../src/workloads.rs"]
pub mod workloads;
