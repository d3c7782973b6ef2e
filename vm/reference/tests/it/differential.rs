//! One law: whoever runs a module, it comes to the same.

use arbitrary::Unstructured;
use proptest::prelude::*;
use twinroot_gate::admit;
use twinroot_reference::{End, Reference};

use crate::generate::{contracts, fixed_seeds, seeds, smith};
use crate::host::{Observed, by_reference, used};
use crate::program::{ENTRIES, program};
use crate::wasm::{Engined, run_metered, run_plain};

/// Gas that lets most entries come to their end.
const PLENTY: u64 = 200_000;
const SEEDS: usize = 150;

/// Generated modules that the gate lets through, with the names of their entries.
fn modules(seed: &[u8]) -> Vec<(Vec<u8>, Vec<String>)> {
    let mut modules = vec![(program(seed), ENTRIES.map(String::from).to_vec())];
    if let Some(Ok(module)) = smith(seed).map(|wasm| admit(&wasm)) {
        modules.push((module.canonical, module.entries.into_iter().collect()));
    }
    modules
}

/// The project's contracts, with the names of their entries. This host says nothing that they hope for,
/// so they come to few ends, but by code of a real compiler.
fn built() -> Vec<(Vec<u8>, Vec<String>)> {
    let modules = contracts().into_iter().map(|wasm| admit(&wasm).unwrap());
    modules
        .map(|module| (module.canonical, module.entries.into_iter().collect()))
        .collect()
}

/// The reference against an engine that runs the module as it is: without gas, so only where neither
/// gas nor stack ended the run. Gives the ends.
fn same_without_gas(canonical: &[u8], entries: &[String]) -> Vec<End> {
    let reference = Reference::new(canonical).unwrap();
    let plain = Engined::plain(canonical);
    let mut ends = Vec::new();
    for entry in entries {
        let here = by_reference(&reference, entry, PLENTY);
        ends.push(here.end);
        if !matches!(here.end, End::OutOfGas | End::StackLimit) {
            let there = run_plain(&plain, entry);
            assert_eq!(without_gas(here), without_gas(there), "{entry}");
        }
    }
    ends
}

fn without_gas(observed: Observed) -> Observed {
    let calls = observed.calls.into_iter();
    Observed {
        gas_left: None,
        calls: calls
            .map(|(name, arguments, _)| (name, arguments, 0))
            .collect(),
        ..observed
    }
}

/// The reference against the gate's metered module: at plenty of gas, at as much as is used, at one
/// less, and at any amount below. Gives the ends.
fn same_with_gas(canonical: &[u8], entries: &[String], seed: &[u8]) -> Vec<End> {
    let mut seed = Unstructured::new(seed);
    let reference = Reference::new(canonical).unwrap();
    let metered = Engined::metered(&admit(canonical).unwrap().metered, canonical);
    let mut ends = Vec::new();
    for entry in entries {
        let used = used(&reference, entry, PLENTY);
        let mut limits = vec![PLENTY, used, used.saturating_sub(1)];
        limits.extend((0..4).map(|_| seed.int_in_range(0..=used).unwrap_or(0)));
        for gas in limits {
            let here = by_reference(&reference, entry, gas);
            ends.push(here.end);
            let there = run_metered(&metered, entry, gas.cast_signed());
            assert_eq!(here, there, "{entry} with {gas}");
        }
    }
    ends
}

/// The generators must reach what the laws speak of, or they say nothing.
fn assert_all_ends_are_met(ends: &[End]) {
    let count = |wanted: fn(&End) -> bool| ends.iter().filter(|end| wanted(end)).count();
    let counts = [
        count(|end| *end == End::Success),
        count(|end| *end == End::Trap),
        count(|end| *end == End::OutOfGas),
        count(|end| *end == End::StackLimit),
        count(|end| matches!(end, End::Revert(_))),
    ];
    assert!(counts.iter().all(|count| *count >= 5), "{counts:?}");
}

#[test]
fn an_engine_without_gas_agrees() {
    let mut ends = Vec::new();
    for (canonical, entries) in built() {
        ends.extend(same_without_gas(&canonical, &entries));
    }
    for seed in fixed_seeds(SEEDS) {
        for (canonical, entries) in modules(&seed) {
            ends.extend(same_without_gas(&canonical, &entries));
        }
    }
    assert_all_ends_are_met(&ends);
}

#[test]
fn the_metered_module_agrees() {
    let mut ends = Vec::new();
    for (canonical, entries) in built() {
        ends.extend(same_with_gas(&canonical, &entries, b"twin roots agree"));
    }
    for seed in fixed_seeds(SEEDS) {
        for (canonical, entries) in modules(&seed) {
            ends.extend(same_with_gas(&canonical, &entries, &seed));
        }
    }
    assert_all_ends_are_met(&ends);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn differential(seed in seeds()) {
        for (canonical, entries) in modules(&seed) {
            same_without_gas(&canonical, &entries);
            same_with_gas(&canonical, &entries, &seed);
        }
    }
}
