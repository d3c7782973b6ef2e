//! Something that must never be.

use twinroot_abi::{Amount, Round, Side};
use twinroot_wire::Standing;

use crate::Action;

/// Something that must never be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// The simulation does not begin.
    #[error("the simulation does not begin: {0}")]
    Start(String),
    /// Coins came from nothing, or went there.
    #[error("there were {before} coins, now there are {now}")]
    Coins {
        /// Before.
        before: Amount,
        /// Now.
        now: Amount,
    },
    /// An account has other coins than what it paid and was paid adds up to.
    #[error("the {side}'s account has {now} coins, what it paid and was paid adds up to {sum}")]
    Account {
        /// Whose.
        side: Side,
        /// What it adds up to.
        sum: Amount,
        /// What is there.
        now: Amount,
    },
    /// The ledger did what its laws do not allow.
    #[error("the ledger: {0}")]
    Ledger(String),
    /// A party signed two things of one round.
    #[error("the {0} signed round {1} twice, differently")]
    SignedTwice(Side, Round),
    /// A party signed or sent something that it could forget in a crash.
    #[error("the {0} let out what was not written down: {1}")]
    Unwritten(Side, String),
    /// A party signed two things that were each meant to be the only one.
    #[error("the {0} leaves the choice to the peer: {1}")]
    Choice(Side, String),
    /// Both have another state of one round.
    #[error("the parties have different states of round {0}")]
    Different(Round),
    /// A party and the ledger came to different results.
    #[error("the {0}: {1}")]
    Diverged(Side, String),
    /// A party finds fault with a step of a peer that keeps to the protocol.
    #[error("the {0} finds fault with an honest step: {1}")]
    Accused(Side, String),
    /// A party cannot be restored from what it wrote down.
    #[error("the {0} does not come back: {1}")]
    Restore(Side, String),
    /// A party came back from what it wrote down as another one.
    #[error("the {0} came back and had forgotten {1}")]
    Forgot(Side, String),
    /// A party lacks a state although its disk was never old.
    #[error("the {0} lacks its newest state")]
    Behind(Side),
    /// A party keeps a state that not both signed.
    #[error("the {0} takes round {1} for signed by both, and it is not")]
    Forged(Side, Round),
    /// A party went back to an older state.
    #[error("the {0} went back from round {1} to round {2}")]
    WentBack(Side, Round, Round),
    /// A party looks at the ledger and sees something else.
    #[error("the {0} stands at {1:?}, the ledger at {2:?}")]
    NotTheTip(Side, Standing, Standing),
    /// A step that the peer forced took free coins.
    #[error("the {side} had {before} free coins, and {now} after a step that the peer forced")]
    Taken {
        /// Whose.
        side: Side,
        /// Before.
        before: Amount,
        /// Now.
        now: Amount,
    },
    /// A party wants too much done for one input.
    #[error("the {0} wants {1} things done for one input")]
    Effects(Side, usize),
    /// Messages go back and forth without an end.
    #[error("messages go back and forth without an end")]
    Storm,
    /// A note came twice, or out of order, or was never said.
    #[error("the {0} heard a note that the peer did not say then")]
    Note(Side),
    /// The channel does not close in the time that it must.
    #[error("the channel does not close in {0} blocks")]
    NotClosed(u64),
    /// Two parties that can reach each other do not come to agree.
    #[error("nothing goes on after `{0}`: {1}")]
    Stuck(Action, String),
    /// A party that kept to the protocol got less than it was sure of.
    #[error("the {side} was sure of {sure} coins and got {got}")]
    Robbed {
        /// Which party.
        side: Side,
        /// What it was sure of.
        sure: Amount,
        /// What it got.
        got: Amount,
    },
}
