//! An insurance of a flight. An oracle of the ledger says how late it was; either side, or anybody else, asks it.
//!
//! ```text
//! init --> insured -- settle: minutes >= late -----> the traveller has the cover
//!                  \- settle: fewer minutes -------> the insurer has it back
//!                   \ settle: no answer in time ---> half each: nobody knows
//! ```

#![no_std]

use twinroot_sdk::prelude::*;

/// Between the two sides of a channel: the traveller, and the insurer, who is the other one.
#[contract(hold = 20_000, fallback = 50)]
pub struct FlightDelay {
    /// Who travels.
    traveller: Value<Side>,
    /// From how many minutes on the flight is late.
    late: Value<u64>,
    // ANCHOR: policy
    /// How many minutes late the flight came, says the oracle.
    delay: Response,
    // ANCHOR_END: policy
}

/// Why an entry is called off.
#[errors]
pub enum Error {
    /// Only the insurer pays the cover in.
    NotTheInsurer = 1,
}

/// What the insurance came to.
#[events]
pub enum Event {
    /// The oracle told how late the flight was.
    Landed {
        /// By so many minutes.
        minutes: u64,
    },
    /// The oracle told nothing, or nothing that is a number of minutes.
    Unknown,
}

#[entries]
impl FlightDelay {
    /// The insurer pays the cover in.
    #[payable]
    pub fn cover(&mut self) {
        ensure(
            env::caller() == self.traveller.get().other(),
            Error::NotTheInsurer,
        );
    }

    // ANCHOR: settle
    /// Pays the cover as the oracle's answer says, once there is one or none can come any more.
    pub fn settle(&mut self) {
        let traveller = self.traveller.get();
        let cover = env::balance();
        match self.delay.verdict().read_as() {
            Some(minutes) => {
                let late = minutes >= self.late.get();
                let winner = if late { traveller } else { traveller.other() };
                transfer(winner, cover);
                Event::Landed { minutes }.emit();
            }
            None => {
                let half = Amount(cover.0 / 2);
                transfer(traveller, half);
                transfer(traveller.other(), Amount(cover.0 - half.0));
                Event::Unknown.emit();
            }
        }
    }
    // ANCHOR_END: settle
}
