//! Nodes with real files, real sockets and a real ledger; contracts are scripts of a few lines.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests may stop a test as tests may"
)]

mod accounts;
mod api;
mod backups;
mod clock;
mod commits;
mod corpus;
mod decoders;
#[path = "../../../store/tests/it/disk.rs"]
#[expect(dead_code, reason = "shared with the tests of the store")]
mod disk;
mod equal;
mod events;
mod files;
mod flips;
mod forced;
mod forks;
mod frozen;
mod keys;
mod late;
mod open;
mod refused;
mod silence;
#[path = "../../../rules/tests/it/toy.rs"]
mod toy;
mod world;
