//! A turnstile and its counter, off chain and forced.

#![expect(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

use counter::Counter;
use proptest::collection;
use proptest::prelude::*;
use turnstile::{Error, Turnstile};
use twinroot_testkit::prelude::*;

const FEE: Amount = Amount(5);

#[twin_test]
fn each_guest_has_a_number(stage: &mut Stage) {
    let [host, guest] = stage.sides();
    let counter = stage.create::<Counter>(host, &());
    let turnstile: Deployed<Turnstile> = stage.create(host, &(host, FEE, counter.id));
    let before = stage.coins(host);
    for number in [1, 2] {
        let turn = stage.by(guest).with(FEE);
        assert_eq!(turn.calls(&turnstile).enter().unwrap().value, number);
    }
    assert_eq!(stage.coins(host).0, before.0 + 2 * FEE.0);
    // The count is the counter's own, and goes on when somebody else raises it.
    assert_eq!(stage.by(guest).calls(&counter).raise(40).unwrap().value, 42);
}

#[twin_test]
fn nobody_pays_where_nothing_counts(stage: &mut Stage) {
    let [host, guest] = stage.sides();
    let nobody = ContractId([9; 32]);
    let turnstile: Deployed<Turnstile> = stage.create(host, &(host, FEE, nobody));
    let before = stage.coins(guest);
    let turn = stage.by(guest).with(FEE);
    let failed = turn.calls(&turnstile).enter().unwrap_err();
    assert!(failed.is(Error::NotCounted), "{failed}");
    let turn = stage.by(guest).with(Amount(4));
    let failed = turn.calls(&turnstile).enter().unwrap_err();
    assert!(failed.is(Error::WrongFee), "{failed}");
    assert_eq!(stage.coins(guest), before);
}

// ANCHOR: property
/// What somebody may do next.
#[derive(Clone, Debug)]
enum Move {
    Enter { coins: u64 },
    Raise { step: u64 },
    Wait { blocks: u64 },
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let any = prop_oneof![
        (4..=6_u64).prop_map(|coins| Move::Enter { coins }),
        (0..=101_u64).prop_map(|step| Move::Raise { step }),
        (1..=3_u64).prop_map(|blocks| Move::Wait { blocks }),
    ];
    collection::vec(any, 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever they do, in whatever order: the host has one fee for each guest, and the count is right.
    #[test]
    fn fees_and_count_are_right_after_any_play(moves in moves()) {
        twin(|stage| play(stage, &moves));
    }
}

fn play(stage: &mut Stage, moves: &[Move]) {
    let [host, guest] = stage.sides();
    let counter = stage.create::<Counter>(host, &());
    let turnstile: Deployed<Turnstile> = stage.create(host, &(host, FEE, counter.id));
    let before = stage.coins(host);
    let (mut guests, mut count) = (0, 0);
    for next in moves {
        match *next {
            Move::Enter { coins } => {
                let turn = stage.by(guest).with(Amount(coins));
                let entered = turn.calls(&turnstile).enter();
                assert_eq!(entered.is_ok(), coins == FEE.0);
                guests += u64::from(entered.is_ok());
                count += u64::from(entered.is_ok());
            }
            Move::Raise { step } => {
                let raised = stage.by(guest).calls(&counter).raise(step);
                assert_eq!(raised.is_ok(), (1..=100).contains(&step));
                count += raised.map_or(0, |_| step);
            }
            Move::Wait { blocks } => stage.wait(blocks),
        }
    }
    assert_eq!(stage.coins(host).0, before.0 + guests * FEE.0);
    let last = stage.by(host).calls(&counter).raise(1).unwrap();
    assert_eq!(last.value, count + 1);
}
// ANCHOR_END: property
