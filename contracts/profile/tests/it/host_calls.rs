//! What a contract asks of the host, in plain words.

use twinroot_abi::Gas;
use twinroot_exec::Outcome;

use crate::stage::{call, call_with};

const WAT: &str = r#"(module
    (import "twinroot" "input_read" (func $input (param i32)))
    (import "twinroot" "storage_write" (func $write (param i32 i32 i32 i32)))
    (import "twinroot" "storage_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (import "twinroot" "revert" (func $revert (param i32)))
    (memory (export "memory") 1)
    (func (export "go")
        (call $input (i32.const 100))
        (call $write (i32.const 0) (i32.const 2) (i32.const 100) (i32.const 3))
        (drop (call $read (i32.const 0) (i32.const 2) (i32.const 200) (i32.const 2)))
        (call $revert (i32.const -1))))"#;

#[test]
fn arguments_and_answers_are_told() {
    let called = call_with(
        &wat::parse_str(WAT).unwrap(),
        "go",
        b"abc".to_vec(),
        100_000,
    );
    let profile = called.profile();
    let told: Vec<_> = profile
        .host_calls()
        .iter()
        .map(ToString::to_string)
        .collect();
    let expected = [
        "input_read(), writes 616263",
        "storage_write(key 0000, value 616263)",
        "storage_read(key 0000, room 2) = 3, writes 6162",
        "revert(code 4294967295), ends the call: revert 4294967295",
    ];
    assert_eq!(told, expected);
    let [input, write, ..] = profile.host_calls() else {
        panic!("four calls")
    };
    assert_eq!(input.gas_before, Gas(input.gas_after.0 + 1));
    assert_eq!(write.gas_before, Gas(write.gas_after.0 + 6 + 9));
    assert_eq!(input.stack[0].to_string(), "go");
    let json = serde_json::to_value(write).unwrap();
    assert_eq!(json["arguments"][1]["value"], "616263");
}

#[test]
fn a_pointer_outside_is_told() {
    let wat = r#"(module
        (import "twinroot" "emit" (func $emit (param i32 i32)))
        (memory (export "memory") 1)
        (func (export "go") (call $emit (i32.const 65536) (i32.const 1))))"#;
    let called = call(wat, 100_000);
    assert_eq!(called.outcome(), Outcome::Trap);
    let told = called.profile().host_calls()[0].to_string();
    assert_eq!(
        told,
        "emit(event outside of the memory), ends the call: trap"
    );
}
