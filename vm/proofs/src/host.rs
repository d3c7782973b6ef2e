//! The mock host: a scene that a call sees, and what the call does to it.

use std::collections::{BTreeMap, BTreeSet};

use twinroot_exec::HostError;

/// What a call is given.
#[derive(Clone, Debug, Default)]
pub struct Input {
    /// Gas that the entry starts with, the start price (docs/spec/vm.md, 5.5) already paid.
    pub gas: i64,
    /// Arguments of the call.
    pub args: Vec<u8>,
    /// Side that calls.
    pub caller: i32,
    /// Height of the pinned block.
    pub height: i64,
    /// Time of the pinned block.
    pub time_ms: i64,
    /// Coins that come with the call.
    pub value: i64,
    /// Coins of the contract.
    pub coins: u64,
    /// What is stored before the call.
    pub storage: BTreeMap<Vec<u8>, Vec<u8>>,
}

/// Why the host ends a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    OutOfGas,
    Revert { code: u32, gas: i64 },
    Trap,
    Host(HostError),
}

impl From<HostError> for Stop {
    fn from(error: HostError) -> Self {
        Self::Host(error)
    }
}

/// A value that goes between module and host, as its bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    I32(i32),
    I64(i64),
}

impl Value {
    /// A pointer, length or number.
    pub(crate) const fn i32(self) -> i32 {
        match self {
            Self::I32(value) => value,
            Self::I64(_) => panic!("the module was linked, so this is an i32"),
        }
    }

    pub(crate) const fn i64(self) -> i64 {
        match self {
            Self::I64(value) => value,
            Self::I32(_) => panic!("the module was linked, so this is an i64"),
        }
    }

    const fn bits(self) -> u64 {
        match self {
            Self::I32(value) => value.cast_unsigned() as u64,
            Self::I64(value) => value.cast_unsigned(),
        }
    }
}

/// A call on its way, the same under every engine.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) input: Input,
    pub(crate) writes: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    pub(crate) touched: BTreeSet<Vec<u8>>,
    pub(crate) events: Vec<Vec<u8>>,
    pub(crate) returned: Vec<u8>,
    /// Coins of the contract and of both sides.
    pub(crate) coins: [u64; 3],
    /// Every host function called, its parameters and the gas that it came with, in one number: two
    /// engines that agree at the end but not on the way are found too.
    pub(crate) trace: u64,
    pub(crate) stop: Option<Stop>,
}

impl Host {
    pub(crate) fn new(input: &Input) -> Self {
        Self {
            writes: BTreeMap::new(),
            touched: BTreeSet::new(),
            events: Vec::new(),
            returned: Vec::new(),
            coins: [input.coins, 1 << 40, u64::MAX - 1_000],
            trace: 0,
            stop: None,
            input: input.clone(),
        }
    }

    pub(crate) fn note(&mut self, function: usize, params: &[Value]) {
        self.trace = mixed(self.trace, function as u64);
        for param in params {
            self.trace = mixed(self.trace, param.bits());
        }
    }
}

/// One step of a hash that finds differences; nobody tries to fool it.
pub(crate) const fn mixed(hash: u64, more: u64) -> u64 {
    (hash.rotate_left(29) ^ more).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
