//! Coins that flow by the second, for a video or for rent. The payer locks coins; the payee draws what time has
//! earned, as seldom as it likes; the payer can stop at any time and has the rest back.
//!
//! ```text
//! init --> still -- start (coins) --> flowing -- draw, top_up --> flowing ... -- stop --> still
//! ```

#![no_std]

use twinroot_sdk::prelude::*;

/// Between the two sides of a channel: the payer, and the payee, who is the other one.
#[contract(hold = 20_000, fallback = 100)]
pub struct PerSecond {
    /// Who pays.
    payer: Value<Side>,
    /// Coins that a second earns.
    rate: Value<Amount>,
    /// Up to when all is drawn; the flow begins there. Absent while nothing flows.
    drawn_to: Value<TimeMs>,
}

/// Why an entry is called off.
#[errors]
pub enum Error {
    /// Only the payer can do that.
    NotThePayer = 1,
    /// It flows already: use `top_up`.
    Flowing = 2,
    /// Nothing flows: start it.
    NotFlowing = 3,
    /// A second has not passed since the last draw: wait.
    NothingEarned = 4,
    /// Coins must come along.
    NoCoins = 5,
}

/// What became of the coins.
#[events]
pub enum Event {
    /// The payee drew what time had earned.
    Drawn {
        /// How many coins.
        coins: Amount,
        /// Up to when they pay.
        to: TimeMs,
    },
    /// It flows no more.
    Stopped {
        /// What the payer has back.
        back: Amount,
    },
}

#[entries]
impl PerSecond {
    /// Sets who pays, and how much a second earns. Nothing flows yet.
    pub fn init(&mut self, payer: Side, rate: Amount) {
        self.payer.set(&payer);
        self.rate.set(&rate);
    }

    /// The payer locks coins, and they begin to flow.
    #[payable]
    pub fn start(&mut self) {
        ensure(env::caller() == self.payer.get(), Error::NotThePayer);
        ensure(env::value() > Amount::ZERO, Error::NoCoins);
        ensure(!self.drawn_to.exists(), Error::Flowing);
        self.drawn_to.set(&env::time());
    }

    /// The payer adds coins, so that it flows longer. First the payee has what it has earned until now, so time
    /// in which there were no coins is not paid for later.
    #[payable]
    pub fn top_up(&mut self) {
        ensure(env::caller() == self.payer.get(), Error::NotThePayer);
        ensure(env::value() > Amount::ZERO, Error::NoCoins);
        let before = Amount(env::balance().0 - env::value().0);
        let coins = self.earned(before);
        transfer(self.payer.get().other(), coins);
    }

    /// Pays the payee for the whole seconds since the last draw, as far as the coins reach. Anyone may call it.
    pub fn draw(&mut self) -> Amount {
        let coins = self.earned(env::balance());
        ensure(coins > Amount::ZERO, Error::NothingEarned);
        transfer(self.payer.get().other(), coins);
        coins
    }

    /// Pays the payee what it has earned and gives the payer the rest.
    pub fn stop(&mut self) {
        let payer = self.payer.get();
        ensure(env::caller() == payer, Error::NotThePayer);
        let coins = self.earned(env::balance());
        transfer(payer.other(), coins);
        let back = env::balance();
        transfer(payer, back);
        self.drawn_to.remove();
        Event::Stopped { back }.emit();
    }

    /// Takes note of what was earned, as far as `there` reaches. Parts of a second stay for the next time.
    fn earned(&mut self, there: Amount) -> Amount {
        let Some(from) = self.drawn_to.find() else {
            revert(Error::NotFlowing)
        };
        let seconds = env::time().0.saturating_sub(from.0) / 1_000;
        let to = TimeMs(from.0 + seconds * 1_000);
        let earned = self.rate.get().0.saturating_mul(seconds);
        let coins = Amount(earned.min(there.0));
        self.drawn_to.set(&to);
        if coins > Amount::ZERO {
            Event::Drawn { coins, to }.emit();
        }
        coins
    }
}
