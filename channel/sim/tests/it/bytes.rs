//! The byte-driven fuzzer on random bytes, and its corpus.

use twinroot_sim::{Tally, act, toys};
use twinroot_types::{Tag, hash};

/// Bytes that look random and are the same in every run.
fn bytes(seed: u64, length: usize) -> Vec<u8> {
    (0_u64..)
        .flat_map(|block| hash(Tag::VALUE, &[&seed.to_le_bytes(), &block.to_le_bytes()]))
        .take(length)
        .collect()
}

#[test]
fn nothing_breaks_whatever_happens() {
    let mut tally = Tally::default();
    let from: u64 = std::env::var("TWINROOT_SEED").map_or(0, |seed| seed.parse().unwrap_or(0));
    let runs: u64 = std::env::var("TWINROOT_RUNS").map_or(10, |runs| runs.parse().unwrap_or(10));
    for seed in from..from + runs {
        if let Err(found) = act(&bytes(seed, 4_000), toys(), &mut tally) {
            let found = found.shrunk(toys());
            let (honest, willing) = (found.config.honest, found.config.willing);
            panic!("seed {seed}, honest {honest:?}, willing {willing:?}: {found}");
        }
    }
    println!("{tally}");
}
