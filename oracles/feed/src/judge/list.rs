//! The list of feeds that a policy believes (docs/spec/oracles.md, 5.3).

use core::cmp::Ordering;

use twinroot_abi::FeedId;
use twinroot_exec::Bundle;

use crate::{BundleError, Feed, FeedError};

/// One feed or more, ascending and different.
pub(crate) struct FeedList(Vec<FeedId>);

impl FeedList {
    pub(crate) fn new(bytes: &[u8]) -> Result<Self, BundleError> {
        let (ids, []) = bytes.as_chunks::<32>() else {
            return Err(BundleError::BadParams);
        };
        let ascending = ids.is_sorted_by(|id, next| id < next);
        if ids.is_empty() || ids.len() > LIST_LIMIT || !ascending {
            return Err(BundleError::BadParams);
        }
        Ok(Self(ids.iter().copied().map(FeedId).collect()))
    }

    pub(crate) const fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn contains(&self, id: &FeedId) -> bool {
        self.0.contains(id)
    }

    /// The feeds of the bundle's descriptors: in order, on the list, each with a key of its own.
    pub(crate) fn signers(&self, facts: &Bundle) -> Result<Vec<Feed>, FeedError> {
        let mut signers: Vec<Feed> = Vec::with_capacity(self.len());
        for bytes in &facts.descriptors {
            let feed = Feed::decode(bytes)?;
            match signers.last().map(|last| feed.id().cmp(&last.id())) {
                Some(Ordering::Equal) => return Err(BundleError::DuplicateSigner.into()),
                Some(Ordering::Less) => return Err(BundleError::SignerOrder.into()),
                Some(Ordering::Greater) | None => {}
            }
            if !self.contains(&feed.id()) {
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
