//! A contract that another calls has a subtree of its own.

use proptest::prelude::*;
use twinroot_exec::Outcome;

use crate::stage::{call_among, gas_of};

/// Calls contract 2 with the gas that its arguments say.
const OUTER: &str = r#"(module
    (import "twinroot" "input_read" (func $input (param i32)))
    (import "twinroot" "call" (func $call (param i32 i32 i32 i32 i32 i64 i64) (result i64)))
    (import "twinroot" "ret" (func $ret (param i32 i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "\02\02\02\02\02\02\02\02\02\02\02\02\02\02\02\02\02\02\02\02\02\02\02\02\02\02\02\02\02\02\02\02")
    (data (i32.const 32) "work")
    (func (export "go")
        (call $input (i32.const 64))
        (i64.store (i32.const 80) (call $call (i32.const 0) (i32.const 32) (i32.const 4)
            (i32.const 0) (i32.const 0) (i64.const 0) (i64.load (i32.const 64))))
        (call $ret (i32.const 80) (i32.const 8))))"#;

const INNER: &str = r#"(module
    (import "twinroot" "storage_write" (func $write (param i32 i32 i32 i32)))
    (memory (export "memory") 1)
    (func $deep (call $write (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 1)))
    (func (export "work") (call $deep)))"#;

fn called(gas: u64) -> crate::stage::Called {
    let modules = [OUTER, INNER].map(|wat| wat::parse_str(wat).unwrap());
    let modules = modules.each_ref().map(Vec::as_slice);
    call_among(&modules, "go", gas.to_le_bytes().to_vec(), 200_000)
}

#[test]
fn its_gas_stands_below_the_call() {
    let called = called(50_000);
    assert_eq!(called.outcome(), Outcome::Success);
    assert_eq!(called.receipt.returned, [0; 8]);
    let profile = called.profile();
    let run = format!("go;call;work of {}", twinroot_abi::ContractId([2; 32]));
    assert_eq!(
        gas_of(&profile, &format!("{run};function 1;storage_write")),
        15_000 + 3 + 3
    );
    assert_eq!(gas_of(&profile, "go;call"), 8_000 + 1);
    let inner = profile.host_calls().iter().find(|call| call.depth == 1);
    assert_eq!(inner.unwrap().function, "storage_write");
    assert!(profile.stopped_at().is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// With any gas, be it less than the start price.
    #[test]
    fn it_adds_up(gas in 0_u64..40_000) {
        let called = called(gas);
        prop_assert_eq!(called.outcome(), Outcome::Success);
        let _ = called.profile();
    }
}
