//! The modules as such: the gate takes them, and they are as large as reports say.

use std::ops::RangeInclusive;

use twinroot_gate::admit;

use crate::workloads::{ESCROW, KERNELS, TOKEN, WORKLOADS};

fn admitted(name: &str, wasm: &[u8], bytes: RangeInclusive<usize>, entries: &[&str]) {
    let module = admit(wasm).unwrap();
    println!(
        "{name}: {} bytes, metered {}",
        module.canonical.len(),
        module.metered.len()
    );
    assert!(
        wasm.starts_with(&module.canonical),
        "what is committed is canonical, with a spec behind it"
    );
    assert!(bytes.contains(&module.canonical.len()));
    assert!(module.entries.iter().eq(entries), "{:?}", module.entries);
}

#[test]
fn kernels() {
    let entries = [
        "blake2b",
        "collatz",
        "fib",
        "fnv",
        "heapsort",
        "init",
        "insertion_sort",
        "nop",
        "sha256",
    ];
    admitted("bench-kernels", KERNELS, 0..=16_000, &entries);
}

#[test]
fn token() {
    admitted("bench-token", TOKEN, 48_000..=60_000, &["batch", "init"]);
}

#[test]
fn escrow() {
    let entries = ["batch", "init", "nop", "release"];
    admitted("bench-escrow", ESCROW, 50_000..=58_000, &entries);
}

#[test]
fn every_workload_is_an_entry() {
    for workload in WORKLOADS {
        let module = admit(workload.wasm).unwrap();
        assert!(module.entries.contains(workload.entry), "{}", workload.name);
    }
}
