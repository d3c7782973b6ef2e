//! Tests of this room: what a store holds and tells, what a log still has after anything, and what arrives
//! over which links.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may stop a test as tests may"
)]

mod broker;
mod buoy;
mod compact;
mod damage;
mod follow;
mod full;
mod http;
mod keeper;
mod log;
mod mqtt;
mod ordered;
mod reader;
mod store;
mod verify;
mod world;
