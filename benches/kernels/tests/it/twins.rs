//! Inside and outside of a contract.

use std::collections::BTreeMap;

use twinroot_abi::{REVERT_INPUT, REVERT_STORAGE};
use twinroot_kernels::escrow::{self, BUYER, Context, SELLER};
use twinroot_kernels::{fnv, token};

use crate::contract::{Contract, World};
use crate::workloads::{ESCROW, KERNELS, TOKEN, WORKLOADS};

#[test]
fn every_workload() {
    for workload in WORKLOADS {
        let contract = Contract::new(workload.wasm);
        for argument in [0, 1, 2, 7, workload.argument] {
            assert_eq!(
                contract.number(workload.entry, argument),
                (workload.native)(argument),
                "{} of {argument}",
                workload.name
            );
        }
    }
}

#[test]
fn bytes_one_by_one() {
    let contract = Contract::new(KERNELS);
    for bytes in [0, 1, 64 * 1024] {
        assert_eq!(contract.number("fnv", bytes), fnv(bytes));
    }
}

#[test]
fn the_token_beside_the_escrow() {
    let contract = Contract::new(ESCROW);
    assert_eq!(contract.number("batch", 100), token::batch(100));
}

/// The arena of a contract frees nothing.
#[test]
fn thousands_of_orders_fit_into_memory() {
    let world = World {
        input: 4_000_u32.to_le_bytes().into(),
        ..World::default()
    };
    let ran = Contract::new(TOKEN).call("batch", world);
    assert!(ran.end.is_ok());
    assert!(ran.memory <= 64 * 64 * 1024, "{} bytes", ran.memory);
}

#[test]
fn nothing_is_done_by_nop_and_init() {
    for (wasm, entry) in [
        (KERNELS, "init"),
        (KERNELS, "nop"),
        (TOKEN, "init"),
        (ESCROW, "nop"),
    ] {
        let after = Contract::new(wasm)
            .call(entry, World::default())
            .end
            .unwrap();
        assert_eq!((after.reads, after.writes, after.returned.len()), (0, 0, 0));
    }
}

#[test]
fn no_number_given() {
    let end = Contract::new(KERNELS).call("fib", World::default()).end;
    assert_eq!(end.unwrap_err(), REVERT_INPUT.cast_signed());
}

/// Releases before and after the deadline, by both sides: the same decisions, the same storage.
#[test]
fn every_release() {
    let contract = Contract::new(ESCROW);
    let early = contract.call("release", World::default()).end;
    assert_eq!(early.unwrap_err(), REVERT_STORAGE.cast_signed());

    let mut world = contract.call("init", World::default()).end.unwrap();
    let mut native = BTreeMap::new();
    escrow::init(&mut native);
    assert_eq!(world.storage, native);

    let mut decisions = Vec::new();
    for (height, caller) in [
        (5, BUYER),
        (6, SELLER),
        (7, BUYER),
        (999_999, BUYER),
        (1_000_003, SELLER),
        (1_000_003, BUYER),
        (1_000_004, BUYER),
    ] {
        let before = World {
            height,
            caller: u32::try_from(caller).unwrap(),
            reads: 0,
            writes: 0,
            ..world
        };
        world = contract.call("release", before).end.unwrap();
        let decision = escrow::release(&mut native, Context { height, caller }).unwrap();
        assert_eq!(world.returned, decision.to_le_bytes());
        assert_eq!(world.storage, native);
        assert_eq!((world.reads, world.writes), (4, 4));
        decisions.push(decision >> 56);
    }
    assert_eq!(decisions, [1, 3, 1, 1, 3, 2, 4], "all kinds of decisions");
}
