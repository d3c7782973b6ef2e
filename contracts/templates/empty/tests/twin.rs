//! The contract on both paths: `agree` repeats each step as the ledger would, and fails if the two differ.

use twinroot_exec::{Call, Fallback};
use twinroot_sdk::{Amount, Gas, Height, Side, TimeMs};
use twinroot_testkit::World;
use twinroot_wire::Operation;

/// What `twinroot build` wrote.
const WASM: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/../twinroot/{{NAME}}.wasm");
const GAS: Gas = Gas(3_000_000);

#[test]
fn the_count_rises_by_small_steps_only() {
    let wasm = std::fs::read(WASM).expect("there is no wasm yet: run `twinroot build`");
    let mut world = World::new([Amount(10_000_000); 2], TimeMs(0)).unwrap();
    world.open([Amount(1_000), Amount(1_000)], 10).unwrap();
    let code = world.publish(Side::Initiator, &wasm).unwrap().hash;
    let contract = world.next_contract().unwrap();
    let create = Operation::Create {
        code,
        fallback: Fallback::all_to(Side::Initiator),
        hold: Height(0),
        args: Vec::new(),
        gas: GAS,
    };
    world.agree(Side::Initiator, vec![create]).unwrap();

    let mut raise = |step: u64| {
        let call = Call {
            contract,
            entry: "raise".to_owned(),
            args: step.to_le_bytes().to_vec(),
            value: Amount::ZERO,
            gas: GAS,
            facts: Vec::new(),
        };
        world.agree(Side::Responder, vec![Operation::Call(call)])
    };
    let step = raise(40).unwrap();
    assert!(step.twins_agree());
    assert_eq!(step.receipts[0].returned, 40u64.to_le_bytes());
    assert!(raise(101).is_err());
}
