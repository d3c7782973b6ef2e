//! The client's half: picks from a pool of messages the one bundle that answers a policy, or
//! explains what is missing (docs/spec/oracles.md, 7).
//!
//! ```text
//! pool, any order, duplicates, junk  --->  Ok(bundle): the judge takes it
//!                                    --->  Err(Shortfall): no bundle of this pool would be taken
//! ```
//!
//! What it picks depends on the set of messages alone, never on their order.

mod any;
mod chain;
mod duration;
mod equivocation;
mod fitting;
mod fresh;
mod k_of_n;
mod max_gap;
mod median;
mod response;
mod run_length;
mod watch;

use std::collections::BTreeMap;

use twinroot_abi::{FeedId, Policy};
use twinroot_exec::{Bundle, Env};

use crate::judge::FeedList;
use crate::message::Unverified;
use crate::{BundleError, Feed, FeedError, Signed};

pub use any::any;
pub use duration::duration;
pub use equivocation::equivocation;
pub use fresh::fresh;
pub use k_of_n::k_of_n_equal;
pub use max_gap::max_gap;
pub use median::median;
pub use response::response;
pub use run_length::run_length;
pub use watch::{Progress, RunWatch};

/// The bundle that answers `declared`, the policy of number `policy`, at the block `pinned`.
///
/// # Errors
/// [`Shortfall`] tells what is missing.
pub fn bundle(
    policy: u8,
    declared: Policy,
    params: &[u8],
    feeds: &[Feed],
    messages: &[Vec<u8>],
    pinned: Env,
) -> Result<Bundle, Shortfall> {
    let feed = || only_feed(params, feeds);
    match declared {
        Policy::KOfNEqual { k, .. } => k_of_n_equal(policy, k, params, feeds, messages),
        Policy::RunLength { n, .. } => run_length(policy, n, params, feed()?, messages),
        Policy::Median { n, .. } => median(policy, n, params, feeds, messages),
        Policy::Duration { ms, .. } => duration(policy, ms, params, feed()?, messages),
        Policy::MaxGap { ms, .. } => max_gap(policy, ms, params, feed()?, messages),
        Policy::Fresh { ms, .. } => fresh(policy, ms, params, feed()?, messages, pinned.time),
        Policy::Any { .. } => any(policy, params, feed()?, messages),
        Policy::Equivocation { .. } => equivocation(policy, params, feed()?, messages),
        Policy::Response { .. } => response(policy, params, messages, pinned),
    }
}

/// The feed of a policy that has one: the parameters begin with its id.
fn only_feed<'a>(params: &[u8], feeds: &'a [Feed]) -> Result<&'a Feed, BundleError> {
    let id = params.first_chunk().ok_or(BundleError::BadParams)?;
    let mut known = feeds.iter();
    known
        .find(|feed| feed.id() == FeedId(*id))
        .ok_or(BundleError::FeedMismatch)
}

/// A message of a feed of the list, opened with the feed's descriptor if it is at hand. A message in
/// COSE does not name its feed, so each that has its name is tried.
fn heard<'a>(
    list: &FeedList,
    known: &BTreeMap<FeedId, &'a Feed>,
    bytes: &[u8],
) -> Result<(&'a Feed, Signed), Reason> {
    let message = Unverified::decode(bytes)?;
    let mut refusal = match message.feed() {
        Some(id) if list.contains(&id) => Reason::NoDescriptor(id),
        _ => BundleError::UnknownSigner.into(),
    };
    for feed in known.values().filter(|feed| list.contains(&feed.id())) {
        if message.is_of(feed) {
            match message.verify(feed) {
                Ok(signed) => return Ok((feed, signed)),
                Err(rule) => refusal = rule.into(),
            }
        }
    }
    Err(refusal)
}

/// Why there is no bundle.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Shortfall {
    /// No pool could answer: the parameters are malformed, the number does not fit them, or the feeds
    /// at hand are not such as the policy asks for.
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
    /// The pool shows no breach that lasts yet.
    #[error("{have} of {need} needed milliseconds are shown")]
    TooBrief {
        /// Milliseconds that the longest breach lasts.
        have: u64,
        /// Milliseconds that the policy asks for.
        need: u64,
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
