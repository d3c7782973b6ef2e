//! A native stack that is too small shows nowhere (docs/spec/vm.md, 4.6).

use std::sync::Mutex;

use twinroot_abi::{Amount, ContractId, Hash, Height, Side, TimeMs};
use twinroot_exec::{Caller, Env, Question, Refusal, StateKey};
use twinroot_state::Tree;

use super::*;

struct Nobody;

impl Judge for Nobody {
    fn judge(&self, _: &Question<'_>) -> Result<Vec<u8>, Refusal> {
        Err(Refusal(1))
    }
}

/// Writes a slot, then goes down so many levels, then emits an event.
const DESCENT: &str = r#"(module
    (import "twinroot" "storage_write" (func $write (param i32 i32 i32 i32)))
    (import "twinroot" "emit" (func $emit (param i32 i32)))
    (memory (export "memory") 1)
    (func $down (param i64) (result i64)
        (if (i64.eqz (local.get 0)) (then (return (i64.const 0))))
        (i64.add (local.get 0) (call $down (i64.sub (local.get 0) (i64.const 1)))))
    (func (export "go")
        (call $write (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 1))
        (drop (call $down (i64.const 1000)))
        (call $emit (i32.const 0) (i32.const 3)))
    (func (export "forever") (drop (call $down (i64.const -1)))))"#;

fn run(stack: Stack, entry: &str) -> (Receipt, Option<Arc<[u8]>>, Vec<Trace>, bool) {
    let traces = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&traces);
    let host = Host::new(Backend::Cranelift, Nobody)
        .unwrap()
        .with_setup(|setup| setup.stack = stack)
        .unwrap()
        .with_tracer(move |trace| kept.lock().unwrap().push(trace));
    let code = host.admit(&wat::parse_str(DESCENT).unwrap()).unwrap();
    let source = CodeSource {
        hash: code.hash,
        bytes: &code.bytes,
    };
    let scene = Scene {
        caller: Caller::Side(Side::Initiator),
        env: Env {
            height: Height(1),
            time: TimeMs(1),
            block: Hash([0; 32]),
        },
    };
    let call = Call {
        contract: ContractId([1; 32]),
        entry: entry.to_owned(),
        args: Vec::new(),
        value: Amount(0),
        gas: Gas(1_000_000),
        facts: Vec::new(),
    };
    let mut state = Overlay::new(Tree::new());
    let receipt = host
        .execute(source, &Codes::default(), &mut state, scene, &call)
        .unwrap();
    let slot = StateKey::Slot(call.contract, &[0]).hash();
    (
        receipt,
        state.get(&slot).unwrap(),
        traces.lock().unwrap().clone(),
        host.tools.machines.went_deep(),
    )
}

#[test]
fn a_call_that_needs_a_deep_stack_gets_one() {
    let (usual, slot, traces, deep) = run(Stack::USUAL, "go");
    assert_eq!((usual.outcome, deep), (Outcome::Success, false));
    assert_eq!(usual.events.len(), 1);
    assert_eq!(traces[0].asked.len(), 2);
    assert_eq!(run(Stack(4_096), "go"), (usual, slot, traces, true));
}

#[test]
fn the_metered_stack_ends_first_on_either() {
    let (usual, _, _, deep) = run(Stack::USUAL, "forever");
    assert_eq!((usual.outcome, deep), (Outcome::StackLimit, false));
    let (small, _, _, deep) = run(Stack(4_096), "forever");
    assert_eq!((small, deep), (usual, true));
}
