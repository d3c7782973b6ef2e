//! A reading of one feed that is young enough (docs/spec/oracles.md, 5.8).

use twinroot_abi::TimeMs;
use twinroot_exec::Bundle;

use super::mark::Mark;
use super::{check_counts, feed_of};
use crate::{BundleError, FeedError, Observation, Value, open};

/// What is asked: the policy and its parameters, checked, and when.
pub(crate) struct Fresh {
    ms: u64,
    /// Whose readings count, and from where on.
    pub(crate) mark: Mark,
    now: TimeMs,
}

impl Fresh {
    pub(crate) fn new(ms: u64, params: &[u8], now: TimeMs) -> Result<Self, BundleError> {
        let mark = Mark::new(params)?;
        if ms == 0 {
            return Err(BundleError::BadPolicy);
        }
        Ok(Self { ms, mark, now })
    }

    pub(crate) fn verdict(&self, facts: &Bundle) -> Result<Vec<u8>, FeedError> {
        check_counts(facts, 1, 1..=1)?;
        let feed = feed_of(facts, self.mark.feed)?;
        let bytes = facts.messages.first().ok_or(BundleError::TooFewMessages)?;
        let reading = open(&feed, bytes)?;
        let observation = reading.observation();
        let value = self.value(observation)?;
        Ok([
            value.to_le_bytes().as_slice(),
            &observation.t.0.to_le_bytes(),
            &observation.epoch.to_le_bytes(),
            &observation.seq.to_le_bytes(),
        ]
        .concat())
    }

    /// The value of an observation that answers.
    pub(crate) fn value(&self, observation: &Observation) -> Result<i64, BundleError> {
        let Value::Fixed(value) = observation.value else {
            return Err(BundleError::NotAReading);
        };
        self.mark.check(observation)?;
        let age = self
            .now
            .checked_sub(observation.t)
            .ok_or(BundleError::Ahead)?;
        if age.0 > self.ms {
            return Err(BundleError::Stale);
        }
        Ok(value)
    }
}
