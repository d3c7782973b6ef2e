//! Tests of this room: two parties step by step, one against a peer that says whatever it likes, the
//! table of what a party makes of every input in every state, and laws over random interleavings.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests may stop a test as tests may"
)]

mod again;
mod away;
mod backup;
mod behind;
mod cancel;
mod close;
mod closing;
mod codes;
mod collide;
mod force;
mod fork;
mod fund;
mod guarantee;
mod hello;
mod hostile;
mod ledger;
mod notes;
mod offer;
mod peers;
mod policy;
mod receive;
mod restore;
mod steps;
mod table;
#[path = "../../../rules/tests/it/toy.rs"]
mod toy;
mod world;
