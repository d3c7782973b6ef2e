//! What is left of a call, and what it comes from.

use std::collections::BTreeMap;

use twinroot_exec::Outcome;
use twinroot_gate::{CAUSE_OUT_OF_GAS, CAUSE_STACK};

use crate::host::{Host, Stop, mixed};

/// What is left of a call. More than the protocol asks for: after a trap, too, the memory must be the
/// same, and so must be the way there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// How it ended (docs/spec/vm.md, 2).
    pub outcome: Outcome,
    /// Gas left, where an outcome leaves any.
    pub gas_left: i64,
    /// The memory when it ended, and how long it was, in one number; 0 if there is none.
    pub memory: u64,
    /// What was stored, or removed.
    pub writes: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    /// What was emitted, in order.
    pub events: Vec<Vec<u8>>,
    /// What was returned.
    pub returned: Vec<u8>,
    /// Coins of the contract and of both sides.
    pub coins: [u64; 3],
    /// All host functions called, with the gas at each call, in one number.
    pub trace: u64,
}

/// How a metered module came back (docs/spec/vm.md, 3.9).
pub(crate) enum Ended {
    Returned { gas: i64 },
    Trapped { cause: i32 },
}

impl Ran {
    pub(crate) fn of(ended: &Ended, host: Host, memory: u64) -> Self {
        let (outcome, gas_left) = outcome(ended, host.stop);
        Self {
            outcome,
            gas_left,
            memory,
            writes: host.writes,
            events: host.events,
            returned: host.returned,
            coins: host.coins,
            trace: host.trace,
        }
    }
}

fn outcome(ended: &Ended, stop: Option<Stop>) -> (Outcome, i64) {
    match (ended, stop) {
        (Ended::Returned { gas }, None) if *gas < 0 => (Outcome::OutOfGas, 0),
        (Ended::Returned { gas }, None) => (Outcome::Success, *gas),
        (Ended::Trapped { cause }, None) => {
            let outcome = match *cause {
                CAUSE_OUT_OF_GAS => Outcome::OutOfGas,
                CAUSE_STACK => Outcome::StackLimit,
                0 => Outcome::Trap,
                other => panic!("no cause has the number {other}"),
            };
            (outcome, 0)
        }
        (Ended::Trapped { cause: 0 }, Some(stop)) => match stop {
            Stop::OutOfGas => (Outcome::OutOfGas, 0),
            Stop::Revert { code, gas } => (Outcome::Revert(code), gas),
            Stop::Trap => (Outcome::Trap, 0),
            Stop::Host(error) => (Outcome::HostError(error), 0),
        },
        (_, Some(stop)) => panic!("the module ran on, or gave a cause, after {stop:?}"),
    }
}

/// The bytes of a memory, and how many there are.
pub(crate) fn fingerprint(memory: &[u8]) -> u64 {
    let words = memory.chunks(8).map(|word| {
        let mut bytes = [0; 8];
        bytes[..word.len()].copy_from_slice(word);
        u64::from_le_bytes(bytes)
    });
    words.fold(1 + memory.len() as u64, mixed)
}
