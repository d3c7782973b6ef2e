//! Readings of one feed leave a band for long enough (docs/spec/oracles.md, 5.6).

use core::ops::RangeInclusive;

use twinroot_abi::{FeedId, TimeMs, from_bytes};
use twinroot_exec::Bundle;

use super::{check_counts, feed_of, window};
use crate::{BundleError, FeedError, Observation, Signed, Value, open};

/// What is asked: the policy and its parameters, checked.
pub(crate) struct Duration {
    /// How long.
    pub(crate) ms: u64,
    /// Whose readings count.
    pub(crate) feed: FeedId,
    limits: RangeInclusive<i64>,
    /// Where a reading has to come back to before things are in order again.
    order: RangeInclusive<i64>,
    /// How long the feed may say nothing.
    gap: u64,
    window: RangeInclusive<TimeMs>,
}

impl Duration {
    pub(crate) fn new(ms: u64, params: &[u8]) -> Result<Self, BundleError> {
        let (feed, low, high, hysteresis, gap, t0, t1): (FeedId, i64, i64, u64, u64, _, _) =
            from_bytes(params).ok_or(BundleError::BadParams)?;
        // Where nothing is in order, a spike would last for ever.
        let back = low.checked_add_unsigned(hysteresis);
        let order = back.zip(high.checked_sub_unsigned(hysteresis));
        let Some((back_low, back_high)) = order.filter(|(low, high)| low <= high) else {
            return Err(BundleError::BadParams);
        };
        let window = window((t0, t1))?;
        if ms == 0 {
            return Err(BundleError::BadPolicy);
        }
        Ok(Self {
            ms,
            feed,
            limits: low..=high,
            order: back_low..=back_high,
            gap,
            window,
        })
    }

    pub(crate) fn verdict(&self, facts: &Bundle) -> Result<Vec<u8>, FeedError> {
        check_counts(facts, 1, 2..=usize::MAX)?;
        let feed = feed_of(facts, self.feed)?;
        let mut ends: Option<(TimeMs, Signed)> = None;
        for bytes in &facts.messages {
            if self.is_shown(ends.as_ref()) {
                return Err(BundleError::TooManyMessages.into());
            }
            let reading = open(&feed, bytes)?;
            let first = match &ends {
                None => {
                    self.check_beginning(reading.observation())?;
                    reading.observation().t
                }
                Some((first, last)) => {
                    self.check_next(&reading, last)?;
                    *first
                }
            };
            ends = Some((first, reading));
        }
        let (first, last) = ends
            .filter(|ends| self.is_shown(Some(ends)))
            .ok_or(BundleError::TooBrief)?;
        Ok([first.0.to_le_bytes(), last.observation().t.0.to_le_bytes()].concat())
    }

    fn is_shown(&self, ends: Option<&(TimeMs, Signed)>) -> bool {
        ends.is_some_and(|(first, last)| self.suffices(*first, last.observation().t))
    }

    /// Whether the time from the first to the last reading is long enough.
    pub(crate) fn suffices(&self, first: TimeMs, last: TimeMs) -> bool {
        last.checked_sub(first)
            .is_some_and(|time| time.0 >= self.ms)
    }

    /// Whether an observation by itself could be part of a breach.
    pub(crate) fn check_part(&self, observation: &Observation) -> Result<(), BundleError> {
        self.check_beginning(observation)
            .or_else(|_| self.check_out_of_order(observation))
    }

    /// Whether a breach could begin with an observation.
    pub(crate) fn check_beginning(&self, observation: &Observation) -> Result<(), BundleError> {
        if self.limits.contains(&self.value(observation)?) {
            return Err(BundleError::InRange);
        }
        Ok(())
    }

    /// Whether a breach goes on from one reading to another.
    pub(crate) fn check_next(&self, reading: &Signed, last: &Signed) -> Result<(), BundleError> {
        if !reading.follows(last) {
            return Err(BundleError::Gap);
        }
        self.check_out_of_order(reading.observation())?;
        let silence = reading.observation().t.checked_sub(last.observation().t);
        if silence.is_none_or(|silence| silence.0 > self.gap) {
            return Err(BundleError::Silence);
        }
        Ok(())
    }

    fn check_out_of_order(&self, observation: &Observation) -> Result<(), BundleError> {
        if self.order.contains(&self.value(observation)?) {
            return Err(BundleError::InRange);
        }
        Ok(())
    }

    /// The value of a reading in the window.
    fn value(&self, observation: &Observation) -> Result<i64, BundleError> {
        let Value::Fixed(value) = observation.value else {
            return Err(BundleError::NotAReading);
        };
        if !self.window.contains(&observation.t) {
            return Err(BundleError::OutOfWindow);
        }
        Ok(value)
    }
}
