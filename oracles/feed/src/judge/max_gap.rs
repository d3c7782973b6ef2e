//! One feed was silent for too long (docs/spec/oracles.md, 5.7).

use core::ops::RangeInclusive;

use twinroot_abi::{FeedId, TimeMs, from_bytes};
use twinroot_exec::Bundle;

use super::{check_counts, feed_of, window};
use crate::{BundleError, Feed, FeedError, Observation, open};

/// What is asked: the policy and its parameters, checked.
pub(crate) struct MaxGap {
    ms: u64,
    /// Whose silence counts.
    pub(crate) feed: FeedId,
    window: RangeInclusive<TimeMs>,
}

impl MaxGap {
    pub(crate) fn new(ms: u64, params: &[u8]) -> Result<Self, BundleError> {
        let (feed, t0, t1) = from_bytes(params).ok_or(BundleError::BadParams)?;
        let window = window((t0, t1))?;
        if ms == 0 {
            return Err(BundleError::BadPolicy);
        }
        Ok(Self { ms, feed, window })
    }

    pub(crate) fn verdict(&self, facts: &Bundle) -> Result<Vec<u8>, FeedError> {
        check_counts(facts, 1, 1..=1)?;
        let feed = feed_of(facts, self.feed)?;
        check_chained(&feed)?;
        let bytes = facts.messages.first().ok_or(BundleError::TooFewMessages)?;
        let (from, to) = self.silence(open(&feed, bytes)?.observation())?;
        Ok([from.0.to_le_bytes(), to.0.to_le_bytes()].concat())
    }

    /// The silence before a message, as far as it lies in the window.
    pub(crate) fn silence(
        &self,
        observation: &Observation,
    ) -> Result<(TimeMs, TimeMs), BundleError> {
        if observation.seq == 0 {
            return Err(BundleError::NewEpoch);
        }
        let from = observation.prev_t.max(*self.window.start());
        let to = observation.t.min(*self.window.end());
        let length = to.checked_sub(from).ok_or(BundleError::OutOfWindow)?;
        if length.0 <= self.ms {
            return Err(BundleError::InTime);
        }
        Ok((from, to))
    }
}

/// A feed that is not chained does not say when it spoke last.
pub(crate) fn check_chained(feed: &Feed) -> Result<(), BundleError> {
    if feed.is_chained() {
        Ok(())
    } else {
        Err(BundleError::Unchained)
    }
}
