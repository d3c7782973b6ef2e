//! A cold room and its devices, off chain and forced.

#![expect(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

use cold_store::{ColdStore, Error, Event};
use twinroot_testkit::prelude::*;

const RENT: Amount = Amount(500_000);
const PAID_IN: Amount = Amount(600_000);
const MINUTE: u64 = 60_000;
const WARM: i64 = 9_000;
const COOL: i64 = 5_000;
/// What the meter showed when the room was let.
const COUNTED: i64 = 70_000;
/// Blocks until the customer can have the rest.
const END: u64 = 5_000;

struct Room {
    let_out: Deployed<ColdStore>,
    customer: Side,
    keeper: Side,
    thermometer: Device,
    meter: Device,
    exchanges: [Device; 3],
}

impl Room {
    fn let_out(stage: &mut Stage) -> Self {
        let [customer, keeper] = stage.sides();
        let thermometer = stage.thermometer("room", 60_000);
        let meter = stage.sensor("room", Measure::ENERGY, 0);
        let mut exchanges =
            ["north", "south", "west"].map(|name| stage.sensor(name, Measure::PRICE, 0));
        exchanges.sort_by_key(Device::id);
        let (from, to) = (stage.time(), TimeMs(stage.time().0 + 600 * MINUTE));
        let feed = thermometer.id();
        let warmth = Excursion {
            feed,
            low: 2_000,
            high: 8_000,
            hysteresis: 0,
            gap_ms: 3 * MINUTE,
            from,
            to,
        };
        let first = (
            customer,
            RENT,
            stage.in_blocks(END),
            COUNTED,
            warmth,
            Sensor { feed, from, to },
            Source::all_of(feed),
            Source::all_of(meter.id()),
            Sources {
                from,
                to,
                feeds: [0, 1, 2].map(|place: usize| exchanges[place].id()),
            },
        );
        let let_out: Deployed<ColdStore> = stage.create(customer, &first);
        let turn = stage.by(customer).with(PAID_IN);
        turn.calls(&let_out).pay_in().unwrap();
        Self {
            let_out,
            customer,
            keeper,
            thermometer,
            meter,
            exchanges,
        }
    }

    /// One reading a minute, from now on.
    fn readings(&mut self, stage: &Stage, values: &[i64]) -> Vec<Vec<u8>> {
        let now = stage.time().0;
        let times = (1..).map(|minute| TimeMs(now + minute * MINUTE));
        times
            .zip(values)
            .map(|(time, value)| self.thermometer.reads(time, *value))
            .collect()
    }

    fn too_warm(&self, stage: &mut Stage, messages: &[Vec<u8>]) -> Result<Done<()>, Failed> {
        let turn = stage
            .by(self.customer)
            .showing(0, &[&self.thermometer], messages);
        turn.calls(&self.let_out).too_warm()
    }

    fn blind(&self, stage: &mut Stage, messages: &[Vec<u8>]) -> Result<Done<()>, Failed> {
        let turn = stage
            .by(self.customer)
            .showing(1, &[&self.thermometer], messages);
        turn.calls(&self.let_out).blind()
    }

    fn hand_over(&self, stage: &mut Stage, messages: &[Vec<u8>]) -> Result<Done<()>, Failed> {
        let turn = stage
            .by(self.keeper)
            .showing(2, &[&self.thermometer], messages);
        turn.calls(&self.let_out).hand_over()
    }

    /// What the exchanges quote now.
    fn prices(&mut self, stage: &Stage, prices: [i64; 3]) -> Vec<Vec<u8>> {
        let exchanges = self.exchanges.iter_mut().zip(prices);
        exchanges
            .map(|(exchange, price)| exchange.reads(stage.time(), price))
            .collect()
    }

    fn bill(
        &self,
        stage: &mut Stage,
        shown: &[Vec<u8>],
        prices: &[Vec<u8>],
    ) -> Result<Done<()>, Failed> {
        let exchanges: Vec<&Device> = self.exchanges.iter().collect();
        let turn = stage.by(self.keeper).showing(3, &[&self.meter], shown);
        let turn = turn.showing(4, &exchanges, prices);
        turn.calls(&self.let_out).bill()
    }
}

/// Whether the policy called it off, not the contract.
fn is_judged(failed: &Failed) -> bool {
    matches!(failed, Failed::Evidence(_)) || failed.code() > Some(REVERT_JUDGE)
}

#[twin_test]
fn ten_warm_minutes_give_everything_back(stage: &mut Stage) {
    let mut room = Room::let_out(stage);
    let before = stage.coins(room.customer);
    let messages = room.readings(stage, &[WARM; 11]);
    stage.wait(11 * 30);
    let done = room.too_warm(stage, &messages).unwrap();
    assert_eq!(stage.coins(room.customer).0, before.0 + PAID_IN.0);
    assert!(matches!(
        Event::from_bytes(&done.events[0]),
        Some(Event::Spoiled { first, last }) if last.0 - first.0 == 10 * MINUTE
    ));
}

// ANCHOR: door
#[twin_test]
fn a_door_that_was_open_is_no_breach(stage: &mut Stage) {
    let mut room = Room::let_out(stage);
    let mut values = [WARM; 11];
    values[5] = COOL;
    let messages = room.readings(stage, &values);
    stage.wait(11 * 30);
    assert!(is_judged(&room.too_warm(stage, &messages).unwrap_err()));
    // Whoever leaves the good reading out gains nothing: the chain has a gap there.
    let warm: Vec<Vec<u8>> = [&messages[..5], &messages[6..]].concat();
    let turn = stage
        .by(room.customer)
        .showing_just(0, &[&room.thermometer], &warm);
    let failed = turn.calls(&room.let_out).too_warm().unwrap_err();
    assert!(failed.code() > Some(REVERT_JUDGE), "{failed}");
    assert_eq!(stage.held(&room.let_out), PAID_IN);
}
// ANCHOR_END: door

#[twin_test]
fn a_silence_of_two_hours_gives_everything_back(stage: &mut Stage) {
    let mut room = Room::let_out(stage);
    let before = stage.coins(room.customer);
    let messages = [0, 30, 150].map(|minute| {
        let time = TimeMs(stage.time().0 + minute * MINUTE);
        room.thermometer.reads(time, COOL)
    });
    stage.wait(151 * 30);
    // Half an hour is none, and the reading that ends a silence is all there has to be.
    assert!(is_judged(&room.blind(stage, &messages[..2]).unwrap_err()));
    let done = room.blind(stage, &messages[2..]).unwrap();
    assert_eq!(stage.coins(room.customer).0, before.0 + PAID_IN.0);
    assert!(matches!(
        Event::from_bytes(&done.events[0]),
        Some(Event::Blind { from, to }) if to.0 - from.0 == 120 * MINUTE
    ));
}

#[twin_test]
fn the_rent_is_paid_for_a_room_that_is_cold_now(stage: &mut Stage) {
    let mut room = Room::let_out(stage);
    let before = stage.coins(room.keeper);
    let earlier = room.thermometer.reads(stage.time(), COOL);
    stage.wait(120);
    let warm = room.thermometer.reads(stage.time(), WARM);
    assert!(is_judged(&room.hand_over(stage, &[earlier]).unwrap_err()));
    let failed = room.hand_over(stage, &[warm]).unwrap_err();
    assert!(failed.is(Error::NotInOrder), "{failed}");
    stage.wait(120);
    let cool = room.thermometer.reads(stage.time(), COOL);
    room.hand_over(stage, std::slice::from_ref(&cool)).unwrap();
    assert_eq!(stage.coins(room.keeper).0, before.0 + RENT.0);
    // That reading is used up, and a breach that is found later cannot undo what was handed over.
    assert!(is_judged(&room.hand_over(stage, &[cool]).unwrap_err()));
    let messages = room.readings(stage, &[WARM; 11]);
    stage.wait(11 * 30);
    let late = room.too_warm(stage, &messages).unwrap_err();
    assert_eq!(late.code(), Some(REVERT_STORAGE), "{late}");
}

#[twin_test]
fn electricity_is_billed_at_the_middle_price_and_once(stage: &mut Stage) {
    let mut room = Room::let_out(stage);
    let before = stage.coins(room.keeper);
    let prices = room.prices(stage, [900, 30, 31]);
    let shown = [100, 250].map(|used| vec![room.meter.reads(stage.time(), COUNTED + used)]);
    assert!(is_judged(
        &room.bill(stage, &shown[0], &prices[..2]).unwrap_err()
    ));
    room.bill(stage, &shown[0], &prices).unwrap();
    room.bill(stage, &shown[1], &prices).unwrap();
    assert_eq!(stage.coins(room.keeper).0, before.0 + 250 * 31);
    assert!(is_judged(
        &room.bill(stage, &shown[0], &prices).unwrap_err()
    ));
}

#[twin_test]
fn a_bill_never_takes_the_rent(stage: &mut Stage) {
    let mut room = Room::let_out(stage);
    let prices = room.prices(stage, [10, 10, 10]);
    let dear = room.meter.reads(stage.time(), COUNTED + 10_001);
    let failed = room.bill(stage, &[dear], &prices).unwrap_err();
    assert!(failed.is(Error::TooLittle), "{failed}");
    let back = room.meter.reads(stage.time(), COUNTED - 1);
    let failed = room.bill(stage, &[back], &prices).unwrap_err();
    assert!(failed.is(Error::NothingToPay), "{failed}");
}

#[twin_test]
fn the_customer_has_the_rest_at_the_end(stage: &mut Stage) {
    let room = Room::let_out(stage);
    let before = stage.coins(room.customer);
    let early = stage
        .by(room.keeper)
        .calls(&room.let_out)
        .end()
        .unwrap_err();
    assert!(early.is(Error::TooEarly), "{early}");
    let turn = stage.by(room.keeper).with(Amount(5));
    let stranger = turn.calls(&room.let_out).pay_in().unwrap_err();
    assert!(stranger.is(Error::NotTheCustomer), "{stranger}");
    stage.wait(END);
    stage.by(room.keeper).calls(&room.let_out).end().unwrap();
    assert_eq!(stage.coins(room.customer).0, before.0 + PAID_IN.0);
}
