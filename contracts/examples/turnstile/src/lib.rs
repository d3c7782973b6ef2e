//! A turnstile that takes a fee and lets a counter, which is another contract of the channel, count who came.

#![no_std]

use twinroot_sdk::contract;
use twinroot_sdk::prelude::*;

// ANCHOR: client
/// What the turnstile asks of a counter: any contract with such an entry will do.
#[client]
pub trait Count {
    /// Raises the count by `step`, and gives what it is then.
    fn raise(&mut self, step: u64) -> u64;
}
// ANCHOR_END: client

/// Between the two sides of a channel: the host, whose creation it is, and the guest.
#[contract(fallback = 100)]
pub struct Turnstile {
    /// Who gets the fees.
    host: Value<Side>,
    /// What coming in costs.
    fee: Value<Amount>,
    /// Counts the guests.
    counter: Value<ContractId>,
}

/// Why an entry is called off.
#[errors]
pub enum Error {
    /// The call must bring the fee.
    WrongFee = 1,
    /// The counter did not count: is it one, and is there gas for it?
    NotCounted = 2,
}

/// What the counter may use.
const COUNTING: Gas = Gas(60_000);

#[entries]
impl Turnstile {
    // ANCHOR: enter
    /// Takes the fee and gives the guest its number. Where the counter fails, nobody pays.
    #[payable]
    pub fn enter(&mut self) -> u64 {
        ensure(env::value() == self.fee.get(), Error::WrongFee);
        let mut counter = CountClient(contract::at(self.counter.get(), COUNTING));
        let Ok(number) = counter.raise(1) else {
            revert(Error::NotCounted)
        };
        transfer(self.host.get(), env::value());
        number
    }
    // ANCHOR_END: enter
}
