//! The tables: against the gate's, and by hand from docs/spec/vm.md, 3.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use twinroot_abi::Gas;
use twinroot_gate::{admit, charge_table};
use twinroot_reference::{FunctionTable, Reference};
use wasmparser::{FuncValidatorAllocations, Parser, ValidPayload, Validator};

use crate::generate::{contracts, fixed_seeds, seeds, smith};
use crate::program::program;

/// How often a generated module must pass the gate, of [`SEEDS`] times.
const PASSED: usize = 100;
const SEEDS: usize = 400;

fn tables(wasm: &[u8]) -> Vec<FunctionTable> {
    Reference::new(wasm).unwrap().tables().to_vec()
}

/// Charges and checks as the gate has them.
fn by_gate(canonical: &[u8]) -> Vec<(BTreeMap<usize, Gas>, BTreeSet<usize>)> {
    let place = |place: u32| usize::try_from(place).unwrap();
    let functions = charge_table(canonical).unwrap().functions.into_iter();
    let functions = functions.map(|function| {
        let charges = function.charges.into_iter();
        let checks = function.checks.into_iter();
        (
            charges.map(|(at, gas)| (place(at), gas)).collect(),
            checks.map(place).collect(),
        )
    });
    functions.collect()
}

/// A charge of 0 is none, except at the entry, where every table has one.
fn charges(table: &FunctionTable) -> BTreeMap<usize, Gas> {
    let charges = table.charges.iter().map(|(place, gas)| (*place, *gas));
    charges
        .filter(|(place, gas)| *place == 0 || *gas != Gas(0))
        .collect()
}

/// Gives how many functions were compared; none if the gate does not let the module through.
pub(crate) fn same_as_gate(wasm: &[u8]) -> usize {
    let Ok(module) = admit(wasm) else { return 0 };
    let tables = tables(&module.canonical);
    let here: Vec<_> = tables
        .iter()
        .map(|table| (charges(table), table.checks.clone()))
        .collect();
    assert_eq!(here, by_gate(&module.canonical));
    let gate = charge_table(&module.canonical).unwrap().functions;
    let gate: Vec<_> = gate.iter().map(|function| function.counted_bytes).collect();
    let counted = |table: &FunctionTable| table.counted.then_some(table.depth);
    assert_eq!(tables.iter().map(counted).collect::<Vec<_>>(), gate);
    let frames: Vec<u64> = tables.iter().map(|table| table.frame_bytes).collect();
    assert_eq!(frames, frames_by_validator(&module.canonical));
    tables.len()
}

/// The frames of docs/spec/vm.md, 4.2, with the height of the validator's own stack.
fn frames_by_validator(canonical: &[u8]) -> Vec<u64> {
    let mut validator = Validator::new();
    let mut frames = Vec::new();
    for payload in Parser::new(0).parse_all(canonical) {
        let ValidPayload::Func(function, body) = validator.payload(&payload.unwrap()).unwrap()
        else {
            continue;
        };
        let mut function = function.into_validator(FuncValidatorAllocations::default());
        let mut reader = body.get_binary_reader();
        function.read_locals(&mut reader).unwrap();
        let slots = u64::from(function.len_locals());
        let kinds = body.get_locals_reader().unwrap().into_iter();
        let locals: u64 = kinds.map(|run| u64::from(run.unwrap().0)).sum();
        let params = slots - locals;
        let (mut height, mut instructions) = (0, 0);
        let operators = body.get_operators_reader().unwrap();
        for operator in operators.into_iter_with_offsets() {
            let (operator, offset) = operator.unwrap();
            function.op(offset, &operator).unwrap();
            height = height.max(u64::from(function.operand_stack_height()));
            instructions += 1;
        }
        frames.push(64 + 8 * (locals + height) + 16 * params + instructions);
    }
    frames
}

#[test]
fn generated_modules_have_the_tables_of_the_gate() {
    let seeds = fixed_seeds(SEEDS).filter_map(|seed| smith(&seed));
    let compared: Vec<usize> = seeds
        .map(|wasm| same_as_gate(&wasm))
        .filter(|functions| *functions > 0)
        .collect();
    let (modules, functions) = (compared.len(), compared.iter().sum::<usize>());
    assert!(
        modules >= PASSED && functions > modules,
        "{modules} modules with {functions} functions"
    );
}

#[test]
fn every_program_has_the_tables_of_the_gate() {
    for seed in fixed_seeds(SEEDS) {
        assert_ne!(
            same_as_gate(&program(&seed)),
            0,
            "a program passes the gate"
        );
    }
}

#[test]
fn the_contracts_have_the_tables_of_the_gate() {
    let contracts = contracts();
    assert!(contracts.len() >= 3, "{} contracts", contracts.len());
    for wasm in contracts {
        assert_ne!(same_as_gate(&wasm), 0, "a contract passes the gate");
    }
}

proptest! {
    #[test]
    fn tables_are_the_gates(seed in seeds()) {
        if let Some(wasm) = smith(&seed) {
            same_as_gate(&wasm);
        }
        prop_assert_ne!(same_as_gate(&program(&seed)), 0);
    }
}

fn function(body: &str) -> FunctionTable {
    let wasm = wat::parse_str(format!("(module {body})")).unwrap();
    assert_ne!(same_as_gate(&wasm), 0);
    tables(&wasm).remove(0)
}

fn listed(body: &str) -> Vec<(usize, u64)> {
    let charges = function(body).charges.into_iter();
    charges.map(|(place, Gas(gas))| (place, gas)).collect()
}

#[test]
fn a_branch_is_paid_in_advance_up_to_32() {
    let body = |dear: usize| {
        format!(
            "(func i32.const 1 if {} else nop end)",
            "i32.const 0 drop ".repeat(dear)
        )
    };
    assert_eq!(listed(&body(32)), [(0, 34)]);
    // 33 is too much: the way pays for itself.
    assert_eq!(listed(&body(33)), [(0, 2), (2, 33)]);
}

#[test]
fn a_loop_pays_at_its_header_and_nothing_passes_its_borders() {
    let body = "(func i32.const 1 drop
        loop i32.const 1 br_if 0 i32.const 2 drop end
        i32.const 3 drop)";
    let table = function(body);
    assert_eq!(listed(body), [(0, 1), (3, 3), (8, 1)]);
    assert_eq!(table.checks, [0, 3].into());
    // A turn that costs nothing costs 1.
    assert_eq!(listed("(func loop br 0 end)"), [(0, 0), (1, 1)]);
    assert_eq!(listed("(func loop end)"), [(0, 0), (1, 1), (2, 0)]);
}

#[test]
fn a_target_with_sources_in_and_out_of_a_loop_pays_for_itself() {
    let body = "(func
        block
            i32.const 0 br_if 0
            loop i32.const 0 br_if 1 end
            i32.const 0 drop
        end
        i32.const 0 drop)";
    // Entry: 2. Header: 2, and the 0 of its `end`. After the loop: 1; its only source is within. After
    // the block: 1; two loops lead there.
    assert_eq!(listed(body), [(0, 2), (4, 2), (7, 1), (10, 1)]);
}

#[test]
fn code_that_is_never_reached_is_not_charged_and_not_checked() {
    let body = "(memory (export \"memory\") 1) (func
        block return i32.const 0 i32.const 0 i32.const 0 memory.fill end
        unreachable loop br 0 end)";
    assert_eq!(listed(body), [(0, 1)]);
    assert_eq!(function(body).checks, [0].into());
}

#[test]
fn dead_edges_do_not_keep_a_segment_from_being_hoisted() {
    // The `br_if` of the loop that is never entered also leads to the end of the block.
    let body = "(func
        block
            i32.const 0 br_if 0
            br 0
            loop i32.const 0 br_if 1 end
        end
        i32.const 0 drop)";
    assert_eq!(listed(body), [(0, 4)]);
}

#[test]
fn a_table_of_branches_pays_for_the_dearest() {
    let body = "(func
        block block
            i32.const 0 br_table 0 1 2
        end i32.const 0 i32.const 0 drop drop end
        i32.const 0 drop)";
    // 1 and 2; then 2; then 1. The third way leaves the function.
    assert_eq!(listed(body), [(0, 6)]);
}

#[test]
fn locals_above_16_are_paid_on_entry() {
    let body = |params: usize, locals: usize| {
        format!(
            "(func (param {}) (local {}))",
            "i32 ".repeat(params),
            "i64 ".repeat(locals)
        )
    };
    assert_eq!(listed(&body(6, 10)), [(0, 0)]);
    assert_eq!(listed(&body(7, 10)), [(0, 1)]);
    assert_eq!(listed(&body(4, 20)), [(0, 1)]);
    assert_eq!(listed(&body(5, 20)), [(0, 2)]);
}

#[test]
fn host_functions_cost_their_price_and_calls_their_own() {
    let body = r#"(import "twinroot" "caller" (func $caller (result i32)))
        (table 1 funcref) (elem (i32.const 0) $f)
        (func $f call $caller drop call $g i32.const 0 call_indirect)
        (func $g)"#;
    assert_eq!(listed(body), [(0, 40 + 5 + 1 + 8)]);
}
