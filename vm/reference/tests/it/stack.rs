//! The stack, computed by hand from docs/spec/vm.md, 4.

use twinroot_reference::{End, Reference, ReferenceError};

use crate::host::by_reference;

const PLENTY: u64 = 1_000_000;
/// Of docs/spec/vm.md, 6.3.
const STACK_DEPTH: usize = 65_536;
const STACK_BYTES: usize = 196_608;

fn wasm(functions: &str) -> Vec<u8> {
    wat::parse_str(format!("(module {functions})")).unwrap()
}

/// Frame, depth and whether it is counted, of each function.
fn stack(functions: &str) -> Vec<(u64, u64, bool)> {
    let wasm = wasm(functions);
    let reference = Reference::new(&wasm).unwrap();
    let tables = reference.tables().iter();
    tables
        .map(|table| (table.frame_bytes, table.depth, table.counted))
        .collect()
}

fn frame(function: &str) -> u64 {
    stack(function)[0].0
}

fn counted(functions: &str) -> Vec<bool> {
    stack(functions)
        .into_iter()
        .map(|(_, _, counted)| counted)
        .collect()
}

fn end(functions: &str) -> End {
    let wasm = wasm(functions);
    by_reference(&Reference::new(&wasm).unwrap(), "go", PLENTY).end
}

#[test]
fn a_frame_has_its_locals_operands_parameters_and_instructions() {
    assert_eq!(frame("(func)"), 64 + 1);
    assert_eq!(frame("(func nop block end)"), 64 + 4);
    assert_eq!(
        frame("(func (param i32 i64) (local i32 i32 i64))"),
        64 + 8 * 3 + 16 * 2 + 1
    );
    assert_eq!(
        frame("(func i32.const 1 i32.const 2 i32.add drop)"),
        64 + 8 * 2 + 5
    );
    // Operands of enclosing blocks count.
    assert_eq!(
        frame("(func i32.const 1 block i32.const 2 drop end drop)"),
        64 + 8 * 2 + 7
    );
    // The result of a call is an operand; its parameters were.
    assert_eq!(
        frame("(func call 1 drop) (func (result i64) i64.const 0)"),
        64 + 8 + 3
    );
}

#[test]
fn code_that_is_never_reached_has_a_height() {
    assert_eq!(
        frame("(func unreachable i32.const 1 i32.const 2 drop drop)"),
        64 + 8 * 2 + 6
    );
    // Operands that are not there are taken, but not counted.
    assert_eq!(frame("(func return drop drop drop)"), 64 + 5);
    // What is given is counted, even of unknown type.
    assert_eq!(frame("(func return select drop)"), 64 + 8 + 4);
    assert_eq!(
        frame("(func block (result i32) br 1 br_if 0 end drop)"),
        64 + 8 + 6
    );
    // The stack falls back to where the block began.
    assert_eq!(
        frame(
            "(func i32.const 1 block i32.const 1 i32.const 1 unreachable i32.const 1 drop end drop)"
        ),
        64 + 8 * 3 + 10
    );
    // The last `end` gives what the function gives.
    assert_eq!(frame("(func (result i32) unreachable)"), 64 + 8 + 2);
}

#[test]
fn a_depth_is_that_of_the_deepest_callee() {
    let [entry, shallow, middle, deep] = stack(
        "(func $entry call $shallow call $middle) (func $shallow) (func $middle call $deep)
        (func $deep (local i64 i64))",
    )
    .try_into()
    .unwrap();
    assert_eq!(deep, (81, 81, false));
    assert_eq!(middle, (66, 66 + 81, false));
    assert_eq!(shallow, (65, 65, false));
    assert_eq!(entry, (67, 67 + 66 + 81, false));
}

#[test]
fn every_cycle_has_a_counted_function() {
    assert_eq!(counted("(func call 0)"), [true]);
    // The first that is visited of a cycle is the one that is met again.
    assert_eq!(
        counted("(func call 1) (func call 2) (func call 0)"),
        [true, false, false]
    );
    assert_eq!(
        counted("(func) (func call 2) (func call 3) (func call 2)"),
        [false, false, true, false]
    );
    // A function that is met again after its visit is not counted.
    assert_eq!(
        counted("(func call 1 call 2) (func call 3) (func call 3) (func)"),
        [false; 4]
    );
}

#[test]
fn functions_are_visited_in_the_order_of_their_index() {
    // 0, 1, 2: then 2 meets 0 and 1.
    let functions = "(func call 2 call 1) (func call 2) (func call 1 call 0)";
    assert_eq!(counted(functions), [true, true, false]);
    // The first function comes first, whatever is exported.
    let functions = r#"(func call 1) (func (export "go") call 0)"#;
    assert_eq!(counted(functions), [true, false]);
}

#[test]
fn the_depth_of_a_callee_that_is_counted_is_its_own() {
    // Frames: 66, 66 and 65.
    let functions = "(func call 1) (func call 0 call 2) (func)";
    assert_eq!(
        stack(functions),
        [
            (66, 66 + 67 + 65, true),
            (67, 67 + 65, false),
            (65, 65, false)
        ]
    );
    let entry = "(func call 1) (func call 1)";
    assert_eq!(stack(entry), [(66, 66, false), (66, 66, true)]);
}

#[test]
fn calls_through_the_table_go_to_what_is_listed_and_of_the_type() {
    let functions = |listed: &str, kind: &str| {
        counted(&format!(
            "(table 4 funcref) (elem (i32.const 0) func {listed})
            (func i32.const 0 call_indirect {kind} )
            (func call 0) (func (param i32) call 0) (func (result i32) call 0 i32.const 0)"
        ))
    };
    assert_eq!(functions("1", ""), [true, false, false, false]);
    assert_eq!(functions("0", ""), [true, false, false, false]);
    assert_eq!(functions("", ""), [false; 4]);
    assert_eq!(functions("2 3", ""), [false; 4]);
    assert_eq!(
        functions("3", "(result i32) drop"),
        [true, false, false, false]
    );
    assert_eq!(functions("1 2", "(result i32) drop"), [false; 4]);
}

#[test]
fn calls_in_code_that_is_never_reached_count() {
    assert_eq!(counted("(func unreachable call 0)"), [true]);
    assert_eq!(counted("(func return call 1) (func call 0)"), [true, false]);
}

#[test]
fn host_functions_are_not_counted() {
    let functions = r#"(import "twinroot" "height" (func (result i64)))
        (func call 0 drop) (func call 1)"#;
    assert_eq!(
        stack(functions),
        [(64 + 8 + 3, 75, false), (66, 66 + 75, false)]
    );
}

/// `go` goes down `calls` times; each call has a frame of 128 bytes.
fn down(calls: usize, nops: usize) -> String {
    format!(
        r#"(func (export "go") i32.const {calls} call $down)
        (func $down (param i32)
            local.get 0 i32.const 1 i32.sub local.tee 0 if local.get 0 call $down end {})"#,
        "nop ".repeat(nops)
    )
}

#[test]
fn a_call_nests_as_deep_as_its_bytes_allow() {
    let bytes = 128;
    let nops = bytes - 64 - 8 * 2 - 16 - 9;
    assert_eq!(stack(&down(1, nops))[1], (bytes as u64, bytes as u64, true));
    let calls = STACK_BYTES / bytes;
    assert_eq!(
        calls * bytes,
        STACK_BYTES,
        "the last call takes the last byte"
    );
    assert_eq!(end(&down(calls, nops)), End::Success);
    assert_eq!(end(&down(calls + 1, nops)), End::StackLimit);
    // A byte more, and the last call does not fit; a byte less, and another does not either.
    assert_eq!(end(&down(calls, nops + 1)), End::StackLimit);
    assert_eq!(end(&down(calls, nops - 1)), End::Success);
}

#[test]
fn what_a_counted_function_calls_counts_with_it() {
    let nest = |calls: usize, locals: usize| {
        end(&format!(
            r#"(func (export "go") i32.const {calls} call $down)
            (func $down (param i32)
                call $leaf
                local.get 0 i32.const 1 i32.sub local.tee 0 if local.get 0 call $down end)
            (func $leaf (local {}))"#,
            "i64 ".repeat(locals)
        ))
    };
    // 64 + 8 * 2 + 16 + 10 and 64 + 8 * locals + 1: with 3 locals 195.
    let calls = STACK_BYTES / 195;
    assert_eq!(nest(calls, 3), End::Success);
    assert_eq!(nest(calls + 1, 3), End::StackLimit);
    assert_eq!(nest(calls, 4), End::StackLimit);
}

#[test]
fn a_depth_is_given_back_on_every_way_out() {
    let nops = 128 - 64 - 16 - 16 - 9;
    let deepest = STACK_BYTES / 128;
    let again = format!(
        r#"(func (export "go") (local i32)
            i32.const 20 local.set 0
            loop
                i32.const {deepest} call $down
                local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0
            end)
        (func $down (param i32)
            local.get 0 i32.const 1 i32.sub local.tee 0 if local.get 0 call $down end {})"#,
        "nop ".repeat(nops)
    );
    assert_eq!(end(&again), End::Success);
    let ways = |out: &str| {
        end(&format!(
            r#"(func (export "go") (local i32)
                i32.const 5000 local.set 0
                loop
                    i32.const 1 call $f
                    local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0
                end)
            (func $f (param i32) {out} i32.const 0 if i32.const 0 call $f end)"#
        ))
    };
    for out in [
        "",
        "return",
        "br 0",
        "local.get 0 br_if 0",
        "block local.get 0 br_table 0 1 end",
    ] {
        assert_eq!(ways(out), End::Success, "{out}");
    }
}

#[test]
fn an_entry_may_be_counted() {
    let functions = r#"(global (mut i32) (i32.const 0))
        (func (export "go") global.get 0 i32.const 1 i32.add global.set 0 call 0)"#;
    let wasm = wasm(functions);
    let ran = by_reference(&Reference::new(&wasm).unwrap(), "go", PLENTY);
    let frame = 64 + 8 * 2 + 6;
    assert_eq!(
        (ran.end, ran.globals),
        (End::StackLimit, vec![(STACK_BYTES / frame) as i64])
    );
}

/// A function that calls itself, if it ever got there, with a frame of so many bytes.
fn giant(bytes: usize) -> String {
    // Each operand takes 8 bytes and an instruction.
    let operands = (bytes - 64 - 3) / 9;
    let nops = (bytes - 64 - 3) % 9;
    format!(
        r#"(func $giant {} {} unreachable call $giant) (func (export "go") call $giant)"#,
        "i32.const 0 ".repeat(operands),
        "nop ".repeat(nops)
    )
}

#[test]
fn a_counted_function_may_never_fit() {
    assert_eq!(stack(&giant(STACK_BYTES))[0].1, STACK_BYTES as u64);
    assert_eq!(end(&giant(STACK_BYTES)), End::Trap);
    assert_eq!(end(&giant(STACK_BYTES + 1)), End::StackLimit);
}

#[test]
fn the_stack_comes_before_the_charge_and_the_check() {
    let go = |bytes: usize, gas: u64| {
        let wasm = wasm(&giant(bytes));
        by_reference(&Reference::new(&wasm).unwrap(), "go", gas).end
    };
    // 5 for the call: then the callee has nothing.
    assert_eq!(go(STACK_BYTES, 5), End::OutOfGas);
    assert_eq!(go(STACK_BYTES + 1, 5), End::StackLimit);
    assert_eq!(go(STACK_BYTES + 1, 4), End::OutOfGas);
    // Gas below 0 is nothing by itself, not even here.
    let overdrawn = format!(
        r#"(func $go (export "go") i32.const 1 if {} call $giant end) {}"#,
        "i32.const 0 drop ".repeat(40),
        giant(STACK_BYTES + 1).replace(r#"(export "go")"#, "")
    );
    let wasm = wasm(&overdrawn);
    assert_eq!(
        by_reference(&Reference::new(&wasm).unwrap(), "go", 2).end,
        End::StackLimit
    );
}

/// `go` calls a function; both together have a depth of so many bytes.
fn chain(bytes: usize) -> String {
    let nops = bytes - 66 - 65;
    format!(
        r#"(func (export "go") call 1) (func {})"#,
        "nop ".repeat(nops)
    )
}

#[test]
fn a_function_that_is_not_counted_is_not_too_deep() {
    assert_eq!(stack(&chain(STACK_DEPTH))[0].1, STACK_DEPTH as u64);
    assert_eq!(end(&chain(STACK_DEPTH)), End::Success);
    let error = Reference::new(&wasm(&chain(STACK_DEPTH + 1))).unwrap_err();
    let too_deep = ReferenceError::TooDeep {
        function: 0,
        depth: STACK_DEPTH as u64 + 1,
        limit: STACK_DEPTH as u64,
    };
    assert_eq!(error, too_deep);
    // A function that is counted may be.
    let functions = format!("(func call 0 {})", "nop ".repeat(STACK_DEPTH));
    assert_eq!(counted(&functions), [true]);
}

#[test]
fn what_is_not_counted_takes_nothing_of_the_bytes() {
    // The entry is nearly as deep as may be, and all of the bytes are still there.
    let nops = 128 - 64 - 16 - 16 - 9;
    let functions = down(STACK_BYTES / 128, nops).replace(
        r#"(export "go")"#,
        &format!(r#"(export "go") (local {})"#, "i64 ".repeat(256)),
    );
    assert_eq!(end(&functions), End::Success);
}

#[test]
fn depths_add_up_along_long_chains() {
    let count = 900;
    let chain = |order: fn(usize) -> Option<usize>| {
        let functions = (0..count).map(|index| match order(index) {
            Some(next) => format!("(func call {next})"),
            None => "(func)".to_owned(),
        });
        stack(&functions.collect::<String>())
    };
    let upwards = chain(|index| (index + 1 < 900).then_some(index + 1));
    assert_eq!(upwards[0].1, 66 * 899 + 65);
    let downwards = chain(|index| index.checked_sub(1));
    assert_eq!(downwards[count - 1].1, 66 * 899 + 65);
    assert!(downwards.iter().all(|(_, _, counted)| !counted));
}
