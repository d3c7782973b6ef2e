//! Tests of this room: a full life with a fault at every write and every message, scripts one by
//! one, and bytes.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests may stop a test as tests may"
)]

mod bytes;
mod corpus;
mod faults;
mod laws;
mod restarts;
mod scripts;
mod story;
