//! Finds a breach that lasts in a pool of readings (docs/spec/oracles.md, 7.7).

use twinroot_abi::TimeMs;
use twinroot_exec::Bundle;

use super::chain::{Chain, Ways, forwards};
use super::{Reason, Rejected, Shortfall};
use crate::judge::Duration;
use crate::{BundleError, Feed, Signed, open};

/// The bundle that answers [`twinroot_abi::Policy::Duration`], the policy of number `policy`: the
/// breach that has lasted first, with the fewest readings that show it.
///
/// # Errors
/// [`Shortfall`] tells what is missing.
pub fn duration(
    policy: u8,
    ms: u64,
    params: &[u8],
    feed: &Feed,
    messages: &[Vec<u8>],
) -> Result<Bundle, Shortfall> {
    let asked = Duration::new(ms, params)?;
    if feed.id() != asked.feed {
        return Err(BundleError::FeedMismatch.into());
    }
    let mut parts = Chain::default();
    let mut rejected = Vec::new();
    for (message, bytes) in messages.iter().enumerate() {
        match part(&asked, feed, bytes) {
            Ok(reading) => parts.insert(reading),
            Err(reason) => rejected.push(Rejected { message, reason }),
        }
    }
    match first_breach(&parts, &asked) {
        Ok(breach) => Ok(Bundle {
            policy,
            descriptors: vec![feed.encode()],
            messages: breach,
        }),
        Err(have) => Err(Shortfall::TooBrief {
            have,
            need: asked.ms,
            rejected,
        }),
    }
}

fn part(asked: &Duration, feed: &Feed, bytes: &[u8]) -> Result<Signed, Reason> {
    let reading = open(feed, bytes)?;
    asked.check_part(reading.observation())?;
    Ok(reading)
}

/// The messages of the first breach that lasts, or for how many ms the longest does.
fn first_breach(parts: &Chain, asked: &Duration) -> Result<Vec<Vec<u8>>, u64> {
    // When the breach began that goes on at a reading.
    let mut beginnings = Ways::new();
    let mut longest = 0;
    for reading in parts.in_order() {
        let goes_on = parts
            .before(reading)
            .filter(|before| asked.check_next(reading, before).is_ok())
            .filter_map(|before| Some((beginnings.to(before)?, before)))
            .min_by_key(|(beginning, before)| (*beginning, before.rank()));
        let t = reading.observation().t;
        let begins = asked.check_beginning(reading.observation()).is_ok();
        let beginning: Option<TimeMs> = goes_on.map(|(beginning, _)| beginning);
        let Some(beginning) = beginning.or_else(|| begins.then_some(t)) else {
            continue;
        };
        beginnings.insert(reading, beginning, goes_on.map(|(_, before)| before));
        if asked.suffices(beginning, t) {
            return Ok(breach_to(&beginnings, asked, reading));
        }
        longest = longest.max(t.0.saturating_sub(beginning.0));
    }
    Err(longest)
}

/// From the latest beginning that is early enough: a call carries only so many messages.
fn breach_to<'a>(ways: &Ways<'a, TimeMs>, asked: &Duration, last: &'a Signed) -> Vec<Vec<u8>> {
    let is_after_the_beginning = |reading: &&Signed| {
        let observation = reading.observation();
        !asked.suffices(observation.t, last.observation().t)
            || asked.check_beginning(observation).is_err()
    };
    let after = ways
        .back_from(last)
        .take_while(is_after_the_beginning)
        .count();
    forwards(ways.back_from(last).take(after.saturating_add(1)))
}
