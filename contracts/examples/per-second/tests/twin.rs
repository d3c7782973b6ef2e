//! Coins that flow by the second, on both paths. A block is two seconds.

#![expect(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

use per_second::{Error, Event, PerSecond};
use twinroot_testkit::prelude::*;

const RATE: Amount = Amount(5);

fn flowing(stage: &mut Stage, coins: u64) -> (Deployed<PerSecond>, Side, Side) {
    let [payer, payee] = stage.sides();
    let flow = stage.create::<PerSecond>(payer, &(payer, RATE));
    stage
        .by(payer)
        .with(Amount(coins))
        .calls(&flow)
        .start()
        .unwrap();
    (flow, payer, payee)
}

#[twin_test]
fn the_payee_draws_what_time_has_earned(stage: &mut Stage) {
    let (flow, _, payee) = flowing(stage, 1_000);
    let before = stage.coins(payee);
    stage.wait(10);
    let drawn = stage.by(payee).calls(&flow).draw().unwrap();
    assert_eq!(drawn.value, Amount(20 * RATE.0));
    let to = stage.time();
    assert_eq!(
        Event::from_bytes(&drawn.events[0]),
        Some(Event::Drawn {
            coins: drawn.value,
            to
        })
    );
    let at_once = stage.by(payee).calls(&flow).draw().unwrap_err();
    at_once.must_be(Error::NothingEarned);
    stage.wait(1);
    stage.by(payee).calls(&flow).draw().unwrap();
    assert_eq!(stage.coins(payee).0, before.0 + 22 * RATE.0);
}

#[twin_test]
fn no_more_flows_than_there_is(stage: &mut Stage) {
    let (flow, _, payee) = flowing(stage, 30);
    stage.wait(100);
    assert_eq!(
        stage.by(payee).calls(&flow).draw().unwrap().value,
        Amount(30)
    );
    let empty = stage.by(payee).calls(&flow).draw().unwrap_err();
    empty.must_be(Error::NothingEarned);
}

#[twin_test]
fn time_without_coins_is_not_paid_for_later(stage: &mut Stage) {
    let (flow, payer, payee) = flowing(stage, 30);
    let before = stage.coins(payee);
    stage.wait(100);
    stage
        .by(payer)
        .with(Amount(1_000))
        .calls(&flow)
        .top_up()
        .unwrap();
    assert_eq!(stage.coins(payee).0, before.0 + 30);
    stage.wait(1);
    assert_eq!(
        stage.by(payee).calls(&flow).draw().unwrap().value,
        Amount(2 * RATE.0)
    );
}

#[twin_test]
fn the_payer_stops_and_has_the_rest_back(stage: &mut Stage) {
    let (flow, payer, payee) = flowing(stage, 1_000);
    let before = [payer, payee].map(|side| stage.coins(side).0);
    stage.wait(4);
    let stranger = stage.by(payee).calls(&flow).stop().unwrap_err();
    stranger.must_be(Error::NotThePayer);
    stage.by(payer).calls(&flow).stop().unwrap();
    let after = [payer, payee].map(|side| stage.coins(side).0);
    let earned = 8 * RATE.0;
    assert_eq!(after, [before[0] + 1_000 - earned, before[1] + earned]);
    let over = stage.by(payee).calls(&flow).draw().unwrap_err();
    over.must_be(Error::NotFlowing);
}

#[twin_test]
fn it_can_flow_again_but_not_twice_at_once(stage: &mut Stage) {
    let (flow, payer, payee) = flowing(stage, 1_000);
    let twice = stage
        .by(payer)
        .with(Amount(5))
        .calls(&flow)
        .start()
        .unwrap_err();
    twice.must_be(Error::Flowing);
    stage.by(payer).calls(&flow).stop().unwrap();
    stage.wait(50);
    stage
        .by(payer)
        .with(Amount(500))
        .calls(&flow)
        .start()
        .unwrap();
    stage.wait(1);
    assert_eq!(
        stage.by(payee).calls(&flow).draw().unwrap().value,
        Amount(2 * RATE.0)
    );
}
