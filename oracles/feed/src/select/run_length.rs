//! Finds a run in a pool of readings (docs/spec/oracles.md, 7.3).

use std::collections::BTreeMap;

use twinroot_abi::MessageId;
use twinroot_exec::Bundle;

use super::chain::{Chain, forwards};
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
    let mut breaches = Chain::default();
    let mut rejected = Vec::new();
    for (message, bytes) in messages.iter().enumerate() {
        match breach(&asked, feed, bytes) {
            Ok(reading) => breaches.insert(reading),
            Err(reason) => rejected.push(Rejected { message, reason }),
        }
    }
    match first_run(&breaches, asked.n) {
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

/// The messages of the first run of `n`, or the length of the longest run.
fn first_run(breaches: &Chain, n: usize) -> Result<Vec<Vec<u8>>, usize> {
    let mut lengths: BTreeMap<MessageId, usize> = BTreeMap::new();
    for reading in breaches.in_order() {
        let before = breaches
            .before(reading)
            .and_then(|before| lengths.get(&before.id()));
        let length = before.map_or(1, |before| before.saturating_add(1));
        if length == n {
            return Ok(forwards(breaches.back_from(reading).take(n)));
        }
        lengths.insert(reading.id(), length);
    }
    Err(lengths.into_values().max().unwrap_or(0))
}
