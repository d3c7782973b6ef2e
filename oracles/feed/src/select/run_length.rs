//! Finds a run in a pool of readings (docs/spec/oracles.md, 7.3).

use std::collections::BTreeMap;

use twinroot_abi::MessageId;
use twinroot_exec::Bundle;

use super::{Reason, Rejected, Shortfall};
use crate::judge::RunLength;
use crate::{BundleError, Feed, Signed, open};

/// The bundle that answers [`twinroot_abi::Policy::RunLength`], the policy of number `policy`: the
/// run that is complete first.
///
/// # Errors
/// [`Shortfall`] tells what is missing.
pub fn run_length(
    policy: u8,
    n: u16,
    params: &[u8],
    feed: &Feed,
    messages: &[Vec<u8>],
) -> Result<Bundle, Shortfall> {
    let asked = RunLength::new(n, params)?;
    if feed.id() != asked.feed {
        return Err(BundleError::FeedMismatch.into());
    }
    let mut breaches = Breaches::default();
    let mut rejected = Vec::new();
    for (message, bytes) in messages.iter().enumerate() {
        match breach(&asked, feed, bytes) {
            Ok(reading) => breaches.insert(reading),
            Err(reason) => rejected.push(Rejected { message, reason }),
        }
    }
    match breaches.first_run(asked.n) {
        Ok(run) => Ok(Bundle {
            policy,
            descriptors: vec![feed.encode()],
            messages: run,
        }),
        Err(have) => Err(Shortfall::TooFew {
            have,
            need: asked.n,
            rejected,
        }),
    }
}

fn breach(asked: &RunLength, feed: &Feed, bytes: &[u8]) -> Result<Signed, Reason> {
    let reading = open(feed, bytes)?;
    asked.check_breach(reading.observation())?;
    Ok(reading)
}

/// Readings out of limits. Each names one before it, so even where a feed forked its chain they
/// form trees, and the length of the run that ends at a reading is one number.
#[derive(Default)]
struct Breaches(BTreeMap<MessageId, Signed>);

impl Breaches {
    fn insert(&mut self, reading: Signed) {
        let lower = self
            .0
            .get(&reading.id())
            .is_some_and(|known| known.rank() <= reading.rank());
        if !lower {
            self.0.insert(reading.id(), reading);
        }
    }

    /// The messages of the first run of `n`, or the length of the longest run.
    fn first_run(&self, n: usize) -> Result<Vec<Vec<u8>>, usize> {
        let mut in_order: Vec<&Signed> = self.0.values().collect();
        in_order.sort_by_key(|reading| reading.rank());
        // A reading comes later in this order than the one that it follows.
        let mut lengths: BTreeMap<MessageId, usize> = BTreeMap::new();
        for reading in in_order {
            let before = self
                .before(reading)
                .and_then(|before| lengths.get(&before.id()));
            let length = before.map_or(1, |before| before.saturating_add(1));
            if length == n {
                return Ok(self.run_to(reading, n));
            }
            lengths.insert(reading.id(), length);
        }
        Err(lengths.into_values().max().unwrap_or(0))
    }

    fn before(&self, reading: &Signed) -> Option<&Signed> {
        self.0
            .get(&reading.observation().prev)
            .filter(|before| reading.follows(before))
    }

    fn run_to(&self, last: &Signed, n: usize) -> Vec<Vec<u8>> {
        let backwards = core::iter::successors(Some(last), |reading| self.before(reading));
        let mut run: Vec<_> = backwards
            .take(n)
            .map(|reading| reading.bytes().to_vec())
            .collect();
        run.reverse();
        run
    }
}
