//! The law: engines agree.

use std::sync::OnceLock;

use twinroot_exec::Outcome;
use twinroot_types::{Tag, hash};

use crate::{Engines, Input, Program, Tally, inputs, program, with_stack};

/// Bytes that look random and are the same in every run.
#[must_use]
pub fn random(seed: u64, length: usize) -> Vec<u8> {
    (0_u64..)
        .flat_map(|block| hash(Tag::VALUE, &[&seed.to_le_bytes(), &block.to_le_bytes()]))
        .take(length)
        .collect()
}

/// Calls a program so many times on each engine. All must come to the same. Where a call succeeds, the
/// gas that it used is enough and one less is not; that call is not counted.
///
/// # Panics
/// Where engines differ.
pub fn prove(engines: &Engines, program: &Program, calls: usize, tally: &mut Tally) {
    let compiled = engines.compile(&program.module.metered);
    let entries: Vec<_> = program.module.entries.iter().collect();
    tally.programs += 1;
    if entries.is_empty() {
        return;
    }
    let run = |entry: &str, input: &Input| {
        let ran = compiled.run(entry, input);
        ran.unwrap_or_else(|why| panic!("{why}"))
    };
    for (pick, mut input) in inputs(program.seed, calls) {
        let entry = entries[pick % entries.len()];
        let ran = run(entry, &input);
        tally.count(ran.outcome);
        if ran.outcome == Outcome::Success {
            // Every other time just enough, else one less.
            let short = pick >> 32 & 1 == 1;
            input.gas -= ran.gas_left + i64::from(short);
            let ran = run(entry, &input);
            let wanted = if short {
                Outcome::OutOfGas
            } else {
                Outcome::Success
            };
            assert!(
                (ran.outcome, ran.gas_left) == (wanted, 0),
                "`{entry}` with {input:?} came to {ran:?}, not to {wanted}"
            );
        }
    }
}

/// How many calls a fuzz target makes of a program.
const CALLS: usize = 12;

/// Calls the program that the bytes say on all engines; what a fuzz target runs. Gives how its calls
/// ended.
///
/// # Panics
/// Where engines differ.
pub fn agree(bytes: &[u8]) -> Tally {
    static ENGINES: OnceLock<Engines> = OnceLock::new();
    let Some(program) = program(bytes) else {
        return Tally::default();
    };
    let engines = ENGINES.get_or_init(Engines::new);
    with_stack(|| {
        let mut tally = Tally::default();
        prove(engines, &program, CALLS, &mut tally);
        tally
    })
}
