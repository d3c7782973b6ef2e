//! What the benchmarks run: each workload once as a function of the machine, once inside a contract
//! of `benches/contracts`, both from this source. So a ratio between the two says what the VM costs
//! and nothing about how differently the two were written.
//!
//! A workload takes a small number, makes its own data of it, and gives 64 bits that depend on all
//! of its work. It uses integers and the allocator, no table of the machine's and no instruction
//! that a contract lacks.

#![no_std]

extern crate alloc;

mod blake2b;
mod collatz;
pub mod escrow;
mod fib;
mod fnv;
mod sha256;
mod sort;
pub mod token;
mod words;

pub use blake2b::{blake2b, blake2b_512};
pub use collatz::collatz;
pub use fib::fib;
pub use fnv::{Fnv, fnv};
pub use sha256::{sha256, sha256_256};
pub use sort::{heap, heapsort, insert, insertion_sort};
