//! Chooses among claims (docs/spec/oracles.md, 7.2).

use core::cmp::Reverse;
use std::collections::BTreeMap;

use twinroot_abi::FeedId;
use twinroot_exec::Bundle;

use super::{Reason, Rejected, Shortfall, heard};
use crate::judge::KOfNEqual;
use crate::{BundleError, Feed, Signed};

/// The bundle that answers [`twinroot_abi::Policy::KOfNEqual`], the policy of number `policy`.
///
/// It holds the lowest code that enough feeds claim, the lowest feeds among those that claim it,
/// and of each the earliest message that does.
///
/// # Errors
/// [`Shortfall`] tells what is missing.
pub fn k_of_n_equal(
    policy: u8,
    k: u16,
    params: &[u8],
    feeds: &[Feed],
    messages: &[Vec<u8>],
) -> Result<Bundle, Shortfall> {
    let asked = KOfNEqual::new(k, params)?;
    let known = feeds.iter().map(|feed| (feed.id(), feed)).collect();
    let mut poll = Poll::default();
    for (place, bytes) in messages.iter().enumerate() {
        match vote(&asked, &known, bytes) {
            Ok((code, voter, claim)) => poll.count(place, code, voter, claim),
            Err(reason) => poll.rejected.push(Rejected {
                message: place,
                reason,
            }),
        }
    }
    let enough = poll.votes.values().find(|voters| voters.len() >= asked.k);
    let Some(voters) = enough else {
        return Err(poll.shortfall(asked.k));
    };
    let (descriptors, messages) = voters
        .values()
        .take(asked.k)
        .map(|vote| (vote.feed.encode(), vote.claim.bytes().to_vec()))
        .unzip();
    Ok(Bundle {
        policy,
        descriptors,
        messages,
    })
}

/// What the pool has said so far.
#[derive(Default)]
struct Poll<'a> {
    /// By code, then by feed: the earliest claim.
    votes: BTreeMap<u16, BTreeMap<FeedId, Vote<'a>>>,
    /// Place and code of every message that counts.
    counted: Vec<(usize, u16)>,
    rejected: Vec<Rejected>,
}

struct Vote<'a> {
    feed: &'a Feed,
    claim: Signed,
}

impl<'a> Poll<'a> {
    fn count(&mut self, place: usize, code: u16, feed: &'a Feed, claim: Signed) {
        self.counted.push((place, code));
        let voters = self.votes.entry(code).or_default();
        // A key counts once, for the lowest of its feeds.
        let key = feed.descriptor().key;
        let same = voters
            .values()
            .map(|vote| vote.feed)
            .find(|other| other.descriptor().key == key);
        match same.map(Feed::id) {
            Some(other) if other < feed.id() => return,
            Some(other) if other > feed.id() => voters.remove(&other),
            _ => None,
        };
        let earlier = voters
            .get(&feed.id())
            .is_some_and(|vote| vote.claim.rank() <= claim.rank());
        if !earlier {
            voters.insert(feed.id(), Vote { feed, claim });
        }
    }

    fn shortfall(self, need: usize) -> Shortfall {
        let best = self
            .votes
            .iter()
            .max_by_key(|(code, voters)| (voters.len(), Reverse(**code)));
        let have = best.map_or(0, |(_, voters)| voters.len());
        let best_code = best.map(|(code, _)| *code);
        let others = self
            .counted
            .iter()
            .filter(|(_, code)| Some(*code) != best_code);
        let outvoted = others.map(|(message, _)| Rejected {
            message: *message,
            reason: BundleError::CodesDiffer.into(),
        });
        let mut rejected: Vec<_> = self.rejected.iter().copied().chain(outvoted).collect();
        rejected.sort_by_key(|rejected| rejected.message);
        Shortfall::TooFew {
            have,
            need,
            rejected,
        }
    }
}

fn vote<'a>(
    asked: &KOfNEqual,
    known: &BTreeMap<FeedId, &'a Feed>,
    bytes: &[u8],
) -> Result<(u16, &'a Feed, Signed), Reason> {
    let (feed, claim) = heard(&asked.feeds, known, bytes)?;
    let code = asked.code(claim.observation())?;
    Ok((code, feed, claim))
}
