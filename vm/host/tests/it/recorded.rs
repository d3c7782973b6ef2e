//! Calls that were recorded once: whatever runs them, now or later, comes to the same outcome, gas and
//! root (docs/spec/vm.md, 7.5). A change here is a change of the protocol. So nothing writes the file by
//! itself: `TWINROOT_RECORD=1` does, and only once the fee table that it names was changed by hand.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use twinroot_abi::{Amount, ContractId, FEE_TABLE, Gas, Hash, Height, Root, Side, TimeMs};
use twinroot_exec::{
    Call, Caller, CodeSource, Codes, Env, Execute, Fallback, Header, HeaderPlace, Outcome, Scene,
};
use twinroot_host::{Backend, Host};
use twinroot_state::{Overlay, State, Tree};
use twinroot_types::{Tag, hash};

use crate::stage::Nobody;

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Recorded {
    /// The fee table of all gas below.
    fees: String,
    lives: Vec<Life>,
}

/// Calls of one contract, one after the other; only what succeeds changes the state.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Life {
    /// Its module in contracts/wasm.
    contract: String,
    calls: Vec<Recording>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Recording {
    entry: String,
    /// In hexadecimal.
    args: String,
    /// 0 the initiator, 1 the responder.
    caller: u8,
    height: u64,
    gas_limit: u64,
    outcome: String,
    gas: u64,
    /// In hexadecimal.
    returned: String,
    /// Hash of the events, one after the other, each with its length before it.
    events: String,
    /// Of the state after the call.
    root: String,
}

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/spec/vectors/calls.json")
}

fn wasm(contract: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts/wasm");
    fs::read(folder.join(contract).with_extension("wasm")).unwrap()
}

/// What is called: contract, then entry, arguments, caller, height and gas of each call.
type Plan = (&'static str, Vec<(&'static str, Vec<u8>, u8, u64, u64)>);

fn plans() -> Vec<Plan> {
    const PLENTY: u64 = 50_000_000;
    let kernel = |argument: u32| argument.to_le_bytes().to_vec();
    let kernels = [
        "sha256",
        "blake2b",
        "fib",
        "heapsort",
        "collatz",
        "insertion_sort",
        "fnv",
    ];
    let kernels = kernels.into_iter().flat_map(|entry| {
        [
            (0, PLENTY),
            (1, PLENTY),
            (15, PLENTY),
            (15, 16_500),
            (100, 13_800),
        ]
        .map(|(argument, gas)| (entry, kernel(argument), 0, 1, gas))
    });
    let fill =
        |start: u64, count: u32| [start.to_le_bytes().as_slice(), &count.to_le_bytes()].concat();
    let release = |height: u64, caller: u8| ("release", Vec::new(), caller, height, PLENTY);
    vec![
        ("bench-kernels", kernels.collect()),
        (
            "ballast",
            vec![
                ("init", Vec::new(), 0, 1, PLENTY),
                ("fill", fill(0, 3), 0, 1, PLENTY),
                ("fill", fill(1, 40), 1, 2, PLENTY),
                ("fill", fill(0, 600), 1, 2, PLENTY),
                ("fill", fill(100, 40), 1, 2, 400_000),
                ("fill", Vec::new(), 1, 2, PLENTY),
                ("spill", Vec::new(), 1, 2, PLENTY),
                ("fill", fill(7, 1), 1, 2, 12_500),
            ],
        ),
        (
            "bench-escrow",
            vec![
                release(1, 0),
                ("init", Vec::new(), 0, 1, PLENTY),
                release(2, 0),
                release(3, 1),
                release(999_999, 0),
                release(2_000_000, 0),
                release(2_000_001, 1),
                ("nop", Vec::new(), 1, 1, 17_210),
                ("nop", Vec::new(), 1, 1, 17_200),
                ("batch", kernel(20), 0, 1, PLENTY),
            ],
        ),
        (
            "bench-token",
            vec![
                ("batch", kernel(0), 0, 1, PLENTY),
                ("batch", kernel(64), 0, 1, PLENTY),
                ("batch", kernel(64), 0, 1, 2_000_000),
                ("batch", vec![1], 0, 1, PLENTY),
            ],
        ),
        (
            "tv-escrow",
            vec![
                ("init", Vec::new(), 0, 1, PLENTY),
                ("release", Vec::new(), 1, 1, PLENTY),
                ("refund", Vec::new(), 0, 1, PLENTY),
            ],
        ),
        (
            "truck-insurance",
            vec![
                ("init", Vec::new(), 0, 1, PLENTY),
                ("claim", Vec::new(), 1, 1, PLENTY),
            ],
        ),
    ]
}

fn live(backend: Backend, (contract, calls): &Plan) -> Life {
    let host = Host::new(backend, Nobody).unwrap();
    let code = host.admit(&wasm(contract)).unwrap();
    let id = ContractId([3; 32]);
    let header = Header {
        code: code.hash,
        coins: Amount(1_000),
        fallback: Fallback::all_to(Side::Initiator),
        hold: Height(0),
    };
    let mut state = Overlay::new(Tree::new());
    HeaderPlace::of(id).set(&mut state, &header);
    let mut tree = Tree::new().updated(&state.finish().0).unwrap();
    let calls = calls.iter().map(|(entry, args, caller, height, gas)| {
        let call = Call {
            contract: id,
            entry: (*entry).to_owned(),
            args: args.clone(),
            value: Amount(0),
            gas: Gas(*gas),
            facts: Vec::new(),
        };
        let scene = Scene {
            caller: Caller::Side(Side::BOTH[usize::from(*caller)]),
            env: Env {
                height: Height(*height),
                time: TimeMs(height * 1_000),
                block: Hash([1; 32]),
            },
        };
        let code = CodeSource {
            hash: code.hash,
            bytes: &code.bytes,
        };
        let mut state = Overlay::new(tree.clone());
        let receipt = host
            .execute(code, &Codes::default(), &mut state, scene, &call)
            .unwrap();
        if receipt.outcome == Outcome::Success {
            tree = tree.updated(&state.finish().0).unwrap();
        }
        let events: Vec<u8> = receipt
            .events
            .iter()
            .map(|event| &event.bytes)
            .flat_map(|event| [&(event.len() as u64).to_le_bytes()[..], event].concat())
            .collect();
        let Root(root) = tree.root();
        Recording {
            entry: call.entry,
            args: hex::encode(&call.args),
            caller: *caller,
            height: *height,
            gas_limit: *gas,
            outcome: receipt.outcome.to_string(),
            gas: receipt.gas.0,
            returned: hex::encode(&receipt.returned),
            events: hex::encode(hash(Tag::VALUE, &[&events])),
            root: hex::encode(root),
        }
    });
    Life {
        contract: (*contract).to_owned(),
        calls: calls.collect(),
    }
}

fn recorded() -> Option<Recorded> {
    let text = fs::read_to_string(file()).ok()?;
    Some(serde_json::from_str(&text).unwrap())
}

#[test]
fn recorded_calls_end_as_they_did() {
    let now = |backend| Recorded {
        fees: FEE_TABLE.to_string(),
        lives: plans().iter().map(|plan| live(backend, plan)).collect(),
    };
    let then = recorded();
    if std::env::var_os("TWINROOT_RECORD").is_some() {
        let same_fees = then
            .as_ref()
            .is_some_and(|then| then.fees == FEE_TABLE.to_string());
        assert!(
            !same_fees || then.is_none(),
            "the file has calls of this fee table: change the table's version, or the code back"
        );
        let text = serde_json::to_string_pretty(&now(Backend::Cranelift)).unwrap();
        fs::write(file(), text + "\n").unwrap();
    }
    let then = recorded().expect("docs/spec/vectors/calls.json");
    for backend in [Backend::Cranelift, Backend::Pulley] {
        assert_eq!(now(backend), then, "{backend:?}");
    }
}

/// A record that ends in one way only would say little.
#[test]
fn recorded_calls_end_in_many_ways() {
    let calls: Vec<Recording> = recorded()
        .unwrap()
        .lives
        .into_iter()
        .flat_map(|life| life.calls)
        .collect();
    for outcome in [
        "success",
        "out of gas",
        "revert",
        "host error 1",
        "host error 4",
    ] {
        let count = calls
            .iter()
            .filter(|call| call.outcome.starts_with(outcome))
            .count();
        assert!(count > 0, "{outcome}");
    }
}
