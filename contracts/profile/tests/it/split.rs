//! Each gas is in the category that it belongs to, and in no other.

use proptest::prelude::*;
use twinroot_abi::{CALL_GAS, Gas, HOST_FUNCTIONS};
use twinroot_exec::Outcome;
use twinroot_profile::{Category, Split};

use crate::stage::call;

const PLENTY: u64 = 1_000_000;

fn split(wat: &str) -> Split {
    let called = call(wat, PLENTY);
    assert_eq!(called.outcome(), Outcome::Success);
    called.profile().split()
}

#[test]
fn an_empty_call_pays_for_its_start() {
    let called = call(r#"(module (func (export "go")))"#, PLENTY);
    let bytes = called.trace.code.len() as u64;
    let start = Gas(CALL_GAS + bytes.div_ceil(10));
    let expected = Split {
        start,
        ..Split::default()
    };
    assert_eq!(called.profile().split(), expected);
}

#[test]
fn memory_is_what_grows_copies_and_fills() {
    let split = split(
        r#"(module (memory (export "memory") 1)
        (func (export "go")
            (drop (memory.grow (i32.const 2)))
            (memory.fill (i32.const 0) (i32.const 7) (i32.const 80))
            (memory.copy (i32.const 100) (i32.const 0) (i32.const 17))))"#,
    );
    assert_eq!(split.memory, Gas(100 + 2 * 8_192 + 300 + 10 + 20 + 2));
    // Seven constants.
    assert_eq!(split.compute, Gas(7));
}

#[test]
fn host_functions_have_their_categories() {
    let split = split(
        r#"(module
        (import "twinroot" "storage_write" (func $write (param i32 i32 i32 i32)))
        (import "twinroot" "storage_read" (func $read (param i32 i32 i32 i32) (result i32)))
        (import "twinroot" "blake2b" (func $blake2b (param i32 i32 i32)))
        (import "twinroot" "emit" (func $emit (param i32 i32)))
        (memory (export "memory") 1)
        (func (export "go")
            (call $write (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 8))
            (drop (call $read (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 8)))
            (call $blake2b (i32.const 0) (i32.const 10) (i32.const 0))
            (call $emit (i32.const 0) (i32.const 10))))"#,
    );
    assert_eq!(split.storage, Gas(15_000 + 12 + 24 + 2_500 + 4 + 8));
    assert_eq!(split.crypto, Gas(500 + 30));
    assert_eq!(split.host, Gas(500 + 10));
    assert_eq!(split.compute, Gas(4 + 4 + 3 + 2));
    assert_eq!(split.memory, Gas(0));
}

/// A new host function has to be put somewhere.
#[test]
fn every_host_function_has_a_category() {
    let of = |category: Category| {
        let functions = HOST_FUNCTIONS.iter().map(|host| host.name);
        let of = functions.filter(|name| Category::of_host_function(name) == category);
        of.collect::<Vec<_>>()
    };
    assert_eq!(
        of(Category::Storage),
        ["storage_read", "storage_remove", "storage_write"]
    );
    assert_eq!(
        of(Category::Crypto),
        ["blake2b", "judge", "sha256", "verify"]
    );
    assert_eq!(of(Category::Host).len(), 15);
}

#[test]
fn what_a_trap_takes_is_forfeited() {
    let called = call(r#"(module (func (export "go") unreachable))"#, PLENTY);
    let split = called.profile().split();
    assert_eq!(called.outcome(), Outcome::Trap);
    assert_eq!(split.compute, Gas(1));
    assert_eq!(split.forfeited, Gas(PLENTY - split.start.0 - 1));
}

#[test]
fn what_a_revert_leaves_is_not() {
    let wat = r#"(module (import "twinroot" "revert" (func $revert (param i32)))
        (func (export "go") (call $revert (i32.const 3))))"#;
    let called = call(wat, PLENTY);
    assert_eq!(called.outcome(), Outcome::Revert(3));
    let split = called.profile().split();
    assert_eq!(
        (split.compute, split.host, split.forfeited),
        (Gas(1), Gas(30), Gas(0))
    );
}

/// Loops, branches that are paid for in advance, host functions, memory.
const BUSY: &str = r#"(module
    (import "twinroot" "storage_write" (func $write (param i32 i32 i32 i32)))
    (import "twinroot" "input_len" (func $length (result i32)))
    (memory (export "memory") 1)
    (func $odd (param i32) (result i32)
        (if (result i32) (i32.and (local.get 0) (i32.const 1))
            (then (i32.mul (local.get 0) (i32.const 3)))
            (else (i32.const 9))))
    (func (export "go") (local i32)
        (loop $again
            (drop (call $odd (local.get 0)))
            (memory.fill (i32.const 0) (i32.const 1) (local.get 0))
            (if (i32.eqz (i32.rem_u (local.get 0) (i32.const 4)))
                (then (call $write (i32.const 0) (i32.const 1) (i32.const 0) (local.get 0))))
            (br_if $again (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1)))
                (i32.const 9))))
        (drop (call $length))))"#;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Wherever the gas ends, the parts come to the receipt's gas: `profile` says so.
    #[test]
    fn any_limit_adds_up(gas in 0_u64..80_000) {
        let called = call(BUSY, gas);
        let split = called.profile().split();
        let success = called.outcome() == Outcome::Success;
        prop_assert!(success || called.outcome() == Outcome::OutOfGas);
        prop_assert!(success || split.total() == Gas(gas));
    }
}
