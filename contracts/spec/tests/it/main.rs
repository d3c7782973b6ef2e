//! Tests of specs as tools use them.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper of a test may fail as the test itself"
)]

mod args;
mod codec;
mod committed;
mod decoding;
mod document;
mod hostile;
mod laws;
mod module;
mod policies;
mod refusals;
mod revert;
