//! Finds a contradiction in a pool of messages (docs/spec/oracles.md, 7.11).

use core::num::NonZeroUsize;

use twinroot_exec::Bundle;

use super::Shortfall;
use super::fitting::Fitting;
use crate::judge::Contradicted;
use crate::{BundleError, EquivocationWatch, Feed};

/// The bundle that answers [`twinroot_abi::Policy::Equivocation`], the policy of number `policy`: two
/// messages of the feed that cannot both be honest.
///
/// # Errors
/// [`Shortfall`] tells what is missing.
pub fn equivocation(
    policy: u8,
    params: &[u8],
    feed: &Feed,
    messages: &[Vec<u8>],
) -> Result<Bundle, Shortfall> {
    let asked = Contradicted::new(params)?;
    if feed.id() != asked.feed {
        return Err(BundleError::FeedMismatch.into());
    }
    let fitting = Fitting::among(messages, feed, |_| Ok(()));
    let all = NonZeroUsize::MIN.saturating_add(messages.len());
    let mut watch = EquivocationWatch::new(feed.clone(), all);
    let mut in_order = fitting.messages();
    in_order.sort_by_key(|message| message.rank());
    in_order.dedup_by_key(|message| message.id());
    let proof = in_order.iter().find_map(|message| watch.push(message));
    proof
        .map(|proof| proof.bundle(policy))
        .ok_or_else(|| fitting.shortfall(in_order.len().min(1), 2))
}
