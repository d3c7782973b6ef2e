//! Tests of this room: rejections one by one, the life of a channel, and laws over random
//! sequences of transactions.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may stop a test as tests may"
)]

mod laws;
mod life;
mod rejections;
#[path = "../../../rules/tests/it/toy.rs"]
mod toy;
mod world;
