//! Laws of one honest party against a peer that has its own key and says whatever it likes, and a
//! ledger that takes whatever that peer posts.
//!
//! The driver watches that what is signed was written down before, that no round is signed twice, and
//! that an illegal input changes nothing.

use proptest::prelude::*;
use proptest::sample::Index;
use twinroot_abi::{Height, Round};
use twinroot_party::{Input, OnLedger, ToSign};
use twinroot_wire::{CoSigned, Ground, Operation, Proposal};

use crate::world::{B, sign_commitment};

#[path = "hostile/event.rs"]
mod event;
#[path = "hostile/peer.rs"]
mod peer;
#[path = "hostile/siege.rs"]
mod siege;

use event::{Event, events};
use siege::Siege;

fn round(body: &ToSign) -> Option<Round> {
    match body {
        ToSign::Commitment(commitment) => Some(commitment.round),
        ToSign::Funding(funding) => Some(funding.commitment.round),
        ToSign::Close(_) | ToSign::Terms(_) => None,
    }
}

/// The last height of what the party has signed and that binds it.
fn bound_until(siege: &Siege) -> Option<Height> {
    let expiries = siege.node.signed.iter().filter_map(|body| match body {
        ToSign::Close(close) => Some(close.expiry),
        ToSign::Funding(funding) if !siege.is_stale(&funding.commitment) => Some(funding.expiry),
        _ => None,
    });
    expiries.max()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// It answers or ignores whatever it is told, and falls over nothing.
    #[test]
    fn nothing_that_a_peer_says_is_an_error(events in events(), slow: bool) {
        let mut siege = Siege::new(slow);
        for event in &events {
            siege.happen(event);
        }
    }

    #[test]
    fn rounds_that_a_party_signs_rise(events in events(), slow: bool) {
        let mut siege = Siege::new(slow);
        for event in &events {
            siege.happen(event);
        }
        let mut rounds: Vec<Round> = siege.node.signed.iter().filter_map(round).collect();
        // A party that began again has the same signed again; that there is no other is watched.
        let mut known = Vec::new();
        rounds.retain(|round| {
            let new = !known.contains(round);
            known.push(*round);
            new
        });
        prop_assert!(rounds.is_sorted_by(|one, next| one < next), "{:?}", rounds);
    }

    /// Nor a step beside a close, a deposit or a withdrawal, nor two of those. Closes at one state are
    /// all the same.
    #[test]
    fn a_bound_party_signs_nothing_else(events in events(), slow: bool) {
        let mut siege = Siege::new(slow);
        for event in &events {
            let before = siege.node.signed.len();
            let bound = bound_until(&siege);
            let now = siege.now.height;
            let standing = siege.node.signed.iter().rev().find_map(|body| match body {
                ToSign::Close(close) => Some(close.standing),
                _ => None,
            });
            siege.happen(event);
            if bound.is_some_and(|until| until >= now) {
                let (before, new) = siege.node.signed.split_at(before);
                // A party that began again has the same signed again.
                for body in new.iter().filter(|body| !before.contains(body)) {
                    let same = matches!(body, ToSign::Close(close) if Some(close.standing) == standing);
                    prop_assert!(same, "{:?}", body);
                }
            }
        }
    }

    #[test]
    fn the_newest_state_never_gets_older(events in events(), slow: bool) {
        let mut siege = Siege::new(slow);
        let mut round = Round(0);
        for event in &events {
            siege.happen(event);
            let party = &siege.node.party;
            let newest = party.newest().map_or(Round(0), |state| state.commitment.round);
            prop_assert!(newest >= round);
            prop_assert!(party.commitment().pays_its_total());
            prop_assert!(party.sure() <= party.commitment().total);
            round = newest;
        }
    }

    /// Beside a proposal nothing is open to the peer but the same step and taking it back. A step
    /// that was forced meanwhile does not count.
    #[test]
    fn a_peer_can_choose_between_a_step_and_nothing_only(events in events(), slow: bool) {
        let mut siege = Siege::new(slow);
        let mut open: Vec<Proposal> = Vec::new();
        for event in &events {
            let proposals = siege.seen.len();
            siege.happen(event);
            let newest = siege.node.party.newest().map(|state| state.commitment.round);
            open.retain(|other| Some(other.commitment.round) > newest);
            // Deposits and withdrawals bind: that law is another one.
            let steps = siege.seen[proposals..].iter().filter(|it| it.update.moves().is_none());
            for new in steps.cloned().collect::<Vec<_>>() {
                let fine = open.iter().all(|other| {
                    let [new, other] = [&new, other].map(|it| &it.update.operations);
                    let void = |it: &Vec<Operation>| it.is_empty() || siege.forced.contains(it);
                    void(new) || void(other) || new == other
                });
                prop_assert!(fine, "{:?} beside {:?}", new, open);
                open.push(new);
            }
        }
    }

    /// What the peer posts of this party's proposals is taken for what both signed.
    #[test]
    fn a_state_that_the_ledger_shows_is_the_newest_or_older(events in events(), which: Index) {
        let mut siege = Siege::new(false);
        for event in &events {
            siege.happen(event);
        }
        let newest = siege.node.party.standing().round;
        let mut open = siege.seen.iter().filter(|it| {
            it.update.moves().is_none() && it.commitment.round > newest
        });
        let count = open.clone().count();
        if let Some(proposal) = open.nth(which.index(count.max(1))) {
            let commitment = proposal.commitment.clone();
            let theirs = sign_commitment(B, &commitment);
            let state = CoSigned {
                commitment: commitment.clone(),
                signatures: [proposal.signature, theirs],
            };
            let view = OnLedger {
                ground: Ground::CoSigned(state.clone()),
                steps: Vec::new(),
                tip: commitment.clone(),
                closing: None,
            };
            siege.node.give(Input::Ledger(Some(Box::new(view)))).unwrap();
            prop_assert_eq!(siege.node.party.commitment(), &commitment);
            prop_assert_eq!(siege.node.party.newest(), Some(&state));
        }
    }

    /// What a peer can have kept in memory has a bound.
    #[test]
    fn the_memory_of_a_party_has_a_bound(events in events()) {
        let mut siege = Siege::new(false);
        for event in &events {
            siege.happen(event);
        }
        prop_assert!(siege.node.party.half_signed().count() <= 64 + events.len());
        prop_assert!(siege.node.party.codes().len() <= 256);
    }
}

#[test]
fn a_siege_is_not_idle() {
    let mut siege = Siege::new(false);
    siege.happen(&Event::User(event::User::Propose(5)));
    assert_eq!(siege.seen.len(), 1);
}
