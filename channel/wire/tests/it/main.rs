//! Tests of this room: encodings and signatures as laws, and golden vectors.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may stop a test as tests may"
)]

mod anything;
mod encoding;
mod limits;
mod signatures;
mod vectors;
