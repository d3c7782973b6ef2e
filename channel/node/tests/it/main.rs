//! Nodes with real files, real sockets and a real ledger; contracts are scripts of a few lines.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests may stop a test as tests may"
)]

mod api;
mod backups;
mod late;
mod open;
#[path = "../../../rules/tests/it/toy.rs"]
mod toy;
mod world;
