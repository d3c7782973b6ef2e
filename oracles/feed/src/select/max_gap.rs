//! Finds the end of a silence in a pool of messages (docs/spec/oracles.md, 7.8).

use twinroot_exec::Bundle;

use super::Shortfall;
use super::fitting::Fitting;
use crate::judge::{MaxGap, check_chained};
use crate::{BundleError, Feed, Signed};

/// The bundle that answers [`twinroot_abi::Policy::MaxGap`], the policy of number `policy`: the message
/// that ends the first silence.
///
/// # Errors
/// [`Shortfall`] tells what is missing.
pub fn max_gap(
    policy: u8,
    ms: u64,
    params: &[u8],
    feed: &Feed,
    messages: &[Vec<u8>],
) -> Result<Bundle, Shortfall> {
    let asked = MaxGap::new(ms, params)?;
    if feed.id() != asked.feed {
        return Err(BundleError::FeedMismatch.into());
    }
    check_chained(feed)?;
    Fitting::among(messages, feed, |it| asked.silence(it).map(drop)).lowest_by(policy, Signed::rank)
}
