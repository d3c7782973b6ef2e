//! The seeds of the fuzz targets `engines` and `gate`, in `fuzz/corpus`. With `TWINROOT_BLESS` set they
//! are made anew, because what bytes mean changes with the generators. `TWINROOT_RUNS` asks for more
//! bytes for the gate, `TWINROOT_SEED` is the first of them.

use std::fs;
use std::path::{Path, PathBuf};

use twinroot_exec::{HostError, Outcome};
use twinroot_proofs::{Tally, agree, gate_holds, random};

use crate::number;

fn folder(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/corpus")
        .join(target)
}

fn is_blessed() -> bool {
    std::env::var_os("TWINROOT_BLESS").is_some()
}

fn seeds(target: &str) -> impl Iterator<Item = Vec<u8>> {
    let entries = fs::read_dir(folder(target)).unwrap();
    entries.map(|entry| fs::read(entry.unwrap().path()).unwrap())
}

/// How a call ends, and who may write the program: the first byte of the bytes says so (`program.rs`).
const GOALS: [(&str, u8, Outcome); 10] = [
    ("written-success", 0, Outcome::Success),
    ("written-revert", 0, Outcome::Revert(0)),
    ("written-trap", 0, Outcome::Trap),
    ("written-out-of-gas", 0, Outcome::OutOfGas),
    ("written-stack-limit", 0, Outcome::StackLimit),
    ("written-host-error", 0, Outcome::HostError(HostError::Key)),
    ("smith-success", 1, Outcome::Success),
    ("smith-trap", 1, Outcome::Trap),
    ("smith-out-of-gas", 1, Outcome::OutOfGas),
    ("smith-stack-limit", 1, Outcome::StackLimit),
];

/// Bytes of a seed before it is made shorter.
const LENGTH: usize = 600;

/// Bytes whose calls end so, of which no large part can be left out.
fn look_for(author: u8, goal: Outcome) -> Vec<u8> {
    let leads_there = |bytes: &Vec<u8>| bytes.first() == Some(&author) && agree(bytes).of(goal) > 0;
    let mut bytes = (0..)
        .map(|seed| {
            let mut bytes = random(seed, LENGTH);
            bytes[0] = author;
            bytes
        })
        .find(leads_there)
        .unwrap();
    let mut step = LENGTH / 2;
    while step > 4 {
        let mut start = 1;
        while start < bytes.len() {
            let mut shorter = bytes.clone();
            shorter.drain(start..(start + step).min(bytes.len()));
            if leads_there(&shorter) {
                bytes = shorter;
            } else {
                start += step;
            }
        }
        step /= 2;
    }
    bytes
}

#[test]
fn the_corpus_of_engines_leads_everywhere() {
    if is_blessed() {
        fs::create_dir_all(folder("engines")).unwrap();
        for (name, author, goal) in GOALS {
            fs::write(folder("engines").join(name), look_for(author, goal)).unwrap();
        }
    }
    let mut all = Tally::default();
    seeds("engines").for_each(|bytes| all.add(&agree(&bytes)));
    for (name, _, goal) in GOALS {
        assert!(
            all.of(goal) > 0,
            "`{name}` is not reached any more: bless it"
        );
    }
}

/// Modules of which a fuzzer can make others: most of what a contract may have, and what it may not.
const MODULES: [(&str, &str); 6] = [
    ("nothing", "(module)"),
    (
        "contract",
        r#"(module $names
            (import "twinroot" "storage_read" (func $read (param i32 i32 i32 i32) (result i32)))
            (import "twinroot" "ret" (func (param i32 i32)))
            (type $t (func (param i32 i64) (result i64)))
            (memory (export "memory") 1 2) (table 3 funcref) (elem (i32.const 1) $f $f)
            (global $g (mut i64) (i64.const 5)) (export "g" (global $g))
            (data (i32.const 8) "twin")
            (func $f (type $t) (local i32)
                (block (loop (br_if 1 (i32.eqz (local.get 0)))
                    (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
                    (block (br_table 0 1 2 (local.get 0))) (br 0)))
                (global.set $g (i64.div_u (global.get $g) (local.get 1)))
                (if (result i64) (local.get 2) (then (global.get $g)) (else (i64.const 1))))
            (func (export "go")
                (drop (call $read (i32.const 8) (i32.const 4) (i32.const 64) (i32.const 32)))
                (memory.fill (i32.const 0) (i32.const 1) (i32.const 99))
                (memory.copy (i32.const 9) (i32.const 1) (memory.grow (i32.const 1)))
                (drop (call_indirect (type $t) (i32.const 3) (i64.const 4) (i32.const 1)))))"#,
    ),
    (
        "policies",
        r#"(module (func (export "go")) (@custom "twinroot.policy" "\01\01\02\03\00\07\00\00\00"))"#,
    ),
    (
        "float",
        "(module (func (param f32) (result f64) (f64.promote_f32 (local.get 0))))",
    ),
    (
        "references",
        "(module (table 2 externref) (func $f (result i32 i32) (ref.null func) drop unreachable) (start $f))",
    ),
    (
        "recursion",
        r#"(module (func $f (param i32) (result i32)
            (if (local.get 0) (then (return (call $f (i32.sub (local.get 0) (i32.const 1)))))) (i32.const 1))
            (func (export "go") (drop (call $f (i32.const 9)))))"#,
    ),
];

#[test]
fn the_corpus_of_the_gate_does_no_harm() {
    if is_blessed() {
        fs::create_dir_all(folder("gate")).unwrap();
        for (name, text) in MODULES {
            fs::write(folder("gate").join(name), wat::parse_str(text).unwrap()).unwrap();
        }
        for seed in 0..4 {
            let bytes = random(seed, 800);
            fs::write(folder("gate").join(format!("smith-{seed}")), bytes).unwrap();
        }
    }
    let (mut given, mut passed) = (0, 0);
    let first = number("TWINROOT_SEED").unwrap_or(0);
    let runs = number("TWINROOT_RUNS").unwrap_or(300);
    let more = (first..first + runs).map(|seed| random(seed, 2_000));
    for bytes in seeds("gate").chain(more) {
        given += 1;
        passed += gate_holds(&bytes);
    }
    // Of each seed four modules are made, and most of those that are likely to pass do.
    assert!(
        passed > given / 4 && passed < 4 * given,
        "{passed} of {given}"
    );
}
