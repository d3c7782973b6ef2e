//! A ledger in this process and one in another: both do the same.
#![expect(
    clippy::panic,
    reason = "helpers of tests may stop a test as tests may"
)]

mod bad_input;
mod both;
mod channels;
mod disk;
mod forks;
mod kill;
mod proofs;
mod world;
