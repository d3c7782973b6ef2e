//! Code that the gate does not let in, and calls that would never end.

use twinroot_abi::{Amount, CodeHash, ContractId, Gas, Height, Root, Side};
use twinroot_arbiter::Rejected;
use twinroot_exec::{Call, Fallback, Halt, Outcome};
use twinroot_gate::{GateError, admit};
use twinroot_rules::Refused;
use twinroot_state::Touched;
use twinroot_testkit::{World, WorldError};
use twinroot_types::{Tag, hash};
use twinroot_wire::{Action, Operation};

use super::paths::{by_hand, goes_through, impossible, outcome, refused_everywhere};
use super::world::{ALICE, BOB, Snapshot, open, rejected_action};

const LIMIT: Gas = Gas(2_000_000);

fn wasm(body: &str) -> Vec<u8> {
    wat::parse_str(format!("(module {body} (func (export \"init\")))")).unwrap()
}

fn create(code: CodeHash, by: Side) -> Operation {
    Operation::Create {
        code,
        fallback: Fallback::all_to(by),
        hold: Height(0),
        args: Vec::new(),
        gas: LIMIT,
    }
}

/// Asserts that neither a party learns the module nor the ledger publishes it, nor can a contract
/// be made of it, and gives the rule that it breaks.
fn not_let_in(body: &str) -> GateError {
    let (mut world, wasm) = (open(), wasm(body));
    let before = Snapshot::of(&world);
    let rule = admit(&wasm).unwrap_err();
    let halt = Halt::Code(rule.to_string());
    match world.learn(&wasm) {
        Err(WorldError::Gate(why)) => assert_eq!(why, halt),
        other => panic!("expected the gate's refusal: {other:?}"),
    }
    match world.publish(ALICE, &wasm) {
        Err(WorldError::Gate(why)) => assert_eq!(why, halt),
        other => panic!("expected the gate's refusal: {other:?}"),
    }
    assert_eq!(Snapshot::of(&world), before, "a refusal left a trace");
    assert_eq!(
        rejected_action(&mut world, ALICE, Action::Publish { code: wasm.clone() }),
        Rejected::Code(halt.to_string())
    );
    unknown(&mut world, CodeHash(hash(Tag::CODE, &[&wasm])));
    rule
}

/// Asserts that no contract can be made of code that nobody let in.
fn unknown(world: &mut World, code: CodeHash) {
    let operations = vec![create(code, ALICE)];
    let reason = impossible(world.propose(ALICE, operations.clone()));
    assert_eq!(reason, Refused::CodeUnknown { operation: 0, code });
    let touched = Touched::default();
    let force = by_hand(world, ALICE, operations, &touched, Root::default());
    let why = rejected_action(world, ALICE, Action::Force(force));
    assert_eq!(why, Rejected::NotPublished(code));
}

#[test]
fn a_contract_with_a_float_is_not_let_in() {
    let rule =
        not_let_in("(func (export \"average\") (drop (f64.div (f64.const 1) (f64.const 2))))");
    assert!(matches!(rule, GateError::Float { .. }), "{rule}");
}

#[test]
fn a_contract_with_a_start_function_is_not_let_in() {
    let rule = not_let_in("(func $early) (start $early)");
    assert!(matches!(rule, GateError::Start { .. }), "{rule}");
}

#[test]
fn a_contract_with_an_unknown_import_is_not_let_in() {
    let rule = not_let_in("(import \"wasi_snapshot_preview1\" \"random_get\" (func))");
    assert!(matches!(rule, GateError::UnknownImport { .. }), "{rule}");
}

#[test]
fn a_contract_with_four_gib_of_memory_is_not_let_in() {
    let rule = not_let_in("(memory (export \"memory\") 65536)");
    let too_large = GateError::MemoryTooLarge {
        have: 65_536,
        limit: 64,
    };
    assert_eq!(rule, too_large);
}

/// A channel with a contract that ends only where it says so.
fn restless() -> (World, ContractId) {
    let mut world = open();
    let body = "(func (export \"rest\"))
        (func (export \"spin\") (loop $again (br $again)))
        (func $deep (export \"deep\") (call $deep))";
    let code = world.publish(BOB, &wasm(body)).unwrap();
    let contract = world.next_contract().unwrap();
    goes_through(&mut world, ALICE, vec![create(code.hash, ALICE)]);
    (world, contract)
}

fn call(contract: ContractId, entry: &str) -> Operation {
    Operation::Call(Call {
        contract,
        entry: entry.to_owned(),
        args: Vec::new(),
        value: Amount::ZERO,
        gas: LIMIT,
        facts: Vec::new(),
    })
}

/// Asserts that the call fails on every path for the whole of its gas.
fn fails_for_its_whole_limit(entry: &str, how: Outcome) {
    let (mut world, contract) = restless();
    let refused = refused_everywhere(&mut world, BOB, vec![call(contract, entry)]);
    assert_eq!(outcome(&refused), how);
    let Refused::Failed { receipt, .. } = refused else {
        panic!("expected a failed call: {refused}")
    };
    assert_eq!(receipt.gas, LIMIT);
    goes_through(&mut world, BOB, vec![call(contract, "rest")]);
}

#[test]
fn an_endless_loop_runs_out_of_gas() {
    fails_for_its_whole_limit("spin", Outcome::OutOfGas);
}

#[test]
fn endless_recursion_meets_the_stack_limit() {
    fails_for_its_whole_limit("deep", Outcome::StackLimit);
}

#[test]
fn an_endless_init_makes_no_contract() {
    let mut world = open();
    let body = "(module (func (export \"init\") (loop $again (br $again))))";
    let code = world.publish(BOB, &wat::parse_str(body).unwrap()).unwrap();
    let refused = refused_everywhere(&mut world, BOB, vec![create(code.hash, BOB)]);
    assert_eq!(outcome(&refused), Outcome::OutOfGas);
}
