//! A ledger in this process and one in another: both do the same.
#![expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "servers are real, and so are their clients"
)]

mod bad_input;
mod both;
mod channels;
mod disk;
mod forks;
mod kill;
mod proofs;
mod world;
