//! Many calls at once.

use twinroot_abi::{Amount, ContractId, Gas, Hash, Height, Side, TimeMs};
use twinroot_exec::{Call, Caller, CodeSource, Codes, Env, Execute, Outcome, Scene, StateKey};
use twinroot_host::{Backend, Host, Job};
use twinroot_state::{Overlay, Tree};

use crate::stage::Nobody;

/// Writes its argument, a byte, and traps where it is 3.
const WAT: &str = r#"(module
    (import "twinroot" "input_read" (func $input (param i32)))
    (import "twinroot" "storage_write" (func $write (param i32 i32 i32 i32)))
    (memory (export "memory") 1)
    (func (export "go")
        (call $input (i32.const 0))
        (call $write (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 1))
        (if (i32.eq (i32.load8_u (i32.const 0)) (i32.const 3)) (then unreachable))))"#;

/// More than the engine has places for.
#[test]
fn the_results_of_a_batch_are_in_order() {
    let host = Host::new(Backend::Cranelift, Nobody).unwrap();
    let code = host.admit(&wat::parse_str(WAT).unwrap()).unwrap();
    let code = CodeSource {
        hash: code.hash,
        bytes: &code.bytes,
    };
    let env = Env {
        height: Height(1),
        time: TimeMs(1),
        block: Hash([0; 32]),
    };
    let scene = Scene {
        caller: Caller::Side(Side::Initiator),
        env,
    };
    let contract = ContractId([1; 32]);
    let codes = Codes::default();
    let job = |byte: u8| Job {
        code,
        codes: &codes,
        state: Overlay::new(Tree::new()),
        scene,
        call: Call {
            contract,
            entry: "go".to_owned(),
            args: vec![byte],
            value: Amount(0),
            gas: Gas(100_000),
            facts: Vec::new(),
        },
    };
    let done = host.batch((0..200).map(job).collect());
    for (byte, mut done) in (0..200_u8).zip(done) {
        let failed = byte == 3;
        let outcome = done.result.unwrap().outcome;
        assert_eq!(outcome == Outcome::Trap, failed, "{byte}: {outcome}");
        let slot = StateKey::Slot(contract, &[byte]).hash();
        assert_eq!(done.state.get(&slot).unwrap().as_deref(), Some(&[byte][..]));
    }
}

/// A pool that is full is waited for: threads of a program are none of a contract's business.
#[test]
fn more_threads_than_places_are_no_failure() {
    let host = Host::new(Backend::Cranelift, Nobody).unwrap();
    let wat = r#"(module (func (export "go") (local i32)
        (loop (br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 100000))))))"#;
    std::thread::scope(|scope| {
        for _ in 0..100 {
            scope.spawn(|| {
                let receipt = crate::stage::call_on(&host, wat, "go", 10_000_000).unwrap();
                assert_eq!(receipt.outcome, Outcome::Success);
            });
        }
    });
}
