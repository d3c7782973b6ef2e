//! Finds the next message of a feed in a pool (docs/spec/oracles.md, 7.10).

use twinroot_exec::Bundle;

use super::Shortfall;
use super::fitting::Fitting;
use crate::judge::Any;
use crate::{BundleError, Feed, Signed};

/// The bundle that answers [`twinroot_abi::Policy::Any`], the policy of number `policy`: the first message
/// that is not used up, so that those after it can still be shown.
///
/// # Errors
/// [`Shortfall`] tells what is missing.
pub fn any(
    policy: u8,
    params: &[u8],
    feed: &Feed,
    messages: &[Vec<u8>],
) -> Result<Bundle, Shortfall> {
    let asked = Any::new(params)?;
    if feed.id() != asked.mark.feed {
        return Err(BundleError::FeedMismatch.into());
    }
    Fitting::among(messages, feed, |it| asked.mark.check(it)).lowest_by(policy, Signed::rank)
}
