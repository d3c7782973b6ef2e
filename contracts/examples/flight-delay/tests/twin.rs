//! Travellers, insurers and an oracle, off chain and forced.

#![expect(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

use flight_delay::{Error, Event, FlightDelay};
use twinroot_testkit::prelude::*;

const COVER: Amount = Amount(300_000);
const LATE: u64 = 180;
const QUESTION: &[u8] = b"minutes late: LX 7 of 2026-11-22, order 1";
/// Blocks that the oracle has for its answer, and for which it is kept then.
const ANSWER: u64 = 30;
const KEPT: u64 = 40;
/// Numbers of the rules (docs/spec/oracles.md, 6).
const FORGOTTEN: u32 = REVERT_JUDGE + 531;
const OTHER_BLOCK: u32 = REVERT_JUDGE + 533;
const NOT_SHOWN: u32 = REVERT_JUDGE + 534;
const PENDING: u32 = REVERT_JUDGE + 536;

struct Flight {
    insurance: Deployed<FlightDelay>,
    traveller: Side,
    insurer: Side,
    oracle: Oracle,
    query: Query,
}

impl Flight {
    /// Insured, and nothing asked yet: the contract names the query all the same.
    fn insured(stage: &mut Stage) -> Self {
        let [traveller, insurer] = stage.sides();
        let oracle = stage.oracle("airport");
        let answer_by = stage.in_blocks(ANSWER);
        let kept_until = stage.in_blocks(ANSWER + KEPT);
        let query = oracle.query(QUESTION, answer_by, kept_until);
        let insurance: Deployed<FlightDelay> = stage.create(insurer, &(traveller, LATE, query));
        let turn = stage.by(insurer).with(COVER);
        turn.calls(&insurance).cover().unwrap();
        Self {
            insurance,
            traveller,
            insurer,
            oracle,
            query,
        }
    }

    fn settle(&self, stage: &mut Stage, by: Side) -> Result<Done<()>, Failed> {
        let proof = stage.proof(&self.query);
        self.settle_with(stage, by, proof)
    }

    fn settle_with(&self, stage: &mut Stage, by: Side, proof: Vec<u8>) -> Result<Done<()>, Failed> {
        let turn = stage.by(by).showing_just(0, &[], &[proof]);
        turn.calls(&self.insurance).settle()
    }

    /// What both of them have in the channel.
    fn coins(&self, stage: &Stage) -> [u64; 2] {
        [self.traveller, self.insurer].map(|side| stage.coins(side).0)
    }
}

fn told(done: &Done<()>) -> Event {
    Event::from_bytes(&done.events[0]).unwrap()
}

fn lands(stage: &mut Stage, minutes: u64, share: [u64; 2]) {
    let flight = Flight::insured(stage);
    let before = flight.coins(stage);
    // Here it is the insurer who asks; anybody could.
    stage.ask(flight.insurer, &flight.query, QUESTION);
    stage.wait(3);
    stage.answer(&flight.oracle, &flight.query, &minutes.to_le_bytes());
    // The present block does not know of it yet.
    let early = flight.settle(stage, flight.traveller).unwrap_err();
    assert_eq!(early.code(), Some(PENDING), "{early}");
    stage.wait(1);
    let done = flight.settle(stage, flight.traveller).unwrap();
    assert!(matches!(told(&done), Event::Landed { minutes: it } if it == minutes));
    assert_eq!(
        flight.coins(stage),
        [before[0] + share[0], before[1] + share[1]]
    );
}

#[twin_test]
fn a_late_flight_is_paid_for(stage: &mut Stage) {
    lands(stage, LATE, [COVER.0, 0]);
}

#[twin_test]
fn a_flight_in_time_is_not(stage: &mut Stage) {
    lands(stage, LATE - 1, [0, COVER.0]);
}

/// Whether it was asked in vain and paid back, or never asked, is all the same.
fn nobody_knows(stage: &mut Stage, asked: bool) {
    let flight = Flight::insured(stage);
    let before = flight.coins(stage);
    if asked {
        stage.ask(flight.traveller, &flight.query, QUESTION);
    }
    stage.wait_until(flight.query.answer_by);
    let early = flight.settle(stage, flight.insurer).unwrap_err();
    assert_eq!(early.code(), Some(PENDING), "{early}");
    stage.wait(1);
    if asked {
        stage.refund(flight.insurer, &flight.query);
        stage.wait(1);
    }
    let done = flight.settle(stage, flight.insurer).unwrap();
    assert!(matches!(told(&done), Event::Unknown));
    let half = COVER.0 / 2;
    assert_eq!(flight.coins(stage), before.map(|coins| coins + half));
}

#[twin_test]
fn a_silent_oracle_leaves_half_each(stage: &mut Stage) {
    nobody_knows(stage, true);
}

#[twin_test]
fn an_oracle_that_nobody_asked_leaves_half_each(stage: &mut Stage) {
    nobody_knows(stage, false);
}

// ANCHOR: tries
/// What the insurer tries so that an answer is none: a proof from before it, one of another query, and waiting until
/// the ledger has forgotten it.
#[twin_test]
fn an_answer_cannot_be_left_out(stage: &mut Stage) {
    let flight = Flight::insured(stage);
    stage.ask(flight.traveller, &flight.query, QUESTION);
    stage.wait(1);
    let before = stage.proof(&flight.query);
    stage.answer(&flight.oracle, &flight.query, &LATE.to_le_bytes());
    stage.wait_until(flight.query.answer_by);
    stage.wait(1);
    let tries = |stage: &mut Stage, proof: Vec<u8>, code: u32| {
        let failed = flight
            .settle_with(stage, flight.insurer, proof)
            .unwrap_err();
        assert_eq!(failed.code(), Some(code), "{failed}");
    };
    tries(stage, before, OTHER_BLOCK);
    let other = Query {
        answer_by: Height(flight.query.answer_by.0 - 1),
        ..flight.query
    };
    let of_another = stage.proof(&other);
    tries(stage, of_another, NOT_SHOWN);
    stage.wait_until(flight.query.kept_until);
    let last = stage.proof(&flight.query);
    stage.wait(1);
    tries(stage, last, FORGOTTEN);
    let gone = stage.proof(&flight.query);
    tries(stage, gone, FORGOTTEN);
    assert_eq!(stage.held(&flight.insurance), COVER);
}
// ANCHOR_END: tries

#[twin_test]
fn a_client_finds_the_proof_and_says_what_is_missing(stage: &mut Stage) {
    let flight = Flight::insured(stage);
    stage.ask(flight.traveller, &flight.query, QUESTION);
    stage.wait(1);
    let proof = stage.proof(&flight.query);
    let turn = stage.by(flight.traveller).showing(0, &[], &[proof]);
    let missing = turn.calls(&flight.insurance).settle().unwrap_err();
    assert!(missing.to_string().contains("Pending"), "{missing}");
    stage.answer(&flight.oracle, &flight.query, b"a word");
    stage.wait(1);
    let proof = stage.proof(&flight.query);
    let turn = stage.by(flight.traveller).showing(0, &[], &[proof]);
    let done = turn.calls(&flight.insurance).settle().unwrap();
    assert!(matches!(told(&done), Event::Unknown));
}

#[twin_test]
fn only_the_insurer_pays_in(stage: &mut Stage) {
    let flight = Flight::insured(stage);
    let turn = stage.by(flight.traveller).with(COVER);
    let failed = turn.calls(&flight.insurance).cover().unwrap_err();
    assert!(failed.is(Error::NotTheInsurer), "{failed}");
}
