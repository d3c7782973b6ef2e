//! The client's half: picks from a pool of messages the one bundle that answers a policy, or
//! explains what is missing (docs/spec/oracles.md, 7).
//!
//! ```text
//! pool, any order, duplicates, junk  --->  Ok(bundle): the judge takes it
//!                                    --->  Err(Shortfall): no bundle of this pool would be taken
//! ```
//!
//! What it picks depends on the set of messages alone, never on their order.

mod k_of_n;
mod run_length;
mod watch;

use twinroot_abi::FeedId;

use crate::{BundleError, FeedError};

pub use k_of_n::k_of_n_equal;
pub use run_length::run_length;
pub use watch::{Progress, RunWatch};

/// Why there is no bundle.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Shortfall {
    /// No pool could answer: the parameters are malformed, the count does not fit them, or the
    /// feed at hand is not the policy's.
    #[error(transparent)]
    Question(#[from] BundleError),
    /// The pool does not suffice yet.
    #[error("{have} of {need} needed messages are there")]
    TooFew {
        /// Messages that the best attempt has.
        have: usize,
        /// Messages that the policy asks for.
        need: usize,
        /// Messages that could not count, by place in the pool.
        rejected: Vec<Rejected>,
    },
}

/// A message that could not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Its place in the pool.
    pub message: usize,
    /// Why.
    pub reason: Reason,
}

/// Why a message could not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// It breaks a rule.
    #[error(transparent)]
    Rule(FeedError),
    /// The policy names its feed, but the feed's descriptor is not at hand.
    #[error("the descriptor of feed {0} is not at hand")]
    NoDescriptor(FeedId),
}

impl<E: Into<FeedError>> From<E> for Reason {
    fn from(rule: E) -> Self {
        Self::Rule(rule.into())
    }
}
