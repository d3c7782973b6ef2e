//! Each small workload of `benches/kernels` as an entry: takes its number (4 bytes), returns its
//! answer (8 bytes).

#![cfg_attr(target_arch = "wasm32", no_std)]

use twinroot_sdk::{entries, input, ret};

entries! { init, nop, sha256, blake2b, fib, heapsort, collatz, insertion_sort, fnv }

/// Does nothing; a contract is created by a call.
pub fn init() {}

/// Does nothing, so that a call of it costs what any call costs.
pub fn nop() {}

macro_rules! workloads {
    ($($name:ident),+) => {$(
        #[doc = concat!("Runs `", stringify!($name), "`.")]
        pub fn $name() {
            ret(&twinroot_kernels::$name(input()));
        }
    )+};
}

workloads! { sha256, blake2b, fib, heapsort, collatz, insertion_sort, fnv }
