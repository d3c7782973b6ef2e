//! Tests of this room: what is written is there, whatever the disk does.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may stop a test as tests may"
)]

mod damage;
mod disk;
mod export;
mod faults;
mod files;
mod flips;
mod model;
mod store;
mod writer;
