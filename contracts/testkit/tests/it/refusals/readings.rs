//! Which readings make a claim, and how often.

use twinroot_abi::REVERT_STORAGE;
use twinroot_arbiter::Rejected;
use twinroot_exec::Outcome;
use twinroot_feed::{BundleError, FeedError};
use twinroot_testkit::World;
use twinroot_wire::{Action, Operation};

use super::insurance::{COVER, Insurance, PERIODS};
use super::paths::{goes_through, honest, outcome, refused_everywhere};
use super::sale::broken_rule;
use super::world::{ALICE, BOB, DEPOSITS, rejected_action, would_be_included};

/// What the insurance says to a second claim.
const ALREADY_CLAIMED: Outcome = Outcome::Revert(REVERT_STORAGE);

fn rule(world: &mut World, claim: Operation) -> FeedError {
    broken_rule(&refused_everywhere(world, ALICE, vec![claim]))
}

fn paid() -> [u64; 2] {
    [DEPOSITS[0].0 + COVER.0, DEPOSITS[1].0 - COVER.0]
}

#[test]
fn twelve_readings_in_a_row_are_paid() {
    let mut insurance = Insurance::ready();
    let readings = insurance.warm(0, 12);
    let claim = insurance.claim(readings);
    let step = goes_through(&mut insurance.world, ALICE, vec![claim]);
    assert_eq!(step.channel.map(|coins| coins.0), paid());
}

#[test]
fn readings_with_a_gap_are_no_run() {
    let mut insurance = Insurance::ready();
    let mut readings = insurance.warm(0, 13);
    readings.remove(5);
    let claim = insurance.claim(readings);
    assert_eq!(rule(&mut insurance.world, claim), BundleError::Gap.into());
}

#[test]
fn readings_out_of_order_are_no_run() {
    let mut insurance = Insurance::ready();
    let mut readings = insurance.warm(0, 12);
    readings.swap(4, 5);
    let claim = insurance.claim(readings);
    assert_eq!(rule(&mut insurance.world, claim), BundleError::Gap.into());
}

#[test]
fn a_reading_one_period_before_the_window_does_not_count() {
    let mut insurance = Insurance::ready();
    let readings = insurance.warm(-1, 13);
    let early = insurance.claim(readings[..12].to_vec());
    assert_eq!(
        rule(&mut insurance.world, early),
        BundleError::OutOfWindow.into()
    );
    let inside = insurance.claim(readings[1..].to_vec());
    goes_through(&mut insurance.world, ALICE, vec![inside]);
}

#[test]
fn a_reading_one_period_after_the_window_does_not_count() {
    let mut insurance = Insurance::ready();
    let last = i64::try_from(PERIODS).unwrap();
    let readings = insurance.warm(last - 11, 13);
    let late = insurance.claim(readings[1..].to_vec());
    assert_eq!(
        rule(&mut insurance.world, late),
        BundleError::OutOfWindow.into()
    );
    let inside = insurance.claim(readings[..12].to_vec());
    goes_through(&mut insurance.world, ALICE, vec![inside]);
}

#[test]
fn a_breach_is_paid_once() {
    let mut insurance = Insurance::ready();
    let readings = insurance.warm(0, 24);
    let claim = insurance.claim(readings[..12].to_vec());
    insurance.world.agree(ALICE, vec![claim.clone()]).unwrap();
    let other_breach = insurance.claim(readings[12..].to_vec());
    for again in [claim, other_breach] {
        let refused = refused_everywhere(&mut insurance.world, ALICE, vec![again]);
        assert_eq!(outcome(&refused), ALREADY_CLAIMED);
    }
    let balances = insurance.world.party(BOB).unwrap().balances();
    assert_eq!(balances.map(|coins| coins.0), paid());
}

#[test]
fn a_breach_that_was_paid_by_force_is_paid_once_too() {
    let mut insurance = Insurance::ready();
    let readings = insurance.warm(0, 12);
    let claim = insurance.claim(readings);
    insurance.world.force(ALICE, vec![claim.clone()]).unwrap();
    let refused = refused_everywhere(&mut insurance.world, ALICE, vec![claim]);
    assert_eq!(outcome(&refused), ALREADY_CLAIMED);
    let balances = insurance.world.party(BOB).unwrap().balances();
    assert_eq!(balances.map(|coins| coins.0), paid());
}

#[test]
fn a_claim_that_was_forced_cannot_be_posted_again() {
    let mut insurance = Insurance::ready();
    let readings = insurance.warm(0, 12);
    let claim = insurance.claim(readings);
    let (force, _, _) = honest(&insurance.world, ALICE, vec![claim.clone()]);
    would_be_included(&insurance.world, ALICE, Action::Force(force.clone()));
    insurance.world.force(ALICE, vec![claim]).unwrap();
    let why = rejected_action(&mut insurance.world, ALICE, Action::Force(force));
    let round = insurance.world.position().unwrap().commitment.round;
    assert_eq!(
        why,
        Rejected::Stale {
            known: round,
            posted: round
        },
        "the co-signed base never beats the step that was forced on it"
    );
}
