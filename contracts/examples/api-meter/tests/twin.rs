//! Calls of an API, promised and redeemed on both paths.

#![expect(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

use api_meter::{ApiMeter, BATCH, Error, VOUCHER};
use twinroot_testkit::prelude::*;

const PRICE: Amount = Amount(3);
const SUBJECT: Hash = Hash([7; 32]);
const END: u64 = 100;

/// A meter with coins for so many calls.
struct Meter {
    meter: Deployed<ApiMeter>,
    client: Side,
    provider: Side,
    key: Key,
}

impl Meter {
    fn with(stage: &mut Stage, calls: u64) -> Self {
        let [client, provider] = stage.sides();
        let key = stage.key("web server of the client");
        let end = stage.in_blocks(END);
        let first = (client, key.public(), SUBJECT, PRICE, end, 0);
        let meter: Deployed<ApiMeter> = stage.create(client, &first);
        let coins = Amount(calls * PRICE.0);
        stage.by(client).with(coins).calls(&meter).top_up().unwrap();
        Self {
            meter,
            client,
            provider,
            key,
        }
    }

    fn voucher(&self, subject: Hash, calls: u64) -> [u8; 64] {
        let bytes = [&VOUCHER[..], &subject.0, &calls.to_le_bytes()].concat();
        self.key.signs(&bytes)
    }

    fn redeem(&self, stage: &mut Stage, calls: u64) -> Result<Done<()>, Failed> {
        let voucher = self.voucher(SUBJECT, calls);
        stage
            .by(self.provider)
            .calls(&self.meter)
            .redeem(calls, voucher)
    }
}

fn secrets() -> [Hash; BATCH] {
    [0, 1, 2, 3, 4, 5, 6, 7].map(|number| Hash([number; 32]))
}

#[twin_test]
fn the_newest_voucher_is_worth_all_before_it(stage: &mut Stage) {
    let meter = Meter::with(stage, 1_000);
    let before = stage.coins(meter.provider);
    meter.redeem(stage, 400).unwrap();
    assert_eq!(stage.coins(meter.provider).0, before.0 + 400 * PRICE.0);
    meter.redeem(stage, 1_000).unwrap();
    assert_eq!(stage.coins(meter.provider).0, before.0 + 1_000 * PRICE.0);
    assert_eq!(
        stage
            .by(meter.client)
            .calls(&meter.meter)
            .paid()
            .unwrap()
            .value,
        1_000
    );
}

#[twin_test]
fn an_old_voucher_pays_nothing(stage: &mut Stage) {
    let meter = Meter::with(stage, 1_000);
    meter.redeem(stage, 400).unwrap();
    for old in [400, 399, 0] {
        let failed = meter.redeem(stage, old).unwrap_err();
        failed.must_be(Error::NothingNew);
    }
}

#[twin_test]
fn a_voucher_of_another_meter_or_key_is_none(stage: &mut Stage) {
    let meter = Meter::with(stage, 1_000);
    let other = meter.voucher(Hash([8; 32]), 5);
    let failed = stage
        .by(meter.provider)
        .calls(&meter.meter)
        .redeem(5, other)
        .unwrap_err();
    failed.must_be(Error::NotSigned);
    let for_less = meter.voucher(SUBJECT, 5);
    let failed = stage
        .by(meter.provider)
        .calls(&meter.meter)
        .redeem(6, for_less)
        .unwrap_err();
    failed.must_be(Error::NotSigned);
}

#[twin_test]
fn no_more_is_paid_than_there_is(stage: &mut Stage) {
    let meter = Meter::with(stage, 10);
    for calls in [11, u64::MAX] {
        let failed = meter.redeem(stage, calls).unwrap_err();
        failed.must_be(Error::TooMany);
    }
    meter.redeem(stage, 10).unwrap();
}

#[twin_test]
fn tokens_are_redeemed_in_any_order_and_once(stage: &mut Stage) {
    let meter = Meter::with(stage, 0);
    let secrets = secrets();
    let hashes = secrets.map(|secret| blake2b(&secret.0));
    let price = Amount(PRICE.0 * BATCH as u64);
    stage
        .by(meter.client)
        .with(price)
        .calls(&meter.meter)
        .sell(hashes)
        .unwrap();
    let before = stage.coins(meter.provider);
    let mut some = secrets;
    some.swap(0, 5);
    some.swap(1, 3);
    stage
        .by(meter.provider)
        .calls(&meter.meter)
        .redeem_tokens(some, 2)
        .unwrap();
    assert_eq!(stage.coins(meter.provider).0, before.0 + 2 * PRICE.0);
    let again = stage
        .by(meter.provider)
        .calls(&meter.meter)
        .redeem_tokens(some, 3);
    again.unwrap_err().must_be(Error::NoSuchToken);
    some.rotate_left(2);
    stage
        .by(meter.provider)
        .calls(&meter.meter)
        .redeem_tokens(some, 6)
        .unwrap();
    assert_eq!(stage.held(&meter.meter), Amount::ZERO);
}

#[twin_test]
fn one_token_does_not_count_twice_in_one_call(stage: &mut Stage) {
    let meter = Meter::with(stage, 100);
    let secret = secrets()[0];
    let hashes = secrets().map(|secret| blake2b(&secret.0));
    let price = Amount(PRICE.0 * BATCH as u64);
    stage
        .by(meter.client)
        .with(price)
        .calls(&meter.meter)
        .sell(hashes)
        .unwrap();
    let twice = stage
        .by(meter.provider)
        .calls(&meter.meter)
        .redeem_tokens([secret; BATCH], 2);
    twice.unwrap_err().must_be(Error::NoSuchToken);
    let sold = stage
        .by(meter.client)
        .with(price)
        .calls(&meter.meter)
        .sell(hashes);
    sold.unwrap_err().must_be(Error::SoldBefore);
}

#[twin_test]
fn only_the_client_pays_in_and_has_the_rest_back_at_the_end(stage: &mut Stage) {
    let meter = Meter::with(stage, 10);
    let stranger = stage
        .by(meter.provider)
        .with(PRICE)
        .calls(&meter.meter)
        .top_up();
    stranger.unwrap_err().must_be(Error::NotTheClient);
    let early = stage.by(meter.client).calls(&meter.meter).refund();
    early.unwrap_err().must_be(Error::TooEarly);
    meter.redeem(stage, 4).unwrap();
    let before = stage.coins(meter.client);
    stage.wait(END);
    stage.by(meter.client).calls(&meter.meter).refund().unwrap();
    assert_eq!(stage.coins(meter.client).0, before.0 + 6 * PRICE.0);
}
