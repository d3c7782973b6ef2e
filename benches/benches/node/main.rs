//! Two nodes in processes of their own, with files, fsync and Noise between them, driven through their API from a third process:
//!
//! ```text
//! this process: user of Alice --API--> Alice <--Noise--> Bob        each update a call of real wasm
//!               ledger  <------------ JSON-RPC ---------/
//! ```
//!
//! Beside each row stands what the disk alone takes in the same folder just before and after it. The nodes are
//! this very program, started again; what they measure of themselves comes from their metrics.

#![expect(
    clippy::disallowed_types,
    clippy::float_arithmetic,
    reason = "time is what is measured here"
)]

mod clocked;
mod disk;
mod idle;
mod kid;
mod process;
mod restart;
mod rows;
mod world;

use std::path::PathBuf;

/// How much is measured.
#[derive(Clone, Copy)]
struct Size {
    /// Calls of one channel, one after the other.
    sequential: usize,
    /// Calls of one channel that is called by many at a time.
    batched: usize,
    /// Channels, and calls of each.
    channels: usize,
    each: usize,
    /// Rounds of each channel before the node is started again.
    rounds: u64,
    /// Rounds of each that are carried out again at its start after a kill.
    replayed: usize,
    /// Channels that do nothing, and for how many seconds.
    idle: usize,
    seconds: u64,
}

const FULL: Size = Size {
    sequential: 2_000,
    batched: 20_000,
    channels: 100,
    each: 100,
    rounds: 1_000,
    replayed: 120,
    idle: 1_000,
    seconds: 30,
};
/// Where cargo only looks whether it runs.
const SHORT: Size = Size {
    sequential: 10,
    batched: 64,
    channels: 3,
    each: 5,
    rounds: 30,
    replayed: 10,
    idle: 3,
    seconds: 1,
};

fn main() {
    if let Some(folder) = std::env::var_os(kid::FOLDER) {
        kid::be(&PathBuf::from(folder));
        return;
    }
    let is_measured = std::env::args().any(|argument| argument == "--bench");
    let size = if is_measured { FULL } else { SHORT };
    let runtime = tokio::runtime::Runtime::new().expect("the machine has threads");
    runtime.block_on(async {
        let mut world = world::World::new().await;
        world.open(size.channels).await;
        world.contracts().await;
        rows::measure(&world, size).await;
        restart::measure(&mut world, size).await;
        drop(world);
        idle::measure(size).await;
    });
}
