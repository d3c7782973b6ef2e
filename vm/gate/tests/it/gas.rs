//! Gas of small programs, computed by hand from docs/spec/vm.md, 3.

use twinroot_abi::Gas;
use twinroot_gate::{admit, charge_table};

use crate::run::{End, metered};

const PLENTY: i64 = 50_000_000;

fn wasm(body: &str) -> Vec<u8> {
    wat::parse_str(format!("(module {body})")).unwrap()
}

/// Gas that the entry `go` uses, and that it ends well with exactly so much.
fn gas(body: &str) -> i64 {
    let module = admit(&wasm(body)).unwrap();
    let ran = metered(&module.metered, "go", PLENTY);
    assert_eq!(ran.end, End::Done);
    assert_eq!(
        metered(&module.metered, "go", ran.gas).end,
        End::Done,
        "so much is enough"
    );
    assert_eq!(
        metered(&module.metered, "go", ran.gas - 1).end,
        End::OutOfGas,
        "one less is not"
    );
    ran.gas
}

fn end(body: &str, limit: i64) -> End {
    metered(&admit(&wasm(body)).unwrap().metered, "go", limit).end
}

fn charges(body: &str) -> Vec<(u32, u64)> {
    let table = charge_table(&wasm(body)).unwrap();
    table.functions[0]
        .charges
        .iter()
        .map(|(place, Gas(amount))| (*place, *amount))
        .collect()
}

fn checks(body: &str) -> Vec<u32> {
    charge_table(&wasm(body)).unwrap().functions[0]
        .checks
        .iter()
        .copied()
        .collect()
}

const STRAIGHT: &str = r#"(func (export "go") i32.const 1 i32.const 2 i32.add drop)"#;

#[test]
fn a_straight_line_costs_its_instructions() {
    assert_eq!(charges(STRAIGHT), [(0, 3)]);
    assert_eq!(checks(STRAIGHT), [0]);
    assert_eq!(gas(STRAIGHT), 3);
}

#[test]
fn an_empty_function_is_still_checked() {
    let body = r#"(func (export "go"))"#;
    assert_eq!((charges(body), checks(body)), (vec![(0, 0)], vec![0]));
    assert_eq!(end(body, 0), End::Done);
    assert_eq!(end(body, -1), End::OutOfGas);
}

#[test]
fn division_is_dear() {
    assert_eq!(
        gas(r#"(func (export "go") i64.const 6 i64.const 3 i64.div_u drop)"#),
        16
    );
}

fn branches(condition: u32, dear: usize) -> String {
    let dear = "i32.const 0 drop ".repeat(dear);
    format!(
        r#"(func (export "go") i32.const {condition} if i32.const 0 drop else {dear} end i32.const 0 drop)"#
    )
}

#[test]
fn small_branches_are_paid_by_whoever_leads_to_them() {
    // 2 for the condition, 3 for the dearer branch, 1 for what follows both.
    assert_eq!(charges(&branches(1, 3)), [(0, 6)]);
    assert_eq!(gas(&branches(1, 3)), 6);
    assert_eq!(gas(&branches(0, 3)), 6);
}

#[test]
fn a_branch_may_be_hoisted_up_to_the_limit() {
    // 31 and the 1 that follows make 32.
    assert_eq!(charges(&branches(1, 31)), [(0, 34)]);
    // 32 and 1 do not: the branch, at its first instruction, pays for itself and what follows.
    assert_eq!(charges(&branches(1, 32)), [(0, 4), (5, 33)]);
    assert_eq!(gas(&branches(1, 32)), 4);
    assert_eq!(gas(&branches(0, 32)), 37);
}

#[test]
fn an_if_without_else_leads_past_itself() {
    let body = r#"(func (export "go") i32.const 0 if i32.const 0 drop end i32.const 0 drop)"#;
    assert_eq!(charges(body), [(0, 4)]);
    assert_eq!(gas(body), 4);
}

const LOOP: &str = r#"(func (export "go") (local i32)
    i32.const 10 local.set 0
    loop local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0 end)"#;

#[test]
fn each_turn_of_a_loop_pays() {
    assert_eq!(charges(LOOP), [(0, 2), (3, 5)]);
    assert_eq!(checks(LOOP), [0, 3]);
    assert_eq!(gas(LOOP), 52);
}

#[test]
fn nothing_is_hoisted_out_of_a_loop_or_into_one() {
    let body = r#"(func (export "go")
        loop i32.const 0 br_if 0 i32.const 0 drop end i32.const 0 drop)"#;
    // The header pays for the rest of its turn; what follows the loop pays for itself.
    assert_eq!(charges(body), [(0, 0), (1, 3), (6, 1)]);
    assert_eq!(gas(body), 4);
}

#[test]
fn a_branch_table_pays_for_its_dearest_target() {
    let body = |index: u32| {
        format!(
            r#"(func (export "go")
                block block i32.const {index} br_table 0 1 end i32.const 0 drop end
                i32.const 0 drop)"#
        )
    };
    // 3 up to the table; the dearer way is 1, then 1; the cheaper is 1.
    assert_eq!(charges(&body(0)), [(0, 5)]);
    assert_eq!(gas(&body(0)), 5);
    assert_eq!(gas(&body(9)), 5);
}

#[test]
fn an_early_return_does_not_pay_for_a_long_rest() {
    let rest = "i32.const 0 drop ".repeat(40);
    let body = |stop: u32| format!(r#"(func (export "go") i32.const {stop} if return end {rest})"#);
    // The condition 2, then `return` 1 in advance; the rest is too dear to be hoisted.
    assert_eq!(gas(&body(1)), 3);
    assert_eq!(gas(&body(0)), 43);
}

#[test]
fn code_that_no_path_leads_to_costs_nothing() {
    let body = r#"(func (export "go") return loop i32.const 0 br 0 end)"#;
    assert_eq!((charges(body), checks(body)), (vec![(0, 1)], vec![0]));
    assert_eq!(gas(body), 1);
}

#[test]
fn locals_beyond_sixteen_are_paid_for() {
    let body = |count: usize| format!(r#"(func (export "go") (local {}))"#, "i64 ".repeat(count));
    assert_eq!(charges(&body(16)), [(0, 0)]);
    assert_eq!(charges(&body(17)), [(0, 1)]);
    assert_eq!(charges(&body(33)), [(0, 3)]);
}

#[test]
fn a_call_pays_for_itself_and_the_callee_for_its_own() {
    let body = r#"
        (func (export "go") i32.const 4 call $double drop)
        (func $double (param i32) (result i32) (return (i32.add (local.get 0) (local.get 0))))"#;
    // 1 and 5, then 4 in the callee.
    assert_eq!(gas(body), 10);
}

#[test]
fn a_call_through_the_table() {
    let body = r#"
        (type $t (func)) (table 1 funcref) (elem (i32.const 0) $f)
        (func $f i32.const 0 drop)
        (func (export "go") i32.const 0 call_indirect (type $t))"#;
    assert_eq!(gas(body), 1 + 8 + 1);
}

#[test]
fn copying_pays_for_each_eight_bytes_before_the_work() {
    let body = r#"(memory (export "memory") 1) (data (i32.const 0) "x")
        (func (export "go") i32.const 500 i32.const 0 i32.const 100 memory.copy)"#;
    assert_eq!(checks(body), [0, 3]);
    assert_eq!(gas(body), 3 + 20 + 12);
    let module = admit(&wasm(body)).unwrap();
    assert_eq!(metered(&module.metered, "go", 35).memory[500], b'x');
    assert_eq!(
        metered(&module.metered, "go", 34).memory[500],
        0,
        "nothing is copied without gas"
    );
}

#[test]
fn filling_pays_before_it_can_trap() {
    let body = r#"(memory (export "memory") 1)
        (func (export "go") i32.const 1 i32.const 0 i32.const -1 memory.fill)"#;
    let price = 3 + 300 + (i64::from(u32::MAX) >> 3);
    assert_eq!(end(body, price), End::Trap);
    assert_eq!(end(body, price - 1), End::OutOfGas);
}

#[test]
fn growing_pays_for_each_page_even_in_vain() {
    let body = |pages: i32| {
        format!(
            r#"(memory (export "memory") 1) (func (export "go") i32.const {pages} memory.grow drop)"#
        )
    };
    assert_eq!(gas(&body(2)), 1 + 100 + 2 * 8192);
    let module = admit(&wasm(&body(2))).unwrap();
    assert_eq!(
        metered(&module.metered, "go", PLENTY).memory.len(),
        3 * 65_536
    );
    let module = admit(&wasm(&body(64))).unwrap();
    assert_eq!(
        metered(&module.metered, "go", PLENTY).memory.len(),
        65_536,
        "64 pages are the most"
    );
    assert_eq!(end(&body(-1), PLENTY), End::OutOfGas);
}

#[test]
fn a_host_call_costs_its_price_and_what_the_host_adds() {
    let body = r#"(import "twinroot" "balance" (func $balance (result i64)))
        (func (export "go") call $balance drop i32.const 0 drop)"#;
    assert_eq!(gas(body), 2_000 + 1);
    let body = r#"(import "twinroot" "emit" (func $emit (param i32 i32)))
        (memory (export "memory") 1)
        (func (export "go") i32.const 0 i32.const 10 call $emit i32.const 0 drop)"#;
    assert_eq!(gas(body), 2 + 500 + 10 + 1);
}

#[test]
fn an_endless_loop_runs_out_of_gas() {
    assert_eq!(
        end(r#"(func (export "go") loop br 0 end)"#, PLENTY / 100),
        End::OutOfGas
    );
    assert_eq!(
        charges(r#"(func (export "go") loop br 0 end)"#),
        [(0, 0), (1, 1)]
    );
    assert_eq!(
        end(r#"(func $f (export "go") loop call $f end)"#, 1_000),
        End::OutOfGas
    );
}

#[test]
fn a_trap_is_no_other_end() {
    assert_eq!(end(r#"(func (export "go") unreachable)"#, 1), End::Trap);
    assert_eq!(
        end(
            r#"(func (export "go") i32.const 1 i32.const 0 i32.div_s drop)"#,
            16
        ),
        End::Trap
    );
    assert_eq!(
        end(
            r#"(func (export "go") i32.const 1 i32.const 0 i32.div_s drop)"#,
            15
        ),
        End::OutOfGas
    );
}

#[test]
fn a_trap_before_the_next_check_is_a_trap() {
    let rest = "i32.const 0 drop ".repeat(40);
    // The second segment overdraws, but nothing checks before it traps.
    let body = format!(r#"(func (export "go") i32.const 1 if {rest} unreachable end)"#);
    assert_eq!(charges(&body), [(0, 2), (2, 41)]);
    assert_eq!(end(&body, 2), End::Trap);
}

#[test]
fn return_and_branches_carry_the_result_out() {
    let body = r#"(memory (export "memory") 1)
        (func $f (param i32) (result i32)
            block
                local.get 0
                br_table 0 1 2
            end
            i32.const 10
            return)
        (func $g (param i32) (result i32)
            block
                local.get 0
                br_if 0
                i32.const 20
                br 1
            end
            i32.const 30)
        (func (export "go")
            (i32.store8 (i32.const 0) (call $f (i32.const 0)))
            (i32.store8 (i32.const 1) (call $g (i32.const 0)))
            (i32.store8 (i32.const 2) (call $g (i32.const 1))))"#;
    let body = body.replace("br_table 0 1 2", "br_table 0 0");
    let ran = metered(&admit(&wasm(&body)).unwrap().metered, "go", PLENTY);
    assert_eq!((ran.end, &ran.memory[..3]), (End::Done, &[10, 20, 30][..]));
}
