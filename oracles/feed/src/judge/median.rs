//! The middle one of the readings of all feeds of a list (docs/spec/oracles.md, 5.5).

use core::ops::RangeInclusive;

use twinroot_abi::{Fixed, TimeMs, from_bytes};
use twinroot_exec::Bundle;

use super::list::FeedList;
use super::{check_counts, window};
use crate::{BundleError, Feed, FeedError, Observation, Value, open};

/// What is asked: the policy and its parameters, checked.
pub(crate) struct Median {
    /// How many readings.
    pub(crate) n: usize,
    /// Whose.
    pub(crate) feeds: FeedList,
    window: RangeInclusive<TimeMs>,
}

impl Median {
    pub(crate) fn new(n: u16, params: &[u8]) -> Result<Self, BundleError> {
        let (times, list) = params
            .split_at_checked(<(TimeMs, TimeMs)>::SIZE)
            .ok_or(BundleError::BadParams)?;
        let window = window(from_bytes(times).ok_or(BundleError::BadParams)?)?;
        let feeds = FeedList::new(list)?;
        // Where the list is longer, whoever submits chooses the feeds, and with them the middle.
        let n = usize::from(n);
        if n != feeds.len() || n.is_multiple_of(2) {
            return Err(BundleError::BadPolicy);
        }
        Ok(Self { n, feeds, window })
    }

    pub(crate) fn verdict(&self, facts: &Bundle) -> Result<Vec<u8>, FeedError> {
        check_counts(facts, self.n, self.n..=self.n)?;
        let signers = self.feeds.signers(facts)?;
        check_units(signers.iter())?;
        let mut values = Vec::with_capacity(self.n);
        let mut latest = TimeMs::ZERO;
        for (feed, bytes) in signers.iter().zip(&facts.messages) {
            let reading = open(feed, bytes)?;
            values.push(self.value(reading.observation(), feed)?);
            latest = latest.max(reading.observation().t);
        }
        values.sort_unstable();
        let middle = values.get(self.n / 2).ok_or(BundleError::TooFewMessages)?;
        Ok([middle.to_le_bytes(), latest.0.to_le_bytes()].concat())
    }

    /// The value of an observation that is its feed's first in the window.
    pub(crate) fn value(&self, observation: &Observation, feed: &Feed) -> Result<i64, BundleError> {
        let Value::Fixed(value) = observation.value else {
            return Err(BundleError::NotAReading);
        };
        if !self.window.contains(&observation.t) {
            return Err(BundleError::OutOfWindow);
        }
        if !observation.is_first_since(*self.window.start(), feed) {
            return Err(BundleError::NotFirst);
        }
        Ok(value)
    }
}

/// Numbers of different units or scales have no middle.
pub(crate) fn check_units<'a>(
    mut signers: impl Iterator<Item = &'a Feed>,
) -> Result<(), BundleError> {
    let measure = |feed: &'a Feed| {
        let it = feed.descriptor();
        (&it.quantity, &it.unit, it.scale)
    };
    let first = signers.next().map(measure);
    if signers.any(|feed| Some(measure(feed)) != first) {
        return Err(BundleError::UnitsDiffer);
    }
    Ok(())
}
