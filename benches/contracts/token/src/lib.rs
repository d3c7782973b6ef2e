//! The token of `benches/kernels` as a contract.

#![no_std]

use twinroot_kernels::token;
use twinroot_sdk::prelude::*;

/// Nothing is kept: the ledger of the token is in memory.
#[contract]
pub struct BenchToken;

#[entries]
impl BenchToken {
    /// Carries out so many orders and returns a digest.
    pub fn batch(&mut self, orders: u32) -> u64 {
        token::batch(orders)
    }
}
