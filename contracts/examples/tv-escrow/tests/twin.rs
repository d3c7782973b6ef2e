//! The sale on both paths: off chain, and forced.

#![expect(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

use tv_escrow::{DELIVERED, Error, TvEscrow};
use twinroot_testkit::prelude::*;

const PRICE: Amount = Amount(700_000);
const PARCEL: Subject = Subject([0xaa; 32]);
const OTHER_PARCEL: Subject = Subject([0xbb; 32]);
/// Blocks until the buyer can have the price back.
const REFUND: u64 = 50;

/// A sale that the buyer has not paid yet.
struct Sale {
    escrow: Deployed<TvEscrow>,
    buyer: Side,
    seller: Side,
    attestors: [Device; 3],
}

impl Sale {
    fn agreed(stage: &mut Stage) -> Self {
        let [buyer, seller] = stage.sides();
        let mut attestors = ["carrier", "shop", "neighbour"].map(|name| stage.attestor(name));
        attestors.sort_by_key(Device::id);
        let who = Claims {
            subject: PARCEL,
            feeds: [0, 1, 2].map(|place: usize| attestors[place].id()),
        };
        let refund_height = stage.in_blocks(REFUND);
        Self {
            escrow: stage.create(buyer, &(buyer, PRICE, refund_height, who)),
            buyer,
            seller,
            attestors,
        }
    }

    fn paid(stage: &mut Stage) -> Self {
        let sale = Self::agreed(stage);
        stage
            .by(sale.buyer)
            .with(PRICE)
            .calls(&sale.escrow)
            .pay()
            .unwrap();
        sale
    }

    /// What so many attestors say about a parcel.
    fn claims(&mut self, stage: &Stage, count: usize, parcel: Subject, code: u16) -> Vec<Vec<u8>> {
        let attestors = self.attestors.iter_mut().take(count);
        attestors
            .map(|who| who.claims(stage.time(), parcel, code))
            .collect()
    }

    fn release(&self, stage: &mut Stage, messages: &[Vec<u8>]) -> Result<Done<()>, Failed> {
        let who: Vec<&Device> = self.attestors.iter().collect();
        let turn = stage.by(self.seller).showing(0, &who, messages);
        turn.calls(&self.escrow).release()
    }
}

#[twin_test]
fn two_of_three_pay_the_seller(stage: &mut Stage) {
    let mut sale = Sale::paid(stage);
    let before = stage.coins(sale.seller);
    let messages = sale.claims(stage, 2, PARCEL, DELIVERED);
    sale.release(stage, &messages).unwrap();
    assert_eq!(
        stage.coins(sale.seller).0,
        before.0 + PRICE.0,
        "the seller has the price"
    );
    assert_eq!(stage.held(&sale.escrow), Amount::ZERO);
}

#[twin_test]
fn one_is_not_enough(stage: &mut Stage) {
    let mut sale = Sale::paid(stage);
    let messages = sale.claims(stage, 1, PARCEL, DELIVERED);
    assert!(matches!(
        sale.release(stage, &messages),
        Err(Failed::Evidence(_))
    ));
    assert_eq!(stage.held(&sale.escrow), PRICE);
}

#[twin_test]
fn another_parcel_or_another_word_pays_nobody(stage: &mut Stage) {
    let mut sale = Sale::paid(stage);
    let other = sale.claims(stage, 3, OTHER_PARCEL, DELIVERED);
    assert!(matches!(
        sale.release(stage, &other),
        Err(Failed::Evidence(_))
    ));
    let lost = sale.claims(stage, 3, PARCEL, DELIVERED + 1);
    let failed = sale.release(stage, &lost).unwrap_err();
    failed.must_be(Error::NotDelivered);
}

#[twin_test]
fn a_forged_word_is_refused_by_the_policy(stage: &mut Stage) {
    let mut sale = Sale::paid(stage);
    let [forger, honest, _] = &mut sale.attestors;
    let messages = [
        forger.forged(stage.time(), PARCEL, DELIVERED),
        honest.claims(stage.time(), PARCEL, DELIVERED),
    ];
    let turn = stage
        .by(sale.seller)
        .showing_just(0, &[forger, honest], &messages);
    let failed = turn.calls(&sale.escrow).release().unwrap_err();
    assert!(failed.code() > Some(REVERT_JUDGE), "{failed}");
}

#[twin_test]
fn the_buyer_has_the_price_back_from_the_refund_height_on(stage: &mut Stage) {
    let sale = Sale::paid(stage);
    let before = stage.coins(sale.buyer);
    let early = stage
        .by(sale.buyer)
        .calls(&sale.escrow)
        .refund()
        .unwrap_err();
    early.must_be(Error::TooEarly);
    stage.wait(REFUND);
    stage.by(sale.seller).calls(&sale.escrow).refund().unwrap();
    assert_eq!(
        stage.coins(sale.buyer).0,
        before.0 + PRICE.0,
        "the buyer has the price back"
    );
}

#[twin_test]
fn nobody_is_paid_twice(stage: &mut Stage) {
    let mut sale = Sale::paid(stage);
    let messages = sale.claims(stage, 2, PARCEL, DELIVERED);
    sale.release(stage, &messages).unwrap();
    let again = sale.release(stage, &messages).unwrap_err();
    again.must_be(REVERT_STORAGE);
    stage.wait(REFUND);
    let back = stage
        .by(sale.buyer)
        .calls(&sale.escrow)
        .refund()
        .unwrap_err();
    back.must_be(REVERT_STORAGE);
}

#[twin_test]
fn only_the_price_is_taken_and_only_by_pay(stage: &mut Stage) {
    let sale = Sale::agreed(stage);
    for coins in [0, PRICE.0 - 1, PRICE.0 + 1] {
        let turn = stage.by(sale.buyer).with(Amount(coins));
        let wrong = turn.calls(&sale.escrow).pay().unwrap_err();
        wrong.must_be(Error::WrongPrice);
    }
    let turn = stage.by(sale.buyer).with(PRICE);
    let stray = turn.calls(&sale.escrow).refund().unwrap_err();
    stray.must_be(REVERT_COINS);
}
