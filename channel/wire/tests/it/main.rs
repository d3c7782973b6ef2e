//! Tests of this room: encodings and signatures as laws, and golden vectors.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may stop a test as tests may"
)]

mod anything;
mod corpus;
mod decoders;
mod encoding;
mod endless;
mod limits;
mod samples;
mod signatures;
mod standing;
mod vectors;
