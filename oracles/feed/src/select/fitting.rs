//! What policies of one message choose among.

use twinroot_exec::Bundle;

use super::{Reason, Rejected, Shortfall};
use crate::{BundleError, Feed, Observation, Signed, open};

/// The messages of a pool that answer, each by itself.
pub(super) struct Fitting<'a> {
    feed: &'a Feed,
    messages: Vec<Signed>,
    rejected: Vec<Rejected>,
}

impl<'a> Fitting<'a> {
    pub(super) fn among(
        pool: &[Vec<u8>],
        feed: &'a Feed,
        check: impl Fn(&Observation) -> Result<(), BundleError>,
    ) -> Self {
        let mut fitting = Self {
            feed,
            messages: Vec::new(),
            rejected: Vec::new(),
        };
        for (place, bytes) in pool.iter().enumerate() {
            match opened(feed, bytes, &check) {
                Ok(message) => fitting.messages.push(message),
                Err(reason) => fitting.rejected.push(Rejected {
                    message: place,
                    reason,
                }),
            }
        }
        fitting
    }

    pub(super) fn messages(&self) -> Vec<&Signed> {
        self.messages.iter().collect()
    }

    /// So many of the needed messages are there.
    pub(super) fn shortfall(&self, have: usize, need: usize) -> Shortfall {
        Shortfall::TooFew {
            have,
            need,
            rejected: self.rejected.clone(),
        }
    }

    /// The bundle of the lowest of them in that order.
    pub(super) fn lowest_by<'m, K: Ord>(
        &'m self,
        policy: u8,
        order: impl Fn(&'m Signed) -> K,
    ) -> Result<Bundle, Shortfall> {
        let lowest = self.messages.iter().min_by_key(|message| order(message));
        let message = lowest.ok_or_else(|| self.shortfall(0, 1))?;
        Ok(Bundle {
            policy,
            descriptors: vec![self.feed.encode()],
            messages: vec![message.bytes().to_vec()],
        })
    }
}

fn opened(
    feed: &Feed,
    bytes: &[u8],
    check: impl Fn(&Observation) -> Result<(), BundleError>,
) -> Result<Signed, Reason> {
    let message = open(feed, bytes)?;
    check(message.observation())?;
    Ok(message)
}
