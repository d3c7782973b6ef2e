//! Calls of other contracts (docs/spec/vm.md, 5.6), on both backends.

use std::sync::Arc;

use twinroot_abi::{Amount, CodeHash, ContractId, Gas, Hash, Height, Side, TimeMs};
use twinroot_exec::{
    Call, Caller, CodeSource, Codes, Env, Event, Execute, Fallback, Halt, Header, HeaderPlace,
    HostError, Outcome, Receipt, Scene, StateKey,
};
use twinroot_host::{Backend, Host, Job};
use twinroot_state::{Overlay, Tree};

use crate::stage::Nobody;

/// With 48 bytes of arguments or more, calls the contract of the first 32 with the coins and the gas of
/// the next two words and the rest as arguments, and returns how that ended and what it returned. With
/// less, does what the first byte says.
const AGENT: &str = r#"(module
    (import "twinroot" "input_len" (func $input_len (result i32)))
    (import "twinroot" "input_read" (func $input_read (param i32)))
    (import "twinroot" "call" (func $call (param i32 i32 i32 i32 i32 i64 i64) (result i64)))
    (import "twinroot" "call_returned" (func $returned (param i32 i32) (result i32)))
    (import "twinroot" "caller" (func $caller (result i32)))
    (import "twinroot" "caller_contract" (func $by (param i32) (result i32)))
    (import "twinroot" "storage_write" (func $write (param i32 i32 i32 i32)))
    (import "twinroot" "emit" (func $emit (param i32 i32)))
    (import "twinroot" "ret" (func $ret (param i32 i32)))
    (import "twinroot" "revert" (func $revert (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 1000) "go")
    (func $down (param i64) (result i64)
        (i64.add (local.get 0) (call $down (i64.sub (local.get 0) (i64.const 1)))))
    (func (export "go") (local $n i32)
        (local.set $n (call $input_len))
        (call $input_read (i32.const 0))
        (call $write (i32.const 1000) (i32.const 1) (i32.const 1000) (i32.const 2))
        (if (i32.ge_u (local.get $n) (i32.const 48)) (then
            (call $emit (i32.const 1000) (i32.const 1))
            (i64.store (i32.const 2000) (call $call
                (i32.const 0) (i32.const 1000) (i32.const 2)
                (i32.const 48) (i32.sub (local.get $n) (i32.const 48))
                (i64.load (i32.const 32)) (i64.load (i32.const 40))))
            (call $ret (i32.const 2000)
                (i32.add (i32.const 8) (call $returned (i32.const 2008) (i32.const 1000))))
            (call $emit (i32.const 1000) (i32.const 2))
            (return)))
        (call $emit (i32.const 1001) (i32.const 1))
        (if (i32.eq (i32.load8_u (i32.const 0)) (i32.const 1)) (then (call $revert (i32.const 7))))
        (if (i32.eq (i32.load8_u (i32.const 0)) (i32.const 2)) (then unreachable))
        (if (i32.eq (i32.load8_u (i32.const 0)) (i32.const 3)) (then (loop (br 0))))
        (if (i32.eq (i32.load8_u (i32.const 0)) (i32.const 4)) (then (drop (call $caller))))
        (if (i32.eq (i32.load8_u (i32.const 0)) (i32.const 5)) (then (drop (call $down (i64.const -1)))))
        (drop (call $by (i32.const 3000)))
        (call $ret (i32.const 3000) (i32.const 32))))"#;

/// What contract 0 has.
const COINS: u64 = 1_000;
const PLENTY: u64 = 1_000_000;

fn contract(number: u8) -> ContractId {
    ContractId([number; 32])
}

/// The arguments that have an agent call another one.
fn calls(to: u8, coins: u64, gas: u64, args: &[u8]) -> Vec<u8> {
    [
        &contract(to).0[..],
        &coins.to_le_bytes(),
        &gas.to_le_bytes(),
        args,
    ]
    .concat()
}

/// Arguments that go from agent 0 through all to `to`, each with a little less gas.
fn through(first: u8, to: u8, gas: u64, args: &[u8]) -> Vec<u8> {
    if first == to {
        return args.to_vec();
    }
    let inner = through(first + 1, to, gas - 100_000, args);
    calls(first + 1, 0, gas - 100_000, &inner)
}

struct Stage {
    host: Host,
    codes: Codes,
    code: CodeHash,
}

impl Stage {
    fn new(backend: Backend) -> Self {
        Self::of(backend, AGENT)
    }

    fn of(backend: Backend, agent: &str) -> Self {
        let host = Host::new(backend, Nobody).unwrap();
        let code = host.admit(&wat::parse_str(agent).unwrap()).unwrap();
        let mut codes = Codes::default();
        Arc::make_mut(&mut codes).insert(code.hash, code.bytes);
        Self {
            host,
            codes,
            code: code.hash,
        }
    }

    /// A state with contracts 0 to 9, agents all but the last, whose code nobody knows.
    fn state(&self) -> Overlay {
        let mut state = Overlay::new(Tree::new());
        for number in 0..10 {
            let header = Header {
                code: if number == 9 {
                    CodeHash([9; 32])
                } else {
                    self.code
                },
                coins: Amount(if number == 0 { COINS } else { 0 }),
                fallback: Fallback::all_to(Side::Initiator),
                hold: Height(u64::from(number)),
            };
            HeaderPlace::of(contract(number)).set(&mut state, &header);
        }
        state
    }

    fn source(&self) -> CodeSource<'_> {
        CodeSource {
            hash: self.code,
            bytes: &self.codes[&self.code],
        }
    }

    fn scene() -> Scene {
        Scene {
            caller: Caller::Side(Side::Responder),
            env: Env {
                height: Height(1),
                time: TimeMs(1),
                block: Hash([0; 32]),
            },
        }
    }

    fn call(args: &[u8], gas: u64) -> Call {
        Call {
            contract: contract(0),
            entry: "go".to_owned(),
            args: args.to_vec(),
            value: Amount(0),
            gas: Gas(gas),
            facts: Vec::new(),
        }
    }
}

/// Coins of the first two contracts, and whether they have stored something.
type Left = [(Amount, bool); 2];

fn run(args: &[u8], gas: u64) -> Result<(Receipt, Left), Halt> {
    let [one, other] = [Backend::Cranelift, Backend::Pulley].map(|backend| {
        let stage = Stage::new(backend);
        let mut state = stage.state();
        let (scene, call) = (Stage::scene(), Stage::call(args, gas));
        let receipt = stage
            .host
            .execute(stage.source(), &stage.codes, &mut state, scene, &call)?;
        let left = [0, 1].map(|number| {
            let header = HeaderPlace::of(contract(number)).read(&mut state);
            let slot = StateKey::Slot(contract(number), b"g").hash();
            (
                header.unwrap().unwrap().coins,
                state.get(&slot).unwrap().is_some(),
            )
        });
        Ok((receipt, left))
    });
    assert_eq!(one, other);
    one
}

/// How an inner call ended, as its caller returned it, and the gas of all.
fn told(args: &[u8]) -> (u64, Gas, Left) {
    let (receipt, left) = run(args, PLENTY).unwrap();
    assert_eq!(receipt.outcome, Outcome::Success);
    let told = u64::from_le_bytes(receipt.returned[..8].try_into().unwrap());
    (told, receipt.gas, left)
}

#[test]
fn another_contract_gets_coins_and_returns_something() {
    let (receipt, left) = run(&calls(1, 30, 200_000, &[]), PLENTY).unwrap();
    assert_eq!(receipt.outcome, Outcome::Success);
    assert_eq!(receipt.returned, [[0; 8].as_slice(), &[0; 32]].concat());
    let event = |number, bytes: &[u8]| Event {
        contract: contract(number),
        bytes: bytes.to_vec(),
    };
    let events = [event(0, b"g"), event(1, b"o"), event(0, b"go")];
    assert_eq!(receipt.events, events);
    assert_eq!(left, [(Amount(COINS - 30), true), (Amount(30), true)]);
    let [(called, before)] = receipt.called[..] else {
        panic!("one contract was called")
    };
    assert_eq!(
        (called, before.coins, before.hold),
        (contract(1), Amount(0), Height(1))
    );
}

/// The arguments say that it is a contract that calls, and the contract sees which.
#[test]
fn a_contract_sees_the_contract_that_calls() {
    let (receipt, _) = run(&calls(1, 0, 400_000, &calls(2, 0, 200_000, &[])), PLENTY).unwrap();
    assert_eq!(receipt.returned[16..], contract(1).0);
}

#[test]
fn no_contract_speaks_for_a_side() {
    let no_side = 5 << 32 | HostError::NoSide as u64;
    assert_eq!(told(&calls(1, 0, 200_000, &[4])).0, no_side);
}

/// It is undone, coins and all, and its caller goes on.
#[test]
fn what_fails_is_undone_alone() {
    let kept = [(Amount(COINS), true), (Amount(0), false)];
    let (revert, gas, left) = told(&calls(1, 30, 200_000, &[1]));
    assert_eq!((revert, left), (1 << 32 | 7, kept));
    assert!(
        gas < Gas(100_000),
        "{gas}: what is left of the limit comes back"
    );
    for (args, kind) in [([2], 2), ([3], 3)] {
        let (told, gas, left) = told(&calls(1, 30, 200_000, &args));
        assert_eq!((told, left), (kind << 32, kept));
        assert!(gas > Gas(200_000), "{gas}: the whole limit is gone");
    }
}

#[test]
fn too_little_gas_to_begin_with_is_out_of_gas() {
    assert_eq!(told(&calls(1, 0, 5_000, &[])).0, 3 << 32);
}

/// Else whoever sets the gas of the whole call could have a part of it fail.
#[test]
fn a_contract_without_the_gas_that_it_gives_runs_out_itself() {
    for gas in [150_000, u64::MAX] {
        let (receipt, _) = run(&calls(1, 0, gas, &[]), 160_000).unwrap();
        assert_eq!(receipt, Receipt::failed(Outcome::OutOfGas, Gas(160_000)));
    }
}

#[test]
fn a_contract_that_is_being_called_is_not_called() {
    let nesting = 5 << 32 | HostError::Nesting as u64;
    assert_eq!(told(&calls(0, 0, 200_000, &[])).0, nesting);
    let back = calls(1, 0, 400_000, &calls(0, 0, 200_000, &[]));
    let (receipt, _) = run(&back, PLENTY).unwrap();
    assert_eq!(receipt.returned[8..16], nesting.to_le_bytes());
}

/// `init` runs when a contract is created, whatever exports it.
#[test]
fn no_contract_is_begun_by_another() {
    let agent = AGENT
        .replace(r#""go")"#, r#""init")"#)
        .replace(r#"(export "init")"#, r#"(export "init") (export "go")"#)
        .replace(
            "(i32.const 1000) (i32.const 2)\n                (i32.const 48)",
            "(i32.const 1000) (i32.const 4)\n                (i32.const 48)",
        );
    assert!(agent.contains("(i32.const 1000) (i32.const 4)"));
    for backend in [Backend::Cranelift, Backend::Pulley] {
        let stage = Stage::of(backend, &agent);
        let (mut state, call) = (
            stage.state(),
            Stage::call(&calls(1, 0, 200_000, &[]), PLENTY),
        );
        let receipt = stage
            .host
            .execute(
                stage.source(),
                &stage.codes,
                &mut state,
                Stage::scene(),
                &call,
            )
            .unwrap();
        assert_eq!(receipt.outcome, Outcome::Success);
        let no_entry: u64 = 5 << 32 | HostError::NoSuchEntry as u64;
        assert_eq!(receipt.returned[..8], no_entry.to_le_bytes());
    }
}

#[test]
fn eight_contracts_call_each_other_and_no_more() {
    let last = |to| {
        let (receipt, _) = run(&through(0, to, 2_000_000, &[]), 3_000_000).unwrap();
        assert_eq!(receipt.outcome, Outcome::Success);
        let ends = receipt.returned.chunks(8);
        ends.map(|end| u64::from_le_bytes(end.try_into().unwrap()))
            .collect::<Vec<_>>()
    };
    let nobody = u64::from_le_bytes([6; 8]);
    assert_eq!(last(7), [[0; 7].as_slice(), &[nobody; 4]].concat());
    let nesting = 5 << 32 | HostError::Nesting as u64;
    assert_eq!(last(8), [[0; 7].as_slice(), &[nesting]].concat());
}

/// Each has a metered stack of its own, and the native one is deep enough for all.
#[test]
fn the_last_of_eight_fills_its_stack() {
    let (receipt, _) = run(&through(0, 7, 2_000_000, &[5]), 3_000_000).unwrap();
    assert_eq!(receipt.returned.len(), 7 * 8);
    assert_eq!(receipt.returned[6 * 8..], (4_u64 << 32).to_le_bytes());
}

#[test]
fn what_is_not_there_is_not_called() {
    let none = 5 << 32 | HostError::NoSuchContract as u64;
    assert_eq!(told(&calls(77, 0, 200_000, &[])).0, none);
    let (short, _, left) = told(&calls(1, COINS + 1, 200_000, &[]));
    assert_eq!((short, left[0].0), (6 << 32, Amount(COINS)));
    // That another machine may know it makes this no outcome.
    let unknown = run(&calls(9, 0, 200_000, &[]), PLENTY);
    assert_eq!(unknown, Err(Halt::CodeUnknown(CodeHash([9; 32]))));
}

/// More chains of calls at once than there are places for.
#[test]
fn many_that_call_at_once_wait_for_each_other() {
    let stage = Stage::new(Backend::Cranelift);
    let args = through(0, 7, 2_000_000, &[]);
    let job = |_| Job {
        code: stage.source(),
        codes: &stage.codes,
        state: stage.state(),
        scene: Stage::scene(),
        call: Stage::call(&args, 3_000_000),
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(100).build();
    let done = pool
        .unwrap()
        .install(|| stage.host.batch((0..200).map(job).collect()));
    for done in done {
        assert_eq!(done.result.unwrap().outcome, Outcome::Success);
    }
}
