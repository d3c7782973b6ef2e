//! A feed contradicted itself (docs/spec/oracles.md, 5.10).

use twinroot_abi::{FeedId, from_bytes};
use twinroot_exec::Bundle;

use super::{check_counts, feed_of};
use crate::equivocation::Proven;
use crate::{BundleError, FeedError};

/// What is asked: the policy's parameters, checked.
pub(crate) struct Contradicted {
    /// Who may have contradicted itself.
    pub(crate) feed: FeedId,
}

impl Contradicted {
    pub(crate) fn new(params: &[u8]) -> Result<Self, BundleError> {
        let feed = from_bytes(params).ok_or(BundleError::BadParams)?;
        Ok(Self { feed })
    }

    pub(crate) fn verdict(&self, facts: &Bundle) -> Result<Vec<u8>, FeedError> {
        check_counts(facts, 1, 2..=2)?;
        let feed = feed_of(facts, self.feed)?;
        let [lower, higher] = facts.messages.as_slice() else {
            return Err(BundleError::TooFewMessages.into());
        };
        let proven = Proven::by(feed, lower, higher)?;
        let [lower, higher] = proven.messages();
        let ids = [lower.id().0, higher.id().0];
        Ok([&[proven.conflict().number()], ids.as_flattened()].concat())
    }
}
