//! Laws of two honest parties, over random interleavings on a bad wire: messages are lost, doubled and
//! change places, the ledger loses blocks, and the power fails between any two effects.
//!
//! The drivers themselves watch that everything signed was written down before and sent after, and
//! that nobody is ever asked to sign two things of one round, in all lives of a party together.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use twinroot_abi::{Amount, Side};
use twinroot_party::{Input, Party, Report, Source, Status};

use crate::world::{A, B, pay};

#[path = "peers/event.rs"]
mod event;
#[path = "peers/storm.rs"]
mod storm;

use event::{Event, any_event, good_event, lossy_event};
use storm::Storm;

/// What both can always be asked for.
fn check(storm: &Storm) -> Result<(), TestCaseError> {
    let [one, other] = &storm.pair.nodes;
    let others = other.co_signed();
    for (round, state) in one.co_signed() {
        if let Some(same) = others.get(&round) {
            prop_assert_eq!(&state.commitment, &same.commitment, "of one round");
        }
    }
    for node in [one, other] {
        let commitment = node.party.commitment();
        prop_assert!(commitment.pays_its_total());
        prop_assert!(node.party.sure() <= commitment.total);
    }
    Ok(())
}

/// What can be seen of a party, as far as its records tell it. Nothing is left to see where the channel
/// is closed: the ledger does not show any more which forced steps it lost.
fn seen(party: &Party) -> impl PartialEq + std::fmt::Debug + use<> {
    let status = party.status();
    (status != Status::Closed).then(|| {
        (
            party.commitment().clone(),
            party.standing(),
            party.newest().cloned(),
            party.balances(),
            status == Status::Doubtful,
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_both_sign_is_the_same_for_both(events in vec(any_event(), 1..80), slow: [bool; 2]) {
        let mut storm = Storm::new(slow);
        for event in &events {
            storm.happen(event);
            check(&storm)?;
        }
    }

    #[test]
    fn on_a_good_wire_both_end_at_the_same_state(events in vec(any_event(), 1..80), slow: [bool; 2]) {
        let mut storm = Storm::new(slow);
        for event in &events {
            storm.happen(event);
        }
        storm.calm();
        check(&storm)?;
        let [one, other] = &storm.pair.nodes;
        if storm.pair.chain.view().is_none() {
            prop_assert_eq!([one.party.status(), other.party.status()], [Status::Closed; 2]);
            return Ok(());
        }
        prop_assert_eq!(one.party.commitment(), other.party.commitment());
        prop_assert_eq!(one.party.standing(), other.party.standing());
        prop_assert_eq!(one.party.newest(), other.party.newest());
        for node in [one, other] {
            prop_assert_eq!(node.party.status(), Status::Free);
            prop_assert_eq!(node.party.half_signed().count(), 0);
        }
    }

    #[test]
    fn a_step_can_be_agreed_whatever_went_before(events in vec(any_event(), 1..50)) {
        let mut storm = Storm::new([false; 2]);
        for event in &events {
            storm.happen(event);
        }
        storm.calm();
        if storm.pair.chain.view().is_none() {
            return Ok(());
        }
        let before = storm.pair.nodes[0].party.balances();
        storm.pair.node(A).give(Input::Propose(pay(A, 0))).unwrap();
        storm.pair.node(B).give(Input::Propose(pay(B, 0))).unwrap();
        storm.calm();
        storm.pair.assert_same();
        prop_assert_eq!(storm.pair.nodes[0].party.balances(), before);
    }

    /// A user's step is carried out once, however often it had to be proposed.
    #[test]
    fn a_payment_is_made_once(events in vec(good_event(), 1..60), coins in 100..120u64) {
        let mut storm = Storm::new([false; 2]);
        storm.pair.node(A).give(Input::Propose(pay(A, coins))).unwrap();
        for event in &events {
            storm.happen(event);
        }
        storm.calm();
        storm.pair.assert_same();
        let node = &storm.pair.nodes[0];
        let paid = node.co_signed().into_values().filter(|state| {
            let before = storm.payout_before(state);
            before.is_some_and(|before| before[0].0 == state.commitment.payout[0].0 + coins)
        });
        prop_assert!(paid.count() <= 1);
    }

    /// However often it was posted, lost by a fork or beaten, and however often the power failed.
    #[test]
    fn a_forced_payment_is_made_once(
        before in vec(any_event(), 0..20),
        events in vec(any_event(), 1..60),
        coins in 300..320u64,
    ) {
        let mut storm = Storm::new([false; 2]);
        for event in &before {
            storm.happen(event);
        }
        // Where it cannot be forced, it is not made at all.
        let _ = storm.pair.node(A).give(Input::Force(pay(A, coins)));
        for event in &events {
            storm.happen(event);
        }
        storm.calm();
        let positions = storm.pair.positions();
        let mut state = storm.pair.nodes[0].party.commitment();
        let mut paid = 0;
        while let Some(before) = positions.get(&state.prev) {
            let before = &before.commitment;
            paid += u32::from(before.payout[0].0 == state.payout[0].0 + coins);
            state = before;
        }
        prop_assert!(paid <= 1, "{} times", paid);
    }

    /// What is on the disk is enough to go on.
    #[test]
    fn a_restored_party_is_the_same_party(events in vec(any_event(), 1..60), slow: [bool; 2]) {
        let mut storm = Storm::new(slow);
        for event in &events {
            storm.happen(event);
        }
        for side in Side::BOTH {
            let mut before = storm.pair.nodes[side.index()].clone();
            // What was signed is half-signed still, and what was not sent may have been.
            let restored = before.restored(Source::Log);
            let halves: Vec<_> = restored.half_signed().cloned().collect();
            for half in before.party.half_signed() {
                prop_assert!(halves.contains(half), "{:?}", half);
            }
            storm.crash(side);
            // Its signer comes to its end, as that of the restored one does; or too late, where the ledger
            // was looked at first. What was to be accepted is then asked for again.
            let mut late = before.clone();
            late.see(&storm.pair.chain).unwrap();
            while !before.to_sign.is_empty() {
                before.give_signature().unwrap();
            }
            before.see(&storm.pair.chain).unwrap();
            let [in_time, late, restored] =
                [&before.party, &late.party, &storm.pair.nodes[side.index()].party].map(seen);
            if restored != late {
                prop_assert_eq!(restored, in_time);
            }
        }
    }

    /// The party signs nothing that its log does not know, whatever part of the log is left: the rest
    /// was never written, so nothing of it was ever signed.
    #[test]
    fn a_party_restored_from_the_beginning_of_its_log_goes_on(
        events in vec(any_event(), 1..50),
        left: Index,
        side in prop_oneof![Just(A), Just(B)],
        more in vec(any_event(), 1..30),
    ) {
        let mut storm = Storm::new([false; 2]);
        for event in &events {
            storm.happen(event);
        }
        let records = storm.pair.nodes[side.index()].records.clone();
        let records = records[..left.index(records.len() + 1)].to_vec();
        // The peer, and what was signed, stay as they are: so the copy counts as a backup.
        storm.restore(side, Source::Backup { salt: 1 }, records);
        for event in &more {
            storm.happen(event);
        }
        check(&storm)?;
        storm.calm();
        if storm.pair.chain.view().is_some() {
            let [one, other] = &storm.pair.nodes;
            prop_assert_eq!(one.party.commitment(), other.party.commitment());
        }
    }

    /// Where messages are only lost; one that changes places with others may have notes counted anew.
    #[test]
    fn notes_come_in_order_and_once(events in vec(lossy_event(), 1..80)) {
        let mut storm = Storm::new([false; 2]);
        for event in &events {
            storm.happen(event);
        }
        storm.calm();
        for node in &storm.pair.nodes {
            let notes: Vec<&Vec<u8>> = node.reports.iter().filter_map(|report| match report {
                Report::Note(bytes) => Some(bytes),
                _ => None,
            }).collect();
            prop_assert!(notes.is_sorted_by(|one, next| one < next), "{:?}", notes);
        }
    }

    #[test]
    fn coins_are_neither_made_nor_lost(events in vec(any_event(), 1..60)) {
        let mut storm = Storm::new([false; 2]);
        for event in &events {
            storm.happen(event);
        }
        if let Some(view) = storm.pair.chain.view() {
            let [one, other] = view.tip.payout;
            prop_assert_eq!(Amount(one.0 + other.0), view.tip.total);
        }
    }
}

/// Both wait for the end of their own, and then go on.
#[test]
fn crossed_deposits_end_and_steps_go_on() {
    let mut storm = Storm::new([false; 2]);
    for side in Side::BOTH {
        storm.happen(&Event::Deposit(side));
    }
    storm.calm();
    storm.pair.assert_same();
    storm.pair.agree(A, pay(A, 1));
}

/// A forced payment is lost by a fork and forced again. The peer signs late what was proposed on the lost
/// one: the payment is in that, and is not made once more, though the power failed meanwhile.
#[test]
fn a_restarted_party_knows_what_was_lost_below_a_late_signature() {
    let mut storm = Storm::new([false; 2]);
    storm.happen(&Event::Force(A, 200));
    for event in [
        Event::Mine,
        Event::Propose(A, 0),
        Event::Deliver(B, None),
        Event::Fork(1),
        Event::See(A),
        Event::Block,
        Event::Answer(B, true),
        Event::See(A),
    ] {
        storm.happen(&event);
    }
    let before = storm.pair.nodes[0].party.balances()[0];
    storm.calm();
    storm.pair.assert_same();
    assert_eq!(storm.pair.nodes[0].party.balances()[0], before);
}

/// A party that lost its log meets a deposit that the ledger has just taken. A fork loses the deposit: the
/// party must not have built on it, and asks its peer what both signed last before it.
#[test]
fn a_restored_party_does_not_build_on_a_deposit_that_can_be_lost() {
    let mut storm = Storm::new([false; 2]);
    storm.happen(&Event::Deposit(A));
    storm.happen(&Event::Exchange);
    // Its signature is there, its post is not.
    storm.happen(&Event::Fork(1));
    storm.restore(B, Source::Backup { salt: 1 }, Vec::new());
    for event in [
        Event::Mine,
        Event::Deliver(A, None),
        Event::Deliver(B, None),
        Event::Fork(1),
        Event::Block,
    ] {
        storm.happen(&event);
    }
    storm.calm();
    storm.pair.assert_same();
    storm.pair.agree(B, pay(B, 1));
}
