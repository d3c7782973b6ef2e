//! Tests of this room: what a store holds and tells, and what a log still has after anything.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may stop a test as tests may"
)]

mod buoy;
mod damage;
mod full;
mod log;
mod reader;
mod store;
mod verify;
mod world;
