//! Gathers what each feed of a list read first in a window (docs/spec/oracles.md, 7.6).

use std::collections::{BTreeMap, BTreeSet};

use twinroot_abi::FeedId;
use twinroot_exec::Bundle;

use super::{Reason, Rejected, Shortfall, heard};
use crate::judge::{Median, check_units};
use crate::{BundleError, Feed, Signed};

/// The bundle that answers [`twinroot_abi::Policy::Median`], the policy of number `policy`: the first
/// reading of each feed in the window.
///
/// # Errors
/// [`Shortfall`] tells what is missing.
pub fn median(
    policy: u8,
    n: u16,
    params: &[u8],
    feeds: &[Feed],
    messages: &[Vec<u8>],
) -> Result<Bundle, Shortfall> {
    let asked = Median::new(n, params)?;
    let listed = feeds.iter().filter(|feed| asked.feeds.contains(&feed.id()));
    let panel = listed.map(|feed| (feed.id(), feed)).collect();
    check_panel(&panel)?;
    let mut first: BTreeMap<FeedId, Signed> = BTreeMap::new();
    let mut rejected = Vec::new();
    for (message, bytes) in messages.iter().enumerate() {
        match reading(&asked, &panel, bytes) {
            Ok((feed, reading)) => {
                let earlier = first
                    .get(&feed.id())
                    .is_some_and(|known| known.rank() <= reading.rank());
                if !earlier {
                    first.insert(feed.id(), reading);
                }
            }
            Err(reason) => rejected.push(Rejected { message, reason }),
        }
    }
    if first.len() < asked.n {
        return Err(Shortfall::TooFew {
            have: first.len(),
            need: asked.n,
            rejected,
        });
    }
    Ok(Bundle {
        policy,
        descriptors: panel.into_values().map(Feed::encode).collect(),
        messages: first
            .into_values()
            .map(|reading| reading.bytes().to_vec())
            .collect(),
    })
}

/// All of them have to be heard, so two that do not go together never answer.
fn check_panel(panel: &BTreeMap<FeedId, &Feed>) -> Result<(), BundleError> {
    let keys: BTreeSet<_> = panel.values().map(|feed| feed.descriptor().key).collect();
    if keys.len() < panel.len() {
        return Err(BundleError::DuplicateSigner);
    }
    check_units(panel.values().copied())
}

fn reading<'a>(
    asked: &Median,
    panel: &BTreeMap<FeedId, &'a Feed>,
    bytes: &[u8],
) -> Result<(&'a Feed, Signed), Reason> {
    let (feed, reading) = heard(&asked.feeds, panel, bytes)?;
    asked.value(reading.observation(), feed)?;
    Ok((feed, reading))
}
