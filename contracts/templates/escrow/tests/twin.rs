//! The contract on both paths: `agree` repeats each step as the ledger would, and fails if the two differ.

use twinroot_exec::{Call, Fallback};
use twinroot_sdk::{Amount, FeedId, Fixed, Gas, Height, Side, Subject, TimeMs};
use twinroot_testkit::{World, attestor};
use twinroot_wire::Operation;

/// What `twinroot build` wrote.
const WASM: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/../twinroot/{{NAME}}.wasm");
const GAS: Gas = Gas(3_000_000);
const PRICE: Amount = Amount(700);
const BUYER: Side = Side::Initiator;

#[test]
fn the_buyer_has_the_price_back_from_the_refund_height_on() {
    let wasm = std::fs::read(WASM).expect("there is no wasm yet: run `twinroot build`");
    let mut world = World::new([Amount(10_000_000); 2], TimeMs(0)).unwrap();
    world.open([Amount(1_000), Amount(0)], 10).unwrap();
    let code = world.publish(BUYER, &wasm).unwrap().hash;
    let contract = world.next_contract().unwrap();
    let refund_height = world.in_blocks(50);
    let mut attestors = [1, 2, 3].map(|seed| attestor(&[seed; 32], "somebody").unwrap().feed().id());
    attestors.sort();
    let create = Operation::Create {
        code,
        fallback: Fallback::all_to(BUYER),
        hold: refund_height,
        args: init(refund_height, attestors),
        gas: GAS,
    };
    world.agree(BUYER, vec![create]).unwrap();

    let call = |entry: &str, value| {
        vec![Operation::Call(Call {
            contract,
            entry: entry.to_owned(),
            args: Vec::new(),
            value,
            gas: GAS,
            facts: Vec::new(),
        })]
    };
    let paid = world.agree(BUYER, call("pay", PRICE)).unwrap();
    assert_eq!(paid.channel, [Amount(300), Amount(0)]);
    assert!(world.agree(BUYER, call("refund", Amount::ZERO)).is_err());

    world.advance_to(refund_height).unwrap();
    let refunded = world.agree(BUYER, call("refund", Amount::ZERO)).unwrap();
    assert!(refunded.twins_agree());
    assert_eq!(refunded.channel, [Amount(1_000), Amount(0)]);
}

/// The first values of the contract's fields, in their order.
fn init(refund_height: Height, attestors: [FeedId; 3]) -> Vec<u8> {
    let values = (BUYER, PRICE, refund_height, Subject([5; 32]), attestors);
    let mut bytes = vec![0; size(&values)];
    values.write(&mut bytes);
    bytes
}

fn size<T: Fixed>(_: &T) -> usize {
    T::SIZE
}
