//! Each small workload of `benches/kernels` as an entry: takes its number, returns its answer.

#![no_std]

use twinroot_sdk::prelude::*;

/// Nothing is kept.
#[contract]
pub struct BenchKernels;

#[entries]
impl BenchKernels {
    /// Does nothing, so that a call of it costs what any call costs.
    pub fn nop(&mut self) {}

    /// Runs `sha256`.
    pub fn sha256(&mut self, work: u32) -> u64 {
        twinroot_kernels::sha256(work)
    }

    /// Runs `blake2b`.
    pub fn blake2b(&mut self, work: u32) -> u64 {
        twinroot_kernels::blake2b(work)
    }

    /// Runs `fib`.
    pub fn fib(&mut self, work: u32) -> u64 {
        twinroot_kernels::fib(work)
    }

    /// Runs `heapsort`.
    pub fn heapsort(&mut self, work: u32) -> u64 {
        twinroot_kernels::heapsort(work)
    }

    /// Runs `collatz`.
    pub fn collatz(&mut self, work: u32) -> u64 {
        twinroot_kernels::collatz(work)
    }

    /// Runs `insertion_sort`.
    pub fn insertion_sort(&mut self, work: u32) -> u64 {
        twinroot_kernels::insertion_sort(work)
    }

    /// Runs `fnv`.
    pub fn fnv(&mut self, work: u32) -> u64 {
        twinroot_kernels::fnv(work)
    }
}
