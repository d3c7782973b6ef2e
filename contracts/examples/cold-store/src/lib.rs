//! A cold room is let to a customer, and its devices say what becomes of the customer's coins: a thermometer, which
//! may run warm, fall silent or show that all is well when the goods are handed over; a meter that counts the
//! electricity; and three exchanges that quote what a unit of it costs.
//!
//! ```text
//! init --> let -- hand_over (in order now) ---------------> the keeper has the rent
//!           |\--- too_warm (outside for ten minutes) -----> over, the customer has its coins back
//!           |\--- blind (silent for more than an hour) ---> over, the customer has its coins back
//!           |\--- end (from end_height) ------------------> over, the customer has what is left
//!         bill: what the meter counted since the last time, at the middle one of three prices
//! ```

#![no_std]

use twinroot_sdk::prelude::*;

/// Between the two sides of a channel: the customer, and the keeper of the room, who is the other one.
#[contract(hold = 20_000, fallback = 100)]
pub struct ColdStore {
    /// Who stores goods there.
    customer: Value<Side>,
    /// What the keeper gets when the goods are handed over; gone when that is decided.
    rent: Value<Amount>,
    /// From this height on the customer can have back what is left.
    end_height: Value<Height>,
    /// Units that are paid for; at first what the meter shows.
    counted: Value<i64>,
    // ANCHOR: policies
    /// Ten minutes outside the band are a breach.
    warmth: Duration<600_000>,
    /// More than an hour without a reading is one too.
    silence: MaxGap<3_600_000>,
    /// What the thermometer reads at the door, at most a minute ago.
    door: Fresh<60_000>,
    /// What the meter shows.
    meter: Any,
    /// What a unit of electricity costs, in coins.
    tariff: Median<3>,
    // ANCHOR_END: policies
}

/// Why an entry is called off.
#[errors]
pub enum Error {
    /// Only the customer pays in.
    NotTheCustomer = 1,
    /// The room is too warm or too cold to hand the goods over.
    NotInOrder = 2,
    /// The meter signed something that is no reading.
    NoReading = 3,
    /// The coins do not reach for the bill: the customer has to pay in more.
    TooLittle = 4,
    /// The end height is not reached: wait for it.
    TooEarly = 5,
    /// The meter shows no more than is paid for, or the price is below 0.
    NothingToPay = 6,
}

/// Why the customer had its coins back.
#[events]
pub enum Event {
    /// It was too warm or too cold.
    Spoiled {
        /// Time of the first reading outside the band.
        first: TimeMs,
        /// Time of the last one.
        last: TimeMs,
    },
    /// Nobody knows how warm it was.
    Blind {
        /// Time of the reading before the silence.
        from: TimeMs,
        /// Time of the reading after it.
        to: TimeMs,
    },
}

#[entries]
impl ColdStore {
    /// Takes coins of the customer for rent and electricity, as often as it likes.
    #[payable]
    pub fn pay_in(&mut self) {
        ensure(env::caller() == self.customer.get(), Error::NotTheCustomer);
    }

    // ANCHOR: bill
    /// Pays the keeper for what the meter counted since the last bill. Of the meter any reading will do, for its
    /// counter only rises; each is used up with all before it.
    pub fn bill(&mut self) {
        let Said::Reading(shown) = self.meter.take().said else {
            revert(Error::NoReading)
        };
        let (price, _) = self.tariff.verdict();
        let used = shown.checked_sub(self.counted.get());
        let cost = used.and_then(|used| used.checked_mul(price));
        let cost = cost
            .filter(|cost| *cost > 0)
            .and_then(|cost| u64::try_from(cost).ok());
        let cost = Amount(cost.unwrap_or_else(|| revert(Error::NothingToPay)));
        self.counted.set(&shown);
        ensure(cost <= self.free(), Error::TooLittle);
        transfer(self.customer.get().other(), cost);
    }
    // ANCHOR_END: bill

    // ANCHOR: hand_over
    /// Pays the rent if a reading of this minute is inside the band.
    pub fn hand_over(&mut self) {
        let now = self.door.take().value;
        let band = self.warmth.watched();
        let in_order = band.is_some_and(|band| band.low <= now && now <= band.high);
        ensure(in_order, Error::NotInOrder);
        transfer(self.customer.get().other(), self.rent.take());
    }
    // ANCHOR_END: hand_over

    // ANCHOR: breach
    /// Gives the customer everything back for a breach. Anyone may call it; what decides are the readings.
    pub fn too_warm(&mut self) {
        let (first, last) = self.warmth.verdict();
        self.give_up();
        Event::Spoiled { first, last }.emit();
    }

    /// The same for a silence, once a reading has ended it.
    pub fn blind(&mut self) {
        let (from, to) = self.silence.verdict();
        self.give_up();
        Event::Blind { from, to }.emit();
    }
    // ANCHOR_END: breach

    /// Gives the customer what is left, from the end height on. Anyone may call it.
    pub fn end(&mut self) {
        ensure(env::height() >= self.end_height.get(), Error::TooEarly);
        self.rent.remove();
        transfer(self.customer.get(), env::balance());
    }

    /// What is there beside the rent.
    fn free(&self) -> Amount {
        let rent = self.rent.find().unwrap_or_default();
        Amount(env::balance().0.saturating_sub(rent.0))
    }

    fn give_up(&mut self) {
        // Where the goods were handed over there is no rent to take, and the entry is called off.
        self.rent.take();
        transfer(self.customer.get(), env::balance());
    }
}
