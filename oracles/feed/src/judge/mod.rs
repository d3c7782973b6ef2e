//! The judge: whether a bundle answers a policy, and with which verdict (docs/spec/oracles.md, 4 and 5).

mod any;
mod duration;
mod equivocation;
mod fresh;
mod k_of_n;
mod list;
mod mark;
mod max_gap;
mod median;
mod response;
mod run_length;

use core::ops::RangeInclusive;

use twinroot_abi::{FeedId, Policy, TimeMs};
use twinroot_exec::{Bundle, Judge, Question, Refusal};

use crate::{BundleError, Feed, FeedError};

pub(crate) use any::Any;
pub(crate) use duration::Duration;
pub(crate) use equivocation::Contradicted;
pub(crate) use fresh::Fresh;
pub(crate) use k_of_n::KOfNEqual;
pub(crate) use list::FeedList;
pub(crate) use max_gap::{MaxGap, check_chained};
pub(crate) use median::{Median, check_units};
pub(crate) use response::Response;
pub(crate) use run_length::RunLength;

/// Judges the policies of [`Policy`]. It knows nothing but the question.
#[derive(Clone, Copy, Debug, Default)]
pub struct FeedJudge;

impl Judge for FeedJudge {
    fn judge(&self, question: &Question<'_>) -> Result<Vec<u8>, Refusal> {
        Ok(verdict(question)?)
    }
}

/// The order of these lines is a rule: docs/spec/oracles.md, 4.2.
fn verdict(question: &Question<'_>) -> Result<Vec<u8>, FeedError> {
    let params = question.params.ok_or(BundleError::NoParams)?;
    let facts = || question.facts.ok_or(BundleError::NoFacts);
    match question.policy {
        Policy::KOfNEqual { k, .. } => KOfNEqual::new(k, params)?.verdict(facts()?),
        Policy::RunLength { n, .. } => RunLength::new(n, params)?.verdict(facts()?),
        Policy::Median { n, .. } => Median::new(n, params)?.verdict(facts()?),
        Policy::Duration { ms, .. } => Duration::new(ms, params)?.verdict(facts()?),
        Policy::MaxGap { ms, .. } => MaxGap::new(ms, params)?.verdict(facts()?),
        Policy::Fresh { ms, .. } => Fresh::new(ms, params, question.pinned.time)?.verdict(facts()?),
        Policy::Any { .. } => Any::new(params)?.verdict(facts()?),
        Policy::Equivocation { .. } => Contradicted::new(params)?.verdict(facts()?),
        Policy::Response { .. } => Ok(Response::new(params, question.pinned)?.verdict(facts()?)?),
    }
}

/// The time that counts, both ends included.
fn window((t0, t1): (TimeMs, TimeMs)) -> Result<RangeInclusive<TimeMs>, BundleError> {
    if t0 > t1 {
        return Err(BundleError::BadParams);
    }
    Ok(t0..=t1)
}

/// Counts come before everything else, so that no work is done on what is surplus.
fn check_counts(
    facts: &Bundle,
    descriptors: usize,
    messages: RangeInclusive<usize>,
) -> Result<(), BundleError> {
    if facts.descriptors.len() < descriptors {
        return Err(BundleError::TooFewDescriptors);
    }
    if facts.descriptors.len() > descriptors {
        return Err(BundleError::TooManyDescriptors);
    }
    if facts.messages.len() < *messages.start() {
        return Err(BundleError::TooFewMessages);
    }
    if facts.messages.len() > *messages.end() {
        return Err(BundleError::TooManyMessages);
    }
    Ok(())
}

/// The policy's only feed, whose descriptor is the first of the bundle.
fn feed_of(facts: &Bundle, id: FeedId) -> Result<Feed, FeedError> {
    let descriptor = facts
        .descriptors
        .first()
        .ok_or(BundleError::TooFewDescriptors)?;
    let feed = Feed::decode(descriptor)?;
    if feed.id() != id {
        return Err(BundleError::FeedMismatch.into());
    }
    Ok(feed)
}
