//! Programs that are drawn, by wasm-smith and by `written.rs`, on every engine: by default 1,000 of them
//! with 100 inputs each. `TWINROOT_RUNS` asks for more programs, `TWINROOT_SEED` is the first of them.
//!
//! ```sh
//! TWINROOT_RUNS=10000 cargo test --release -p twinroot-proofs smith -- --nocapture   # 10^6 calls
//! ```

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};

use twinroot_proofs::{Engines, Program, Tally, on_each_core, program, prove, random};

use crate::number;

/// Inputs of each program.
const CALLS: usize = 100;
/// Bytes that a program is drawn from, at most.
const BYTES: u64 = 4_096;

/// The program of a seed. Most bytes say none that the gate accepts, so a seed has many of them.
fn of_seed(seed: u64) -> Program {
    let bytes = (0..).map(|attempt| {
        let length = 512 + random(seed, 8)[0] as u64 * (BYTES - 512) / 255;
        let mut bytes = random(seed << 16 | attempt, length as usize);
        // Each seed has one author, else few programs would be those that are hard to draw.
        bytes[0] = seed as u8;
        bytes
    });
    bytes.into_iter().find_map(|bytes| program(&bytes)).unwrap()
}

#[test]
fn engines_agree() {
    let engines = Engines::new();
    let first = number("TWINROOT_SEED").unwrap_or(0);
    let runs = number("TWINROOT_RUNS").unwrap_or(1_000);
    let next = AtomicU64::new(first);
    let work = || {
        let (mut tally, mut found) = ([Tally::default(); 2], Vec::new());
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= first + runs {
                return (tally, found);
            }
            let tally = &mut tally[seed as usize % 2];
            let proof = || prove(&engines, &of_seed(seed), CALLS, tally);
            if catch_unwind(AssertUnwindSafe(proof)).is_err() {
                found.push(seed);
            }
        }
    };
    let (mut tally, mut found) = ([Tally::default(); 2], Vec::new());
    for (more, seeds) in on_each_core(work) {
        let both = tally.iter_mut().zip(more);
        both.for_each(|(one, more)| one.add(&more));
        found.extend(seeds);
    }
    let [mut all, smith] = tally;
    println!("written: {all}\nsmith:   {smith}");
    all.add(&smith);
    println!("all:     {all}");
    assert!(found.is_empty(), "seeds {found:?} found something");
    if runs >= 100 {
        // Fewer may miss a share by chance.
        let missing: Vec<_> = all.missing().collect();
        assert!(missing.is_empty(), "too few of {missing:?}: {all}");
    }
}
