//! Tests of this room: every rule by which a transaction is rejected, the life of a channel, attacks
//! by name, what the blocks commit to, the story of a device that lies, questions to oracles, the table of
//! states and actions, and laws over random sequences of transactions.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may stop a test as tests may"
)]

mod attacks;
mod device;
mod laws;
mod life;
mod questions;
mod repayment;
mod story;
#[path = "../../../rules/tests/it/toy.rs"]
mod toy;
mod transitions;
mod tree;
mod validity;
mod world;
