//! Gas by call stack.

use crate::stage::{call, gas_of};

const LOOPS: &str = r#"(module
    (import "twinroot" "height" (func $height (result i64)))
    (func $turns
        (local i32)
        (loop $again
            (drop (call $height))
            (br_if $again (i32.lt_u
                (local.tee 0 (i32.add (local.get 0) (i32.const 1)))
                (i32.const 100)))))
    (func (export "go") (call $turns)))"#;

#[test]
fn a_loop_counts_for_its_function() {
    let profile = call(LOOPS, 1_000_000).profile();
    // Each turn: local.get, i32.const, i32.add, local.tee, i32.const, i32.lt_u, br_if.
    assert_eq!(gas_of(&profile, "go;function 1"), 700);
    assert_eq!(gas_of(&profile, "go;function 1;height"), 4_000);
    assert_eq!(gas_of(&profile, "go"), 5);
}

#[test]
fn a_function_that_calls_itself_stands_once() {
    let wat = r#"(module
        (func $down (param i32)
            (if (local.get 0) (then (call $up (local.get 0)))))
        (func $up (param i32)
            (call $down (i32.sub (local.get 0) (i32.const 1))))
        (func (export "go") (call $down (i32.const 50))))"#;
    let profile = call(wat, 1_000_000).profile();
    let stacks: Vec<_> = profile
        .folded()
        .lines()
        .map(|line| line.rsplit_once(' ').unwrap().0)
        .collect();
    let expected = [
        "go",
        "go;function 0",
        "go;function 0;function 1",
        "go;[start]",
    ];
    assert_eq!(stacks, expected);
    // local.get, i32.const, i32.sub, call.
    assert_eq!(gas_of(&profile, "go;function 0;function 1"), 50 * 8);
}

#[test]
fn a_flame_graph_is_the_same_each_time() {
    let profile = call(LOOPS, 1_000_000).profile();
    let svg = profile.svg().unwrap();
    assert!(
        svg.starts_with("<?xml") && svg.contains("height (4,000 gas"),
        "{svg}"
    );
    assert_eq!(svg, profile.svg().unwrap());
}
