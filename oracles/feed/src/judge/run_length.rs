//! `n` consecutive readings of one feed lie outside the limits (docs/spec/oracles.md, 5.4).

use core::ops::RangeInclusive;

use twinroot_abi::{FeedId, TimeMs, from_bytes};
use twinroot_exec::Bundle;

use super::{check_counts, feed_of, window};
use crate::{BundleError, FeedError, Observation, Signed, Value, open};

/// What is asked: the policy and its parameters, checked.
#[derive(Clone, Debug)]
pub(crate) struct RunLength {
    /// How many readings.
    pub(crate) n: usize,
    /// Whose.
    pub(crate) feed: FeedId,
    limits: RangeInclusive<i64>,
    window: RangeInclusive<TimeMs>,
}

impl RunLength {
    pub(crate) fn new(n: u16, params: &[u8]) -> Result<Self, BundleError> {
        let (feed, low, high, t0, t1): (FeedId, i64, i64, TimeMs, TimeMs) =
            from_bytes(params).ok_or(BundleError::BadParams)?;
        if low > high {
            return Err(BundleError::BadParams);
        }
        let window = window((t0, t1))?;
        if n == 0 {
            return Err(BundleError::BadPolicy);
        }
        Ok(Self {
            n: usize::from(n),
            feed,
            limits: low..=high,
            window,
        })
    }

    pub(crate) fn verdict(&self, facts: &Bundle) -> Result<Vec<u8>, FeedError> {
        check_counts(facts, 1, self.n..=self.n)?;
        let feed = feed_of(facts, self.feed)?;
        let mut ends: Option<(TimeMs, Signed)> = None;
        for bytes in &facts.messages {
            let reading = open(&feed, bytes)?;
            if ends
                .as_ref()
                .is_some_and(|(_, last)| !reading.follows(last))
            {
                return Err(BundleError::Gap.into());
            }
            self.check_breach(reading.observation())?;
            let first = ends.map_or(reading.observation().t, |(first, _)| first);
            ends = Some((first, reading));
        }
        let (first, last) = ends.ok_or(BundleError::TooFewMessages)?;
        Ok([first.0.to_le_bytes(), last.observation().t.0.to_le_bytes()].concat())
    }

    /// Whether an observation by itself could be part of the run.
    pub(crate) fn check_breach(&self, observation: &Observation) -> Result<(), BundleError> {
        let Value::Fixed(value) = observation.value else {
            return Err(BundleError::NotAReading);
        };
        if !self.window.contains(&observation.t) {
            return Err(BundleError::OutOfWindow);
        }
        if self.limits.contains(&value) {
            return Err(BundleError::InRange);
        }
        Ok(())
    }
}
