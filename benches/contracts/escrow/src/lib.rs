//! The escrow of `benches/kernels` as a contract, with the token beside it: a step of a channel
//! runs little of a contract, and what the rest costs is to be seen too.

#![no_std]

use twinroot_kernels::escrow::{self, Context, Store};
use twinroot_kernels::token;
use twinroot_sdk::prelude::*;
use twinroot_sdk::{REVERT_STORAGE, storage};

/// The storage is laid out by the escrow itself.
#[contract]
pub struct BenchEscrow;

/// The contract's storage.
struct Host;

impl Store for Host {
    fn read<const SIZE: usize>(&self, key: &[u8]) -> Option<[u8; SIZE]> {
        storage::read(key)
    }

    fn write<const SIZE: usize>(&mut self, key: &[u8], value: &[u8; SIZE]) {
        storage::write(key, value);
    }
}

#[entries]
impl BenchEscrow {
    /// Writes the first four values.
    pub fn init(&mut self) {
        escrow::init(&mut Host);
    }

    /// Does nothing, so that a call of it costs what any call of a contract of this size costs.
    pub fn nop(&mut self) {}

    /// Reads four values, decides by height and caller, writes four; returns the decision.
    pub fn release(&mut self) -> u64 {
        let context = Context {
            height: env::height().0,
            caller: env::caller() as u64,
        };
        let decision = escrow::release(&mut Host, context);
        decision.unwrap_or_else(|| revert(REVERT_STORAGE))
    }

    /// The token's batch, as in `bench-token`.
    pub fn batch(&mut self, orders: u32) -> u64 {
        token::batch(orders)
    }
}
