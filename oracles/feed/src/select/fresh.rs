//! Finds the freshest reading in a pool of messages (docs/spec/oracles.md, 7.9).

use core::cmp::Reverse;

use twinroot_abi::TimeMs;
use twinroot_exec::Bundle;

use super::Shortfall;
use super::fitting::Fitting;
use crate::judge::Fresh;
use crate::{BundleError, Feed};

/// The bundle that answers [`twinroot_abi::Policy::Fresh`], the policy of number `policy`, at a block of
/// the time `now`: the last of the readings that are young enough.
///
/// # Errors
/// [`Shortfall`] tells what is missing.
pub fn fresh(
    policy: u8,
    ms: u64,
    params: &[u8],
    feed: &Feed,
    messages: &[Vec<u8>],
    now: TimeMs,
) -> Result<Bundle, Shortfall> {
    let asked = Fresh::new(ms, params, now)?;
    if feed.id() != asked.mark.feed {
        return Err(BundleError::FeedMismatch.into());
    }
    Fitting::among(messages, feed, |it| asked.value(it).map(drop)).lowest_by(policy, |reading| {
        let (place, id, bytes) = reading.rank();
        (Reverse(place), id, bytes)
    })
}
