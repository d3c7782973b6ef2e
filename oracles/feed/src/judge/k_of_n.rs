//! `k` feeds of a list claim the same code on one subject (docs/spec/oracles.md, 5.3).

use twinroot_abi::Subject;
use twinroot_exec::Bundle;

use super::check_counts;
use super::list::FeedList;
use crate::{BundleError, FeedError, Observation, Value, open};

/// What is asked: the policy and its parameters, checked.
pub(crate) struct KOfNEqual {
    /// How many must agree.
    pub(crate) k: usize,
    /// Who may.
    pub(crate) feeds: FeedList,
    subject: Subject,
}

impl KOfNEqual {
    pub(crate) fn new(k: u16, params: &[u8]) -> Result<Self, BundleError> {
        let (subject, list) = params
            .split_first_chunk::<32>()
            .ok_or(BundleError::BadParams)?;
        let feeds = FeedList::new(list)?;
        // Half of the list or less could be met by two codes at once without anyone lying twice.
        let k = usize::from(k);
        if k > feeds.len() || k.saturating_mul(2) <= feeds.len() {
            return Err(BundleError::BadPolicy);
        }
        Ok(Self {
            k,
            feeds,
            subject: Subject(*subject),
        })
    }

    pub(crate) fn verdict(&self, facts: &Bundle) -> Result<Vec<u8>, FeedError> {
        check_counts(facts, self.k, self.k..=self.k)?;
        let signers = self.feeds.signers(facts)?;
        let mut agreed = None;
        for (feed, bytes) in signers.iter().zip(&facts.messages) {
            let code = self.code(open(feed, bytes)?.observation())?;
            if *agreed.get_or_insert(code) != code {
                return Err(BundleError::CodesDiffer.into());
            }
        }
        let code = agreed.ok_or(BundleError::TooFewMessages)?;
        Ok(code.to_le_bytes().to_vec())
    }

    /// The code that an observation claims on the subject.
    pub(crate) fn code(&self, observation: &Observation) -> Result<u16, BundleError> {
        match observation.value {
            Value::Fixed(_) => Err(BundleError::NotAClaim),
            Value::Claim { subject, .. } if subject != self.subject => {
                Err(BundleError::OtherSubject)
            }
            Value::Claim { code, .. } => Ok(code),
        }
    }
}
