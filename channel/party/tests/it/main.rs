//! Tests of this room: two parties step by step, and laws over random interleavings.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may stop a test as tests may"
)]

mod chain;
mod hostile;
mod pair;
mod peers;
mod steps;
#[path = "../../../rules/tests/it/toy.rs"]
mod toy;
