//! A turnstile and its counter, off chain and forced.

#![expect(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

use counter::Counter;
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
