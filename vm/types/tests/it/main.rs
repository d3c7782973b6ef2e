//! Tests of this room against vectors: those that others made and those of docs/spec/vectors.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may stop a test as tests may"
)]

mod batch;
mod ed25519_rule;
mod vectors;
