//! A load of medicines is insured against heat and frost. The insurer locks the cover; twelve readings in a row
//! of the truck's thermometer outside its band, during the journey, pay it to the insured. What
//! counts is when it was too warm or too cold, not when the claim is made: any block before the end will do.
//!
//! ```text
//! init --> agreed -- fund --> funded -- claim (12 readings) ----> over, the insured is paid
//!                               \------ expire (from end_height) -> over, the insurer is paid
//! ```

#![no_std]

use twinroot_sdk::prelude::*;

/// A cover between the two sides of a channel. The other side of the insurer is the insured.
#[contract(hold = 20_000, fallback = 100)]
pub struct TruckInsurance {
    /// Who pays if it gets too warm.
    insurer: Value<Side>,
    /// What a breach pays; gone when the coins have gone to one of the sides.
    cover: Value<Amount>,
    /// From this height on the insurer can have the cover back; leave time after the journey to claim.
    end_height: Value<Height>,
    /// What is measured, and what is in order.
    breach: RunLength<12>,
}

/// Why an entry is called off.
#[errors]
pub enum Error {
    /// The contract then holds other coins than the cover: pay the cover in, once.
    WrongCover = 1,
    /// The end height is not reached: wait for it.
    TooEarly = 2,
}

/// What became of the cover.
#[events]
pub enum Event {
    /// The insured was paid.
    Paid {
        /// The insured.
        to: Side,
        /// How much.
        coins: Amount,
        /// Time of the first reading outside the band.
        first: TimeMs,
        /// Time of the last one.
        last: TimeMs,
    },
    /// The insurer has the cover back.
    Returned {
        /// The insurer.
        to: Side,
        /// How much.
        coins: Amount,
    },
}

#[entries]
impl TruckInsurance {
    /// Takes the cover from the insurer, once.
    #[payable]
    pub fn fund(&mut self) {
        ensure(env::balance() == self.cover.get(), Error::WrongCover);
    }

    /// Pays the insured if the readings show a breach. Anyone may call it; what decides are the readings.
    pub fn claim(&mut self) {
        let (first, last) = self.breach.verdict();
        let (to, coins) = (self.insurer.get().other(), self.cover.take());
        transfer(to, coins);
        Event::Paid {
            to,
            coins,
            first,
            last,
        }
        .emit();
    }

    /// Pays the insurer back from the end height on. Anyone may call it; the coins can go to nobody else.
    pub fn expire(&mut self) {
        ensure(env::height() >= self.end_height.get(), Error::TooEarly);
        let (to, coins) = (self.insurer.get(), self.cover.take());
        transfer(to, coins);
        Event::Returned { to, coins }.emit();
    }
}
