//! Tests of this room: refusals one by one, and laws over random histories against a model.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may stop a test as tests may"
)]

mod corpus;
mod funding;
mod hold;
mod laws;
mod model;
mod refusals;
mod toy;
mod witness;
mod world;
