//! A journey whose thermometer is replaced half way, on both paths.

#![expect(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

use cold_chain::{ColdChain, Error, Event};
use twinroot_testkit::prelude::*;

const COVER: Amount = Amount(900_000);
const MINUTE: u64 = 60_000;
/// From when and until when readings count, in minutes from the beginning.
const JOURNEY: [u64; 2] = [0, 600];
const REPLACED: u64 = 300;
const WARM: i64 = 9_000;
const COOL: i64 = 5_000;
const END: u64 = 100;

struct Journey {
    cover: Deployed<ColdChain>,
    insurer: Side,
    insured: Side,
    began: TimeMs,
    first: Device,
    second: Device,
}

impl Journey {
    fn insured(stage: &mut Stage) -> Self {
        let [insurer, insured] = stage.sides();
        let first = stage.thermometer("trailer", 60_000);
        let second = stage.thermometer("spare", 60_000);
        let began = stage.time();
        let band = Band {
            feed: first.id(),
            low: 2_000,
            high: 8_000,
            from: minute(began, JOURNEY[0]),
            to: minute(began, JOURNEY[1]),
        };
        let end = stage.in_blocks(END);
        let cover: Deployed<ColdChain> = stage.create(insurer, &(insurer, COVER, end, band));
        stage.by(insurer).with(COVER).calls(&cover).fund().unwrap();
        Self {
            cover,
            insurer,
            insured,
            began,
            first,
            second,
        }
    }

    fn replaced(stage: &mut Stage) -> Self {
        let journey = Self::insured(stage);
        let (feed, from) = (journey.second.id(), journey.at(REPLACED));
        stage
            .by(journey.insurer)
            .calls(&journey.cover)
            .propose(feed, from)
            .unwrap();
        let accepted = stage
            .by(journey.insured)
            .calls(&journey.cover)
            .accept(feed, from)
            .unwrap();
        let told = Event::from_bytes(&accepted.events[0]);
        assert_eq!(told, Some(Event::Replaced { feed, from }));
        journey
    }

    fn at(&self, minutes: u64) -> TimeMs {
        minute(self.began, minutes)
    }

    /// So many readings of a device, one a minute.
    fn readings(&mut self, second: bool, from: u64, count: u64, value: i64) -> Vec<Vec<u8>> {
        let began = self.began;
        let device = if second {
            &mut self.second
        } else {
            &mut self.first
        };
        (from..from + count)
            .map(|at| device.reads(minute(began, at), value))
            .collect()
    }

    fn claim(&self, stage: &mut Stage, messages: &[Vec<u8>]) -> Result<Done<()>, Failed> {
        let turn = stage.by(self.insured).showing(0, &[&self.first], messages);
        turn.calls(&self.cover).claim()
    }

    fn claim_later(&self, stage: &mut Stage, messages: &[Vec<u8>]) -> Result<Done<()>, Failed> {
        let turn = stage.by(self.insured).showing(1, &[&self.second], messages);
        turn.calls(&self.cover).claim_later()
    }
}

fn minute(began: TimeMs, minutes: u64) -> TimeMs {
    TimeMs(began.0 + minutes * MINUTE)
}

#[twin_test]
fn twelve_warm_readings_pay(stage: &mut Stage) {
    let mut journey = Journey::insured(stage);
    let before = stage.coins(journey.insured);
    let warm = journey.readings(false, 10, 12, WARM);
    let paid = journey.claim(stage, &warm).unwrap();
    assert_eq!(stage.coins(journey.insured).0, before.0 + COVER.0);
    let told = Event::Paid {
        coins: COVER,
        first: journey.at(10),
        last: journey.at(21),
    };
    assert_eq!(Event::from_bytes(&paid.events[0]), Some(told));
}

#[twin_test]
fn eleven_do_not_and_a_cool_one_between_begins_anew(stage: &mut Stage) {
    let mut journey = Journey::insured(stage);
    let mut readings = journey.readings(false, 10, 11, WARM);
    readings.extend(journey.readings(false, 21, 1, COOL));
    readings.extend(journey.readings(false, 22, 11, WARM));
    assert!(matches!(
        journey.claim(stage, &readings),
        Err(Failed::Evidence(_))
    ));
    readings.extend(journey.readings(false, 33, 1, WARM));
    journey.claim(stage, &readings).unwrap();
}

#[twin_test]
fn after_the_exchange_the_second_counts(stage: &mut Stage) {
    let mut journey = Journey::replaced(stage);
    let old = journey.readings(false, REPLACED, 12, WARM);
    assert!(matches!(
        journey.claim(stage, &old),
        Err(Failed::Evidence(_))
    ));
    let before = stage.coins(journey.insured);
    let new = journey.readings(true, REPLACED, 12, WARM);
    journey.claim_later(stage, &new).unwrap();
    assert_eq!(stage.coins(journey.insured).0, before.0 + COVER.0);
}

#[twin_test]
fn what_the_first_saw_before_still_pays(stage: &mut Stage) {
    let mut journey = Journey::replaced(stage);
    let early = journey.readings(true, REPLACED - 12, 12, WARM);
    assert!(matches!(
        journey.claim_later(stage, &early),
        Err(Failed::Evidence(_))
    ));
    let warm = journey.readings(false, REPLACED - 12, 12, WARM);
    journey.claim(stage, &warm).unwrap();
    let again = journey.claim(stage, &warm).unwrap_err();
    again.must_be(REVERT_STORAGE);
}

#[twin_test]
fn a_sensor_is_replaced_by_both_or_not_at_all(stage: &mut Stage) {
    let journey = Journey::insured(stage);
    let (feed, from) = (journey.second.id(), journey.at(REPLACED));
    let cover = &journey.cover;
    let nothing = stage
        .by(journey.insured)
        .calls(cover)
        .accept(feed, from)
        .unwrap_err();
    nothing.must_be(Error::NothingToAccept);
    let outside = stage
        .by(journey.insurer)
        .calls(cover)
        .propose(feed, journey.at(601));
    outside.unwrap_err().must_be(Error::OutsideTheJourney);
    stage
        .by(journey.insurer)
        .calls(cover)
        .propose(feed, from)
        .unwrap();
    let own = stage
        .by(journey.insurer)
        .calls(cover)
        .accept(feed, from)
        .unwrap_err();
    own.must_be(Error::NothingToAccept);
    let other = stage
        .by(journey.insured)
        .calls(cover)
        .accept(feed, journey.at(1))
        .unwrap_err();
    other.must_be(Error::OtherProposal);
    stage
        .by(journey.insured)
        .calls(cover)
        .accept(feed, from)
        .unwrap();
    let twice = stage
        .by(journey.insurer)
        .calls(cover)
        .propose(feed, from)
        .unwrap_err();
    twice.must_be(Error::ReplacedBefore);
}

#[twin_test]
fn the_insurer_has_the_cover_back_at_the_end(stage: &mut Stage) {
    let journey = Journey::replaced(stage);
    let before = stage.coins(journey.insurer);
    let early = stage
        .by(journey.insurer)
        .calls(&journey.cover)
        .expire()
        .unwrap_err();
    early.must_be(Error::TooEarly);
    stage.wait(END);
    stage
        .by(journey.insurer)
        .calls(&journey.cover)
        .expire()
        .unwrap();
    assert_eq!(stage.coins(journey.insurer).0, before.0 + COVER.0);
}
