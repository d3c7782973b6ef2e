//! Tests of this room: a secret comes back to its owner only, and nothing is signed twice.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may stop a test as tests may"
)]

mod backup;
mod corpus;
mod decoders;
mod folder;
mod guard;
mod key_file;
mod remote;
