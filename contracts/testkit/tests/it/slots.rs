//! What a witness costs, and what it gives away.

use twinroot_abi::{Amount, Height, Side, Subject, TimeMs};
use twinroot_exec::{Fallback, StateKey};
use twinroot_feed::select;
use twinroot_state::Read;
use twinroot_testkit::{World, attestor, ballast, tv};
use twinroot_wire::Operation;

/// A state with `slots` slots of ballast in which Bob forces the release of a TV's price: the bytes
/// of the witness and of the transaction.
fn forced_release(slots: u64) -> (usize, Vec<u8>) {
    let mut world = World::new([Amount(10_000_000); 2], TimeMs(0)).unwrap();
    world.open([Amount(1_000_000), Amount(0)], 10).unwrap();
    let code = world.learn(ballast::WASM).unwrap();
    let fill = world.next_contract().unwrap();
    let create = |code, args, hold| Operation::Create {
        code,
        fallback: Fallback::all_to(Side::Initiator),
        hold,
        args,
        gas: tv::INIT_GAS,
    };
    let first = create(code.hash, Vec::new(), Height(0));
    world.agree(Side::Initiator, vec![first]).unwrap();
    for start in (0..slots).step_by(ballast::PER_CALL as usize) {
        let count = (slots - start).min(u64::from(ballast::PER_CALL)) as u32;
        let call = Operation::Call(ballast::fill(fill, start, count));
        world.agree(Side::Initiator, vec![call]).unwrap();
    }

    let mut attestors = [1, 2, 3].map(|seed| attestor(&[seed; 32], "somebody").unwrap());
    attestors.sort_by_key(|attestor| attestor.feed().id());
    let feeds = [0, 1, 2].map(|place: usize| attestors[place].feed().clone());
    let ids = [0, 1, 2].map(|place: usize| feeds[place].id());
    let subject = Subject([5; 32]);
    let (price, refund) = (Amount(700_000), Height(50));
    let code = world.publish(Side::Responder, tv::WASM).unwrap();
    let escrow = world.next_contract().unwrap();
    let second = create(
        code.hash,
        tv::init(Side::Initiator, price, refund, subject, ids),
        refund,
    );
    world.agree(Side::Initiator, vec![second]).unwrap();
    world
        .agree(
            Side::Initiator,
            vec![Operation::Call(tv::pay(escrow, price))],
        )
        .unwrap();

    let messages: Vec<Vec<u8>> = attestors
        .iter_mut()
        .map(|attestor| attestor.claim(TimeMs(1), subject, tv::DELIVERED).unwrap())
        .collect();
    let bundle =
        select::k_of_n_equal(0, tv::QUORUM, &tv::params(subject, ids), &feeds, &messages).unwrap();
    let state = world.party(Side::Responder).unwrap().state().clone();
    for index in 0..slots {
        let key = StateKey::Slot(fill, &ballast::key(index)).hash();
        assert_eq!(
            state.read(&key).unwrap().as_deref(),
            Some(&value(index)[..]),
            "slot {index} is filled"
        );
    }
    let step = world
        .force(
            Side::Responder,
            vec![Operation::Call(tv::release(escrow, vec![bundle]))],
        )
        .unwrap();
    (step.witness_bytes, step.transaction)
}

/// What ballast writes to slot `index`.
fn value(index: u64) -> [u8; 32] {
    let mut value = [0; 32];
    for (word, place) in (0u64..).zip(value.chunks_exact_mut(8)) {
        let number = index
            .wrapping_mul(4)
            .wrapping_add(word)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15);
        place.copy_from_slice(&number.to_le_bytes());
    }
    value
}

#[test]
fn a_witness_grows_like_the_logarithm_and_shows_no_untouched_slot() {
    let (ten, _) = forced_release(10);
    let (thousand, posted) = forced_release(1_000);
    let (hundred_thousand, _) = forced_release(100_000);
    assert!(hundred_thousand < 8 * 1024, "{hundred_thousand} bytes");
    // Equal factors in the state, equal steps in the witness: 100 times more slots add about as
    // much each time, not 100 times as much.
    let (first, second) = (thousand - ten, hundred_thousand - thousand);
    assert!(
        second < 2 * first,
        "{ten}, {thousand}, {hundred_thousand} bytes"
    );

    for index in 0..1_000 {
        let value = value(index);
        assert!(
            !posted
                .windows(8)
                .any(|window| window == &value[..8] && index > 0),
            "slot {index} is shown"
        );
        assert!(
            !posted.windows(32).any(|window| window == value),
            "slot {index} is shown"
        );
    }
}
