//! What traps, what does not, and where branches lead.

use twinroot_reference::{End, Reference};

use crate::host::{Observed, by_reference};

fn run(module: &str) -> Observed {
    let wasm = wat::parse_str(format!("(module {module})")).unwrap();
    by_reference(&Reference::new(&wasm).unwrap(), "go", 100_000)
}

/// The end of `code`, and what it leaves in the global.
fn go(code: &str) -> (End, i64) {
    let ran = run(&format!(
        r#"(memory (export "memory") 1) (global $g (mut i32) (i32.const 0))
            (func (export "go") (local i32) {code})"#
    ));
    (ran.end, ran.globals[0])
}

#[test]
fn arithmetic_without_a_result() {
    for code in [
        "i32.const 1 i32.const 0 i32.div_s drop",
        "i32.const 1 i32.const 0 i32.div_u drop",
        "i64.const 1 i64.const 0 i64.rem_s drop",
        "i64.const 1 i64.const 0 i64.rem_u drop",
        "i32.const 0x80000000 i32.const -1 i32.div_s drop",
        "i64.const 0x8000000000000000 i64.const -1 i64.div_s drop",
        "unreachable",
    ] {
        assert_eq!(go(code).0, End::Trap, "{code}");
    }
    assert_eq!(
        go("i32.const 0x80000000 i32.const -1 i32.rem_s global.set 0"),
        (End::Success, 0)
    );
}

#[test]
fn what_was_done_before_a_trap_is_seen() {
    assert_eq!(go("i32.const 5 global.set 0 unreachable"), (End::Trap, 5));
}

#[test]
fn memory_that_does_not_exist() {
    assert_eq!(go("i32.const 65532 i32.load drop").0, End::Success);
    assert_eq!(go("i32.const 65533 i32.load drop").0, End::Trap);
    assert_eq!(
        go("i32.const -1 i32.load8_u offset=4294967295 drop").0,
        End::Trap
    );
    assert_eq!(go("i32.const 65529 i64.const 0 i64.store").0, End::Trap);
    assert_eq!(
        go("i32.const 65536 i32.const 0 i32.const 0 memory.fill").0,
        End::Success
    );
    assert_eq!(
        go("i32.const 65537 i32.const 0 i32.const 0 memory.fill").0,
        End::Trap
    );
    assert_eq!(
        go("i32.const 0 i32.const 65537 i32.const 0 memory.copy").0,
        End::Trap
    );
}

#[test]
fn a_copy_may_overlap() {
    let ran = run(
        r#"(memory (export "memory") 1) (data (i32.const 0) "abcdef")
            (func (export "go") i32.const 2 i32.const 0 i32.const 4 memory.copy
                i32.const 6 i32.const 0x141 i32.const 2 memory.fill)"#,
    );
    assert_eq!(
        (ran.end, &ran.memory[..9]),
        (End::Success, &b"ababcdAA\0"[..])
    );
}

fn indirect(entry: i32) -> (End, i64) {
    let ran = run(&format!(
        r#"(type $wanted (func (param i32) (result i32))) (type $same (func (param i32) (result i32)))
            (table 5 funcref) (elem (i32.const 1) $twice $less $other) (elem (i32.const 3) $thrice)
            (global $g (mut i32) (i32.const 0))
            (func $twice (type $wanted) local.get 0 i32.const 2 i32.mul)
            (func $less (type $same) local.get 0 i32.const 1 i32.sub)
            (func $other (param i64) (result i32) i32.const 0)
            (func $thrice (type $wanted) local.get 0 i32.const 3 i32.mul)
            (func (export "go") i32.const 21 i32.const {entry} call_indirect (type $wanted) global.set $g)
            (func (export "wrong") i64.const 21 i32.const {entry} call_indirect (param i64) (result i32) drop)"#
    ));
    (ran.end, ran.globals[0])
}

#[test]
fn a_table_leads_to_functions_of_the_type_only() {
    assert_eq!(indirect(1), (End::Success, 42));
    assert_eq!(
        indirect(2),
        (End::Success, 20),
        "types are the same if they look the same"
    );
    assert_eq!(indirect(3), (End::Success, 63), "the later segment counts");
    assert_eq!(indirect(0).0, End::Trap, "nothing is there");
    assert_eq!(indirect(4).0, End::Trap, "nothing is there");
    assert_eq!(indirect(5).0, End::Trap, "the table ends");
    assert_eq!(indirect(-1).0, End::Trap, "an index is unsigned");
    let mismatch = run(
        r#"(table 1 funcref) (elem (i32.const 0) $f) (func $f (param i64))
            (func (export "go") i32.const 0 call_indirect)"#,
    );
    assert_eq!(mismatch.end, End::Trap);
}

#[test]
fn a_table_of_branches() {
    let ways = |index: i32| {
        go(&format!(
            "block block block i32.const {index} br_table 0 1 2
                end i32.const 10 global.set 0 return
            end i32.const 11 global.set 0 return
            end i32.const 12 global.set 0"
        ))
    };
    assert_eq!(
        [0, 1, 2, 3, -1].map(|index| ways(index).1),
        [10, 11, 12, 12, 12]
    );
}

#[test]
fn branches_carry_results_and_drop_the_rest() {
    let code = "block (result i32)
            i32.const 1 i32.const 2 i32.const 3 i32.const 1 br_if 0
            drop drop drop i32.const 4
        end global.set 0";
    assert_eq!(go(code), (End::Success, 3));
    let table = "i64.const 9
        block (result i32) block (result i32)
            i64.const 8 i32.const 5 i32.const 1 br_table 0 1
        end i32.const 100 i32.add end global.set 0 drop";
    assert_eq!(go(table), (End::Success, 5));
    // A branch to the body's own label, out of a loop, returns.
    assert_eq!(
        go("i32.const 7 global.set 0 loop br 1 end i32.const 8 global.set 0"),
        (End::Success, 7)
    );
}

#[test]
fn an_if_goes_one_way() {
    let ways = |condition: u32| {
        go(&format!(
            "i32.const {condition} if (result i32) i32.const 1 else i32.const 2 end global.set 0"
        ))
        .1
    };
    assert_eq!((ways(0), ways(1), ways(0x8000_0000)), (2, 1, 1));
    assert_eq!(go("i32.const 0 if i32.const 1 global.set 0 end").1, 0);
    assert_eq!(
        go("i32.const 1 if i32.const 1 global.set 0 br 0 unreachable else unreachable end").1,
        1
    );
}

#[test]
fn a_loop_begins_again_where_it_began() {
    let code = "i32.const 4 local.set 0
        loop
            block
                i32.const 9
                global.get 0 local.get 0 i32.add global.set 0
                local.get 0 i32.const 1 i32.sub local.tee 0 br_if 1
                drop
            end
        end";
    assert_eq!(go(code), (End::Success, 4 + 3 + 2 + 1));
}

#[test]
fn locals_begin_at_zero_and_a_run_with_a_fresh_instance() {
    let wasm = wat::parse_str(
        r#"(module (memory (export "memory") 1) (global (mut i64) (i64.const -3))
            (func $f (param i32) (result i32) (local i32) local.get 1 local.get 0 local.set 1)
            (func (export "go")
                i32.const 5 call $f i32.const 5 call $f i32.add if unreachable end
                i32.const 0 i32.load8_u if unreachable end
                i32.const 0 i32.const 1 i32.store
                global.get 0 i64.const 1 i64.add global.set 0))"#,
    );
    let wasm = wasm.unwrap();
    let reference = Reference::new(&wasm).unwrap();
    for _ in 0..2 {
        let ran = by_reference(&reference, "go", 1_000);
        assert_eq!(
            (ran.end, ran.globals, ran.memory[0]),
            (End::Success, vec![-2], 1)
        );
    }
}
