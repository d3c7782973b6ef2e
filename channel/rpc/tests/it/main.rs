//! A server and its clients over real sockets.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests may stop a test as tests may"
)]

mod bad_input;
mod corpus;
mod decoders;
mod decoding;
mod talk;
mod world;
