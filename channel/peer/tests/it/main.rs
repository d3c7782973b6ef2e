//! Nodes that meet: over real sockets, and as bytes.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may stop a test as tests may"
)]

mod corpus;
mod decoders;
mod flood;
mod heal;
mod hosts;
mod limits;
mod meet;
mod middle;
mod namespaces;
mod noise;
mod pair;
mod proxy;
mod recorded;
mod session;
mod world;
