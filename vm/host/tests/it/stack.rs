//! The metered stack ends a call before the native one does (docs/spec/vm.md, 4).

use std::fmt::Write;

use twinroot_exec::Outcome;

use crate::stage::call;

/// Values that an optimiser would like to keep from before a call until after it: each product is
/// wanted on both sides, and to keep them all takes far more native stack than the frame is metered.
fn greedy(terms: u32) -> String {
    let mut products = String::new();
    for term in 0..terms {
        let factor = 3 + 2 * u64::from(term) * 0x9e37_79b9;
        write!(
            products,
            "(local.set 1 (i64.xor (local.get 1) (i64.mul (local.get 0) (i64.const {factor}))))"
        )
        .unwrap();
    }
    format!(
        r#"(module
            (func $f (param i64) (result i64) (local i64)
                {products}
                (local.set 1 (i64.add (local.get 1) (call $f (i64.sub (local.get 0) (i64.const 1)))))
                {products}
                (local.get 1))
            (func (export "play") (drop (call $f (i64.const 7)))))"#
    )
}

#[test]
fn endless_recursion_is_the_stack_limit() {
    let wat = r#"(module (func $f (call $f)) (func (export "play") (call $f)))"#;
    assert_eq!(
        call(wat, "play", 40_000_000).unwrap().outcome,
        Outcome::StackLimit
    );
}

#[test]
fn what_an_optimiser_keeps_does_not_outgrow_the_native_stack() {
    for terms in [10, 100, 500, 2_000] {
        let receipt = call(&greedy(terms), "play", 49_000_000);
        assert_eq!(
            receipt.map(|receipt| receipt.outcome),
            Ok(Outcome::StackLimit),
            "{terms} terms"
        );
    }
}
