//! `k` feeds of a list claim the same code on one subject (docs/spec/oracles.md, 5.3).

use core::cmp::Ordering;

use twinroot_abi::{FeedId, Subject};
use twinroot_exec::Bundle;

use super::check_counts;
use crate::{BundleError, Feed, FeedError, Observation, Value, open};

/// What is asked: the policy and its parameters, checked.
pub(crate) struct KOfNEqual {
    /// How many must agree.
    pub(crate) k: usize,
    /// Who may.
    pub(crate) feeds: Vec<FeedId>,
    subject: Subject,
}

impl KOfNEqual {
    pub(crate) fn new(k: u16, params: &[u8]) -> Result<Self, BundleError> {
        let (subject, list) = params
            .split_first_chunk::<32>()
            .ok_or(BundleError::BadParams)?;
        let (ids, []) = list.as_chunks::<32>() else {
            return Err(BundleError::BadParams);
        };
        let ascending = ids.is_sorted_by(|id, next| id < next);
        if ids.is_empty() || ids.len() > LIST_LIMIT || !ascending {
            return Err(BundleError::BadParams);
        }
        // Half of the list or less could be met by two codes at once without anyone lying twice.
        let k = usize::from(k);
        if k > ids.len() || k.saturating_mul(2) <= ids.len() {
            return Err(BundleError::BadPolicy);
        }
        Ok(Self {
            k,
            feeds: ids.iter().copied().map(FeedId).collect(),
            subject: Subject(*subject),
        })
    }

    pub(crate) fn verdict(&self, facts: &Bundle) -> Result<Vec<u8>, FeedError> {
        check_counts(facts, self.k, self.k)?;
        let signers = self.signers(facts)?;
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

    fn signers(&self, facts: &Bundle) -> Result<Vec<Feed>, FeedError> {
        let mut signers: Vec<Feed> = Vec::with_capacity(self.k);
        for bytes in &facts.descriptors {
            let feed = Feed::decode(bytes)?;
            match signers.last().map(|last| feed.id().cmp(&last.id())) {
                Some(Ordering::Equal) => return Err(BundleError::DuplicateSigner.into()),
                Some(Ordering::Less) => return Err(BundleError::SignerOrder.into()),
                Some(Ordering::Greater) | None => {}
            }
            if !self.feeds.contains(&feed.id()) {
                return Err(BundleError::UnknownSigner.into());
            }
            // A key may have several feeds; it still is one signer.
            if signers
                .iter()
                .any(|other| other.descriptor().key == feed.descriptor().key)
            {
                return Err(BundleError::DuplicateSigner.into());
            }
            signers.push(feed);
        }
        Ok(signers)
    }
}

/// Feeds on a list. Higher: more key gates and signatures (about 85 us each) in one judgement.
const LIST_LIMIT: usize = 16;
