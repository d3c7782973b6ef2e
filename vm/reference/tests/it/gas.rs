//! What runs cost, computed by hand from docs/spec/vm.md, 3, and how they end without enough.

use twinroot_abi::HOST_FUNCTIONS;
use twinroot_reference::{End, Reference};

use crate::host::{Observed, by_reference};

/// All host functions that the tests here call, so that each is called by its name.
const IMPORTS: &str = r#"
    (import "twinroot" "emit" (func $emit (param i32 i32)))
    (import "twinroot" "input_read" (func $input_read (param i32)))
    (import "twinroot" "revert" (func $revert (param i32)))
    (import "twinroot" "height" (func $height (result i64)))"#;

fn run(body: &str, gas: u64) -> Observed {
    let wasm = wat::parse_str(format!("(module {IMPORTS} {body})")).unwrap();
    by_reference(&Reference::new(&wasm).unwrap(), "go", gas)
}

/// So much is enough and is used up, one less is not.
fn costs(body: &str, gas: u64) {
    let enough = run(body, gas);
    assert_eq!((enough.end, enough.gas_left), (End::Success, Some(0)));
    if let Some(less) = gas.checked_sub(1) {
        assert_eq!(run(body, less).end, End::OutOfGas);
    }
}

fn go(code: &str) -> String {
    format!(r#"(memory (export "memory") 1 3) (func (export "go") (local i32 i64) {code})"#)
}

#[test]
fn straight_lines() {
    costs(&go(""), 0);
    costs(&go("i32.const 1 drop nop"), 1);
    costs(&go("i64.const 6 i64.const 3 i64.div_u drop"), 16);
    costs(&go("i32.const 1 i32.const 2 i32.const 3 select drop"), 4);
    costs(&go("i32.const 0 i32.const 0 i32.store memory.size drop"), 4);
}

#[test]
fn what_is_beyond_64_bits_counts_as_the_most() {
    assert_eq!(
        run(&go("i32.const 1 drop"), u64::MAX).gas_left,
        Some(i64::MAX - 1)
    );
}

#[test]
fn turns_of_a_loop() {
    let ten = "i32.const 10 local.set 0
        loop local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0 end";
    costs(&go(ten), 2 + 10 * 5);
    assert_eq!(run(&go("loop br 0 end"), 10_000).end, End::OutOfGas);
}

#[test]
fn pages_asked_for() {
    costs(&go("i32.const 2 memory.grow drop"), 101 + 2 * 8_192);
    // They are paid even if they are not had.
    costs(
        &go("i32.const 3 memory.grow i32.const -1 i32.ne if unreachable end"),
        101 + 3 * 8_192 + 3 + 1,
    );
    let all = go("i32.const -1 memory.grow drop");
    assert_eq!(run(&all, 1 << 40).end, End::OutOfGas);
    costs(&all, 101 + 8_192 * 0xffff_ffff);
}

#[test]
fn a_memory_grows_to_what_it_declares_or_to_the_limit() {
    let pages = |memory: &str, pages: u32| {
        let body = format!(
            r#"(memory (export "memory") {memory}) (func (export "go") i32.const {pages} memory.grow
                i32.const -1 i32.eq if unreachable end)"#
        );
        run(&body, 10_000_000).end
    };
    assert_eq!(pages("1 3", 2), End::Success);
    assert_eq!(pages("1 3", 3), End::Trap);
    assert_eq!(pages("1", 63), End::Success);
    assert_eq!(pages("1", 64), End::Trap);
    assert_eq!(pages("1 1000", 63), End::Success);
    assert_eq!(pages("1 1000", 64), End::Trap);
    assert_eq!(pages("0 0", 0), End::Success);
    assert_eq!(pages("0 0", 1), End::Trap);
}

#[test]
fn bytes_moved() {
    let fill = |count: u32| {
        go(&format!(
            "i32.const 0 i32.const 1 i32.const {count} memory.fill"
        ))
    };
    costs(&fill(7), 303);
    costs(&fill(8), 304);
    costs(&fill(65_536), 303 + 8_192);
    let copy = |count: u32| {
        go(&format!(
            "i32.const 0 i32.const 9 i32.const {count} memory.copy"
        ))
    };
    costs(&copy(15), 24);
}

#[test]
fn bytes_out_of_bounds_are_paid_before_they_trap() {
    for (code, cost) in [
        ("i32.const 0 i32.const 1 i32.const 65537 memory.fill", 303),
        ("i32.const 1 i32.const 0 i32.const 65536 memory.copy", 23),
        ("i32.const 0 i32.const 1 i32.const 65536 memory.copy", 23),
    ] {
        assert_eq!(run(&go(code), cost + 8_192).end, End::Trap, "{code}");
        assert_eq!(
            run(&go(code), cost - 1 + 8_192).end,
            End::OutOfGas,
            "{code}"
        );
    }
    let most = go("i32.const 0 i32.const 1 i32.const -1 memory.fill");
    assert_eq!(run(&most, 303 + 0x1fff_ffff).end, End::Trap);
    assert_eq!(run(&most, 302 + 0x1fff_ffff).end, End::OutOfGas);
}

#[test]
fn calls() {
    let body = |callee: &str| {
        format!(
            r#"(func (export "go") i32.const 1 call $f drop) (func $f (param i32) (result i32) {callee})"#
        )
    };
    costs(&body("local.get 0"), 6 + 1);
    costs(&body("local.get 0 i32.const 1 i32.add return"), 6 + 4);
    let indirect = r#"(table 1 funcref) (elem (i32.const 0) $f) (type $t (func))
        (func (export "go") i32.const 0 call_indirect (type $t)) (func $f)"#;
    costs(indirect, 9);
}

#[test]
fn the_dearest_way_is_paid() {
    let branches = |condition: u32| {
        go(&format!(
            "i32.const {condition} if i32.const 0 drop else i32.const 0 i32.const 0 drop drop end"
        ))
    };
    costs(&branches(0), 4);
    costs(&branches(1), 4);
}

/// A way that is too dear to be paid in advance, so that gas falls below 0 without a check.
fn unchecked(end: &str) -> String {
    go(&format!(
        "i32.const 1 if {} {end} end",
        "i32.const 0 drop ".repeat(40)
    ))
}

#[test]
fn gas_below_0_is_nothing_by_itself() {
    assert_eq!(run(&unchecked("unreachable"), 2).end, End::Trap);
    assert_eq!(run(&unchecked("unreachable"), 1).end, End::OutOfGas);
    // When the entry returns, it is checked a last time.
    assert_eq!(run(&unchecked(""), 2).end, End::OutOfGas);
    assert_eq!(run(&unchecked(""), 41).end, End::OutOfGas);
    assert_eq!(run(&unchecked(""), 42).end, End::Success);
    assert_eq!(run(&unchecked("return"), 42).end, End::OutOfGas);
    assert_eq!(run(&unchecked("return"), 43).end, End::Success);
}

#[test]
fn what_a_run_writes_after_it_overdrew_is_seen() {
    let code = unchecked("i32.const 0 i32.const 5 i32.store8 unreachable");
    let ran = run(&code, 2);
    assert_eq!((ran.end, ran.memory[0]), (End::Trap, 5));
}

#[test]
fn a_host_function_without_gas_does_nothing() {
    let body = unchecked("i32.const 0 call $input_read");
    let ran = run(&body, 2 + 40 + 100);
    assert_eq!(
        (ran.end, ran.calls.len(), ran.memory[0]),
        (End::OutOfGas, 0, 0)
    );
    let ran = run(&body, 2 + 40 + 1 + 100);
    assert_eq!(
        (ran.end, ran.calls, ran.memory[0]),
        (End::Success, vec![("input_read", vec![0], 0)], b't')
    );
}

#[test]
fn a_host_charges_by_operand() {
    let body = go("i32.const 0 i32.const 9 call $emit");
    costs(&body, 2 + 500 + 9);
    assert_eq!(run(&body, 2 + 500 + 8).calls, [("emit", vec![0, 9], 8)]);
}

#[test]
fn a_host_ends_a_call() {
    let revert = run(&go("i32.const -2 call $revert unreachable"), 100);
    assert_eq!(revert.end, End::Revert(0xffff_fffe));
    assert_eq!(revert.calls, [("revert", vec![-2], 100 - 1 - 30 - 1)]);
    let outside = go("i32.const 65533 call $input_read");
    assert_eq!(run(&outside, 101).end, End::Trap);
    assert_eq!(
        run(&go("i32.const 65532 call $input_read"), 101).end,
        End::Success
    );
}

#[test]
fn an_entry_that_does_not_exist() {
    let wasm = wat::parse_str(r#"(module (func (export "go")))"#).unwrap();
    let reference = Reference::new(&wasm).unwrap();
    for entry in ["gone", "", "Go"] {
        assert_eq!(by_reference(&reference, entry, 100).end, End::HostError(1));
    }
}

/// The rows of the table of docs/spec/vm.md, 5.1, as name, price and hundredths for each byte.
fn prices_in_spec() -> Vec<(String, u64, u64)> {
    let spec = include_str!("../../../../docs/spec/vm.md");
    let table = spec.split("### 5.1 ").nth(1).unwrap();
    let table = table.split("### ").next().unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    let rows = rows.map(|row| {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let number = |cell: usize| cells[cell].parse().unwrap();
        (cells[1].trim_matches('`').to_owned(), number(3), number(4))
    });
    rows.collect()
}

#[test]
fn prices_are_those_of_the_spec() {
    let prices = HOST_FUNCTIONS.iter();
    let prices = prices.map(|host| (host.name.to_owned(), host.base, host.per_byte_centigas));
    assert_eq!(prices.collect::<Vec<_>>(), prices_in_spec());
}
