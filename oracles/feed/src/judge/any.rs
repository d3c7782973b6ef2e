//! Any message of one feed, once (docs/spec/oracles.md, 5.9).

use twinroot_exec::Bundle;

use super::mark::Mark;
use super::{check_counts, feed_of};
use crate::{BundleError, FeedError, Observation, Value, open};

/// What is asked: the policy's parameters, checked.
pub(crate) struct Any {
    /// Whose messages count, and from where on.
    pub(crate) mark: Mark,
}

impl Any {
    pub(crate) fn new(params: &[u8]) -> Result<Self, BundleError> {
        Ok(Self {
            mark: Mark::new(params)?,
        })
    }

    pub(crate) fn verdict(&self, facts: &Bundle) -> Result<Vec<u8>, FeedError> {
        check_counts(facts, 1, 1..=1)?;
        let feed = feed_of(facts, self.mark.feed)?;
        let bytes = facts.messages.first().ok_or(BundleError::TooFewMessages)?;
        let message = open(&feed, bytes)?;
        let observation = message.observation();
        self.mark.check(observation)?;
        Ok(said(observation))
    }
}

/// Where, when and what, in one size whatever it is.
fn said(observation: &Observation) -> Vec<u8> {
    let place = [
        observation.epoch.to_le_bytes().as_slice(),
        &observation.seq.to_le_bytes(),
        &observation.t.0.to_le_bytes(),
    ]
    .concat();
    let value = match observation.value {
        Value::Fixed(value) => [&[0], value.to_le_bytes().as_slice(), &[0; 26]].concat(),
        Value::Claim { subject, code } => {
            [&[1], subject.0.as_slice(), &code.to_le_bytes()].concat()
        }
    };
    [place, value].concat()
}
