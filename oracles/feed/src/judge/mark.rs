//! How far the messages of a feed are used up (docs/spec/oracles.md, 5.8).

use twinroot_abi::{FeedId, from_bytes};

use crate::{BundleError, Observation};

/// The first place of a feed that still counts. The contract moves it on, so that nobody comes back with
/// what was used, or with what is older.
pub(crate) struct Mark {
    pub(crate) feed: FeedId,
    epoch: u32,
    seq: u64,
}

impl Mark {
    pub(crate) fn new(params: &[u8]) -> Result<Self, BundleError> {
        let (feed, epoch, seq) = from_bytes(params).ok_or(BundleError::BadParams)?;
        Ok(Self { feed, epoch, seq })
    }

    pub(crate) fn check(&self, observation: &Observation) -> Result<(), BundleError> {
        if observation.place() < (self.epoch, self.seq) {
            return Err(BundleError::Used);
        }
        Ok(())
    }
}
