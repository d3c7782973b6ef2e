//! Rock, paper, scissors for a stake. Each side commits to a hand that nobody can see, then both show them. Who
//! stays silent after that loses: the other forces the end once the clock has run out.
//!
//! ```text
//! init --> join, join --> reveal, reveal --> over, the winner has both stakes
//!            \               \--- clock --> forfeit: who has shown has both stakes; nobody: each its own
//!             \--- clock --> forfeit: who has joined has its stake back
//! ```

#![no_std]

use twinroot_sdk::crypto::blake2b;
use twinroot_sdk::prelude::*;

/// A round between the two sides of a channel.
#[contract(hold = 20_000, fallback = 50)]
pub struct RockPaperScissors {
    /// What each side puts in.
    stake: Value<Amount>,
    /// Blocks that a side has for its move.
    clock: Value<u64>,
    /// From this height on the round can be ended without the side that is silent.
    deadline: Value<Height>,
    /// What each side has committed to: [`commitment`].
    commitments: Map<Side, Hash>,
    /// What each side has shown.
    hands: Map<Side, Hand>,
}

/// What a hand can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Data)]
#[repr(u8)]
pub enum Hand {
    /// Beats scissors.
    Rock = 0,
    /// Beats rock.
    Paper = 1,
    /// Beat paper.
    Scissors = 2,
}

/// Why an entry is called off.
#[errors]
pub enum Error {
    /// The stake must come along, neither more nor less.
    WrongStake = 1,
    /// This side has made that move.
    MovedAlready = 2,
    /// The other side has not joined yet: wait, or end the round when the clock has run out.
    NotBothIn = 3,
    /// Hand and salt are not what this side committed to.
    OtherHand = 4,
    /// The clock is still running: wait.
    TooEarly = 5,
    /// The round is over, or nobody has joined.
    NoRound = 6,
}

/// How a round ended.
#[events]
pub enum Event {
    /// One side has won both stakes.
    Won {
        /// Which.
        by: Side,
    },
    /// Both showed the same hand, or both stayed silent.
    Drawn,
}

/// What a side commits to: blake2b-256 of its number, the hand and a salt of 32 random bytes. Without the
/// salt three guesses would find the hand; without the side the other could copy it.
#[must_use]
pub fn commitment(side: Side, hand: Hand, salt: Hash) -> [u8; 34] {
    let mut bytes = [0; 34];
    bytes[0] = side as u8;
    bytes[1] = hand as u8;
    bytes[2..].copy_from_slice(&salt.0);
    bytes
}

#[entries]
impl RockPaperScissors {
    /// Sets stake and clock.
    pub fn init(&mut self, stake: Amount, clock: u64) {
        self.stake.set(&stake);
        self.clock.set(&clock);
    }

    /// Puts the stake in, with the hash of [`commitment`].
    #[payable]
    pub fn join(&mut self, commitment: Hash) {
        let side = env::caller();
        ensure(env::value() == self.stake.get(), Error::WrongStake);
        ensure(self.commitments.get(&side).is_none(), Error::MovedAlready);
        self.commitments.set(&side, &commitment);
        self.start_clock();
    }

    /// Shows the hand. The second to do so ends the round.
    pub fn reveal(&mut self, hand: Hand, salt: Hash) {
        let side = env::caller();
        let (Some(own), Some(_)) = (
            self.commitments.get(&side),
            self.commitments.get(&side.other()),
        ) else {
            revert(Error::NotBothIn)
        };
        ensure(self.hands.get(&side).is_none(), Error::MovedAlready);
        ensure(
            own == blake2b(&commitment(side, hand, salt)),
            Error::OtherHand,
        );
        self.hands.set(&side, &hand);
        match self.hands.get(&side.other()) {
            None => self.start_clock(),
            Some(other) => match (3 + hand as u8 - other as u8) % 3 {
                0 => self.split(),
                1 => self.win(side),
                _ => self.win(side.other()),
            },
        }
    }

    /// Ends the round once the clock has run out: whoever has done its part wins. Anyone may call it.
    pub fn forfeit(&mut self) {
        let deadline = self
            .deadline
            .find()
            .unwrap_or_else(|| revert(Error::NoRound));
        ensure(env::height() >= deadline, Error::TooEarly);
        let done = |moved: [bool; 2]| match moved {
            [true, false] => Some(Side::Initiator),
            [false, true] => Some(Side::Responder),
            _ => None,
        };
        let joined = Side::BOTH.map(|side| self.commitments.get(&side).is_some());
        let shown = Side::BOTH.map(|side| self.hands.get(&side).is_some());
        match done(joined).or_else(|| done(shown)) {
            Some(side) => self.win(side),
            None => self.split(),
        }
    }

    fn start_clock(&mut self) {
        let deadline = Height(env::height().0.saturating_add(self.clock.get()));
        self.deadline.set(&deadline);
    }

    fn win(&mut self, by: Side) {
        transfer(by, env::balance());
        Event::Won { by }.emit();
        self.clear();
    }

    fn split(&mut self) {
        for side in Side::BOTH {
            transfer(side, self.stake.get());
        }
        Event::Drawn.emit();
        self.clear();
    }

    /// Another round can begin.
    fn clear(&mut self) {
        self.deadline.remove();
        for side in Side::BOTH {
            self.commitments.remove(&side);
            self.hands.remove(&side);
        }
    }
}
