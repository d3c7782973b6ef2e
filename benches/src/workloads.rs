//! The named workloads: each as an entry of a committed contract and as a function of the machine,
//! both from `benches/kernels`.
//!
//! The tests of `benches/kernels` include this file and hold each pair to the same number, without
//! an engine that takes long to compile. So it uses nothing of this crate.

/// `bench-kernels`: a small module, whose entries take 4 bytes and return 8.
pub const KERNELS: &[u8] = include_bytes!("../../contracts/wasm/bench-kernels.wasm");
/// `bench-token`: some 50 KB of ordinary Rust with one entry, `batch`.
pub const TOKEN: &[u8] = include_bytes!("../../contracts/wasm/bench-token.wasm");
/// `bench-escrow`: storage and a decision (`init`, then `release`), with the token's code beside it.
pub const ESCROW: &[u8] = include_bytes!("../../contracts/wasm/bench-escrow.wasm");

/// Work that can be done in the VM and by the machine.
#[derive(Clone, Copy, Debug)]
pub struct Workload {
    /// What reports call it.
    pub name: &'static str,
    /// The contract.
    pub wasm: &'static [u8],
    /// Its entry; it takes the argument as 4 bytes and returns the answer as 8, little-endian.
    pub entry: &'static str,
    /// How much work.
    pub argument: u32,
    /// The same without the VM.
    pub native: fn(u32) -> u64,
}

const fn kernel(name: &'static str, argument: u32, native: fn(u32) -> u64) -> Workload {
    Workload {
        name,
        wasm: KERNELS,
        entry: name,
        argument,
        native,
    }
}

/// All of them, each of some milliseconds at most and within the gas of one update.
pub const WORKLOADS: &[Workload] = &[
    kernel("sha256", 64 * 1024, twinroot_kernels::sha256),
    kernel("blake2b", 64 * 1024, twinroot_kernels::blake2b),
    kernel("fib", 24, twinroot_kernels::fib),
    kernel("heapsort", 4096, twinroot_kernels::heapsort),
    kernel("collatz", 3000, twinroot_kernels::collatz),
    kernel("insertion_sort", 512, twinroot_kernels::insertion_sort),
    kernel("fnv", 64 * 1024, twinroot_kernels::fnv),
    Workload {
        name: "token",
        wasm: TOKEN,
        entry: "batch",
        argument: 1500,
        native: twinroot_kernels::token::batch,
    },
];
