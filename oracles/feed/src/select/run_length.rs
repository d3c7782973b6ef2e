//! Finds a run in a pool of readings (docs/spec/oracles.md, 7.3).

use core::cmp::Reverse;

use twinroot_exec::Bundle;

use super::chain::{Chain, Ways, forwards};
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
    let mut lengths = Ways::new();
    for reading in breaches.in_order() {
        let longest = breaches
            .before(reading)
            .filter_map(|before| Some((lengths.to(before)?, before)))
            .max_by_key(|(length, before)| (*length, Reverse(before.rank())));
        let length = longest.map_or(1, |(length, _): (usize, _)| length.saturating_add(1));
        lengths.insert(reading, length, longest.map(|(_, before)| before));
        if length == n {
            return Ok(forwards(lengths.back_from(reading)));
        }
    }
    Err(lengths.all().max().unwrap_or(0))
}
