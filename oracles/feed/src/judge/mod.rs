//! The judge: whether a bundle answers a policy, and with which verdict (docs/spec/oracles.md, 4 and 5).

mod k_of_n;
mod run_length;

use twinroot_abi::Policy;
use twinroot_exec::{Bundle, Judge, Question, Refusal};

use crate::{BundleError, FeedError};

pub(crate) use k_of_n::KOfNEqual;
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
    match question.policy {
        Policy::KOfNEqual { k, .. } => {
            let asked = KOfNEqual::new(k, params)?;
            asked.verdict(question.facts.ok_or(BundleError::NoFacts)?)
        }
        Policy::RunLength { n, .. } => {
            let asked = RunLength::new(n, params)?;
            asked.verdict(question.facts.ok_or(BundleError::NoFacts)?)
        }
    }
}

/// Counts come before everything else, so that no work is done on what is surplus.
fn check_counts(facts: &Bundle, descriptors: usize, messages: usize) -> Result<(), BundleError> {
    if facts.descriptors.len() < descriptors {
        return Err(BundleError::TooFewDescriptors);
    }
    if facts.descriptors.len() > descriptors {
        return Err(BundleError::TooManyDescriptors);
    }
    if facts.messages.len() < messages {
        return Err(BundleError::TooFewMessages);
    }
    if facts.messages.len() > messages {
        return Err(BundleError::TooManyMessages);
    }
    Ok(())
}
