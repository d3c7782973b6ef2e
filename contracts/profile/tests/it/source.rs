//! Names and lines, by a module as the compiler wrote it.
//!
//! `fixture/source.wasm` is `fixture/source.rs`, built for `wasm32v1-none` with `-Copt-level=2
//! -Cpanic=abort -Coverflow-checks -Cdebuginfo=line-tables-only -Clink-arg=-zstack-size=4096`.

use twinroot_exec::Outcome;
use twinroot_gate::admit;
use twinroot_profile::{DebugModule, Profile, SourceLine};

use crate::stage::{call_with, gas_of};

const WASM: &[u8] = include_bytes!("fixture/source.wasm");
const SOURCE: &str = include_str!("fixture/source.rs");

/// Number of the line that says that.
fn line(text: &str) -> u32 {
    let place = SOURCE.lines().position(|line| line.contains(text));
    u32::try_from(place.unwrap() + 1).unwrap()
}

fn profile(args: &[u8]) -> (Outcome, Profile) {
    let called = call_with(WASM, "go", args.to_vec(), 100_000);
    let debug = [DebugModule::read(WASM).unwrap()];
    (called.outcome(), called.profile_with(&debug))
}

fn lines_of(profile: &Profile) -> Vec<u32> {
    let stack = profile.stopped_at().iter();
    let lines = stack.filter_map(|frame| frame.at.as_ref());
    lines.map(|line| line.line).collect()
}

#[test]
fn a_trap_has_a_line() {
    let (outcome, profile) = profile(&[]);
    assert_eq!(outcome, Outcome::Trap);
    let lines = lines_of(&profile);
    assert_eq!(
        lines.last(),
        Some(&line("if halve(length)")),
        "{:?}",
        profile.stopped_at()
    );
    assert!(
        lines.contains(&line("number / steps")),
        "{:?}",
        profile.stopped_at()
    );
}

#[test]
fn what_was_put_into_a_function_is_told() {
    let (outcome, profile) = profile(&[0]);
    assert_eq!(outcome, Outcome::Success);
    let emit = &profile.host_calls()[1];
    let stack: Vec<_> = emit
        .stack
        .iter()
        .map(|frame| frame.function.as_str())
        .collect();
    assert_eq!(stack, ["rest", "halve", "go"]);
    assert_eq!(gas_of(&profile, "go;source::halve;emit"), 504);
}

#[test]
fn gas_has_lines() {
    let (_, profile) = profile(&[0]);
    let emit = SourceLine {
        file: String::from("/twinroot/source.rs"),
        line: line("emit(b\"half\""),
    };
    let lines = profile.lines(|_| true);
    assert!(lines[&emit].0 >= 504, "{lines:?}");
    let all: u64 = lines.values().map(|gas| gas.0).sum();
    assert_eq!(all, profile.split().total().0 - profile.split().start.0);
    assert!(profile.lines(|file| file.ends_with("other.rs")).is_empty());
}

#[test]
fn a_module_is_of_the_code_that_it_was_stripped_to() {
    let debug = DebugModule::read(WASM).unwrap();
    let canonical = admit(WASM).unwrap().canonical;
    assert!(canonical.len() < WASM.len() && debug.is_of(&canonical));
    let other = wat::parse_str(r#"(module (func (export "go")))"#).unwrap();
    assert!(!debug.is_of(&other));
}

#[test]
fn without_it_functions_have_numbers() {
    let called = call_with(WASM, "go", Vec::new(), 100_000);
    let profile = called.profile();
    assert_eq!(profile.stopped_at().last().unwrap().to_string(), "go");
    assert!(profile.lines(|_| true).is_empty());
}

#[test]
fn no_module_says_so() {
    assert!(DebugModule::read(b"not wasm").is_err());
}
