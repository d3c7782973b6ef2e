//! Where the stack is counted, by hand from docs/spec/vm.md, 4.

use twinroot_gate::{GateError, STACK_BYTES, STACK_DEPTH, admit, charge_table};

use crate::run::{End, metered};

const PLENTY: i64 = 50_000_000;

fn wasm(body: &str) -> Vec<u8> {
    wat::parse_str(format!("(module {body})")).unwrap()
}

/// What each function takes of the stack when it is entered.
fn counted(body: &str) -> Vec<Option<u64>> {
    let table = charge_table(&wasm(body)).unwrap();
    table
        .functions
        .iter()
        .map(|function| function.counted_bytes)
        .collect()
}

fn end(body: &str) -> End {
    metered(&admit(&wasm(body)).unwrap().metered, "go", PLENTY).end
}

#[test]
fn only_what_can_come_back_to_itself_is_counted() {
    assert_eq!(counted("(func call 1) (func)"), [None, None]);
    // 64, one operand nowhere, 2 instructions: `call` and `end`.
    assert_eq!(counted("(func call 0)"), [Some(66)]);
    // Of a cycle, the function that is met first.
    assert_eq!(
        counted("(func call 1) (func call 0)"),
        [Some(66 + 66), None]
    );
    assert_eq!(
        counted("(func call 1) (func call 2) (func call 1)"),
        [None, Some(66 + 66), None]
    );
}

#[test]
fn a_frame_counts_locals_operands_parameters_and_instructions() {
    // Each with a call of itself, so that it shows: an instruction, and `end`.
    let frame = |body: &str| counted(body)[0].unwrap();
    assert_eq!(
        frame("(func (param i32 i64) (local i64) i32.const 0 i64.const 0 call 0)"),
        64 + 8 * (1 + 2) + 16 * 2 + 4
    );
    assert_eq!(
        frame("(func call 0 i32.const 1 i32.const 2 i32.const 3 drop drop drop)"),
        64 + 8 * 3 + 8
    );
    assert_eq!(
        frame("(func return call 0 i32.const 1 i32.const 2 drop drop)"),
        64 + 8 * 2 + 7,
        "dead code counts"
    );
}

#[test]
fn a_counted_function_pays_for_the_deepest_of_what_it_calls() {
    let body =
        "(func call 0 call 1 call 2) (func call 3) (func (local i64)) (func (local i64 i64))";
    let (one, other) = (64 + 2 + 64 + 16 + 1, 64 + 8 + 1);
    assert!(one > other);
    assert_eq!(counted(body), [Some(64 + 4 + one), None, None, None]);
}

#[test]
fn whatever_the_table_lists_of_a_type_may_be_called() {
    let body = |kind: &str| {
        format!(
            "(type $t (func)) (type $u (func (param i32))) (table 1 funcref) (elem (i32.const 0) 0)
            (func i32.const 0 {kind})"
        )
    };
    let same = body("call_indirect (type $t)");
    assert_eq!(counted(&same), [Some(64 + 8 + 3)]);
    let another = body("i32.const 0 call_indirect (type $u)");
    assert_eq!(counted(&another), [None]);
    let not_listed =
        "(type $t (func)) (table 1 funcref) (func i32.const 0 call_indirect (type $t))";
    assert_eq!(counted(not_listed), [None]);
}

#[test]
fn host_functions_are_no_part_of_it() {
    let body = r#"(import "twinroot" "balance" (func (result i64)))
        (func call 0 drop call 1)"#;
    assert_eq!(counted(body), [Some(64 + 8 + 4)]);
}

#[test]
fn recursion_ends_at_the_stack_limit() {
    let body = |depth: i32| {
        format!(
            r#"(global $n (mut i32) (i32.const {depth}))
            (func $f (global.set $n (i32.sub (global.get $n) (i32.const 1)))
                (if (global.get $n) (then call $f)))
            (func (export "go") call $f)"#
        )
    };
    let frame = 64 + 8 * 2 + 9;
    assert_eq!(counted(&body(1)), [Some(frame), None]);
    let fits = STACK_BYTES / i32::try_from(frame).unwrap();
    assert_eq!(end(&body(fits)), End::Done);
    assert_eq!(end(&body(fits + 1)), End::StackLimit);
}

/// Otherwise so many calls one after the other would use up what so many inside of each other do.
#[test]
fn what_was_taken_is_given_back() {
    let body = r#"(func $f (param i32) (if (local.get 0) (then (call $f (i32.const 0)) (return))))
        (func (export "go") (local $n i32)
            (local.set $n (i32.const 10000))
            (loop (call $f (i32.const 1))
                (br_if 0 (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))"#;
    assert_eq!(end(body), End::Done);
}

#[test]
fn frames_outside_of_cycles_have_a_limit_of_their_own() {
    // Each function calls the next; the last does nothing. 66 bytes, the last 65.
    let chain = |length: u64| {
        let calls: String = (1..length)
            .map(|next| format!("(func call {next})"))
            .collect();
        wasm(&format!("{calls} (func)"))
    };
    let fits = (STACK_DEPTH - 65) / 66 + 1;
    assert!(admit(&chain(fits)).is_ok());
    let refused = admit(&chain(fits + 1)).unwrap_err();
    let have = 66 * fits + 65;
    assert!(
        matches!(refused, GateError::Depth { have: bytes, limit: STACK_DEPTH, .. } if bytes == have),
        "{refused}"
    );
}
