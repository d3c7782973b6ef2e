//! Where a call stopped.

use twinroot_exec::Outcome;

use crate::stage::call;

/// The functions that were open, the innermost first.
fn stopped(wat: &str, gas: u64) -> (Outcome, Vec<String>) {
    let called = call(wat, gas);
    let profile = called.profile();
    let stack = profile.stopped_at().iter().map(ToString::to_string);
    (called.outcome(), stack.collect())
}

#[test]
fn a_trap_has_a_stack() {
    let wat = r#"(module
        (func $divide (param i32) (result i32) (i32.div_u (i32.const 1) (local.get 0)))
        (func $middle (drop (call $divide (i32.const 1))) (drop (call $divide (i32.const 0))))
        (func (export "go") (call $middle)))"#;
    let stack = ["function 0", "function 1", "go"]
        .map(String::from)
        .to_vec();
    assert_eq!(stopped(wat, 100_000), (Outcome::Trap, stack));
}

#[test]
fn gas_ends_where_it_is_checked() {
    let wat = r#"(module
        (func $forever (loop $again (br $again)))
        (func (export "go") (call $forever)))"#;
    let stack = ["function 0", "go"].map(String::from).to_vec();
    assert_eq!(stopped(wat, 20_000), (Outcome::OutOfGas, stack));
}

#[test]
fn the_last_check_is_at_the_end_of_the_entry() {
    // The start price takes all but three; an addition after an `if` is charged and not checked.
    let wat = r#"(module (func (export "go")
        (if (i32.const 0) (then (loop))) (drop (i32.div_u (i32.const 1) (i32.const 1)))))"#;
    let bytes = wat::parse_str(wat).unwrap().len() as u64;
    let gas = twinroot_host::start_price(usize::try_from(bytes).unwrap()).0 + 3;
    assert_eq!(
        stopped(wat, gas),
        (Outcome::OutOfGas, vec![String::from("go")])
    );
}

#[test]
fn too_deep_a_stack_names_the_caller() {
    let wat = r#"(module (func $down (call $down)) (func (export "go") (call $down)))"#;
    let (outcome, stack) = stopped(wat, 10_000_000);
    assert_eq!(outcome, Outcome::StackLimit);
    assert_eq!((stack.len(), stack[0].as_str()), (64, "function 0"));
}

#[test]
fn where_nothing_ran_there_is_no_place() {
    let wat = r#"(module (func (export "go")))"#;
    assert_eq!(stopped(wat, 11_999), (Outcome::OutOfGas, vec![]));
}

#[test]
fn a_missing_entry_has_no_place() {
    let wasm = wat::parse_str(r#"(module (func (export "come")))"#).unwrap();
    let called = crate::stage::call_with(&wasm, "go", Vec::new(), 20_000);
    assert!(matches!(called.outcome(), Outcome::HostError(_)));
    assert!(called.profile().stopped_at().is_empty());
}
