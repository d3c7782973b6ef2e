//! The life of a channel on the ledger, step by step.

use twinroot_abi::{Amount, Height, Round, TimeMs};
use twinroot_arbiter::{Effect, Phase, Refutation, Rejected};
use twinroot_exec::Outcome;
use twinroot_rules::{FORCE_WINDOW, FORCED_STEPS, Refused};
use twinroot_state::WitnessError;
use twinroot_wire::{Action, Force, Standing};

use crate::toy::Line;
use crate::world::{A, B, C, COINS, LOCK, World, create, key, signed_close, transfer};

/// A channel with a funded contract at round 2 and two payments above, of which the ledger knows
/// nothing.
fn with_contract() -> World {
    let mut world = World::open();
    assert!(world.agree(A, create(0)));
    let funding = world.call(400, &[]);
    assert!(world.agree(A, funding));
    assert!(world.agree(A, transfer(A, 10)));
    assert!(world.agree(B, transfer(B, 20)));
    world
}

fn refuted(world: &mut World, who: usize, force: Force) -> Refutation {
    match world.must(who, Action::Force(force)).effect {
        Effect::Refuted { refutation, .. } => refutation,
        other => unreachable!("it was not refuted: {other:?}"),
    }
}

fn standing(round: u64, forced: u32) -> Standing {
    let round = Round(round);
    Standing { round, forced }
}

/// docs/spec/arbiter.md, 4.2.
#[test]
fn opening_locks_the_deposits() {
    let mut world = World::before_open();
    let receipt = world.must(A, world.opening());
    let channel = world.id();
    assert_eq!(receipt.effect, Effect::Opened { channel });
    let left = COINS - 1_000;
    assert_eq!(world.ledger.account(key(B)).coins, Amount(left));
    assert_eq!(
        world.ledger.account(key(A)).coins,
        Amount(left - receipt.fee.0)
    );
    assert_eq!(world.channel().locked(), Amount(2_000));
    assert_eq!(world.channel().tip, world.newest.commitment);
}

/// docs/spec/arbiter.md, 6.1 and 6.5.
#[test]
fn a_mutual_close_pays_at_once_even_while_closing() {
    for closing in [false, true] {
        let mut world = with_contract();
        if closing {
            world.must(B, world.solo(Some(4)));
        }
        let close = signed_close(world.mutual(0));
        let receipt = world.must(C, close);
        let payout = world.newest.commitment.payout;
        let channel = world.id();
        let repaid = None;
        assert_eq!(
            receipt.effect,
            Effect::Closed {
                channel,
                payout,
                repaid
            }
        );
        assert!(world.ledger.channel(channel).is_none());
    }
}

#[test]
fn a_solo_close_settles_after_the_lock() {
    let mut world = with_contract();
    world.must(B, world.solo(Some(4)));
    let before = world.ledger.account(key(A)).coins;
    let (at, hold) = (Height(LOCK), Height(0));
    for _ in 0..LOCK {
        let early = Rejected::TooEarly {
            at,
            until: at,
            hold,
        };
        assert_eq!(world.post(C, world.settle()), Err(early));
        world.advance(1);
    }
    world.must(C, world.settle());
    let [share, _] = world.newest.commitment.payout;
    assert_eq!(
        world.ledger.account(key(A)).coins,
        Amount(before.0 + share.0)
    );
}

/// docs/spec/arbiter.md, 5.7 and 6.4.
#[test]
fn a_channel_settles_after_its_holds() {
    let mut world = World::open();
    assert!(world.agree(A, create(LOCK + 7)));
    let funding = world.call(400, &[]);
    assert!(world.agree(A, funding));
    world.must(A, world.solo(Some(2)));
    world.advance(LOCK + 6);
    let (hold, until) = (Height(LOCK + 7), Height(LOCK));
    let early = Rejected::TooEarly {
        at: hold,
        until,
        hold,
    };
    assert_eq!(world.post(B, world.settle()), Err(early));
    let step = world.force(B, None, world.call(0, &[Line::Store(0, 1)]));
    assert!(
        matches!(
            world.clone().must(B, Action::Force(step)).effect,
            Effect::Forced { .. }
        ),
        "forced calls count until then"
    );
    world.advance(1);
    world.must(B, world.settle());
}

#[test]
fn a_newer_state_answers_a_close_and_an_older_or_equal_one_does_not() {
    let mut world = with_contract();
    world.must(B, world.solo(Some(2)));
    for posted in [1, 2] {
        let stale = Rejected::Stale {
            known: Round(2),
            posted: Round(posted),
        };
        assert_eq!(world.post(A, world.slash(posted)), Err(stale));
    }
    world.must(A, world.slash(4));
    assert_eq!(world.channel().tip, world.newest.commitment);
}

#[test]
fn every_answer_leaves_a_full_window_whoever_posts_it() {
    let mut world = with_contract();
    world.must(B, world.solo(None));
    for (round, who) in [(1, A), (2, A), (3, C), (4, B)] {
        world.advance(2);
        let now = world.ledger.block().height.0;
        world.must(who, world.slash(round));
        assert_eq!(world.until(), now + LOCK);
    }
}

#[test]
fn an_answer_still_counts_after_the_lock_until_somebody_settles() {
    let mut world = with_contract();
    world.must(B, world.solo(Some(1)));
    world.advance(LOCK + 3);
    world.must(A, world.slash(4));
    assert_eq!(world.until(), LOCK + 3 + LOCK);
}

#[test]
fn a_forced_step_is_carried_out_and_extends_a_close() {
    let mut world = with_contract();
    let step = world.force(
        B,
        Some(world.state(4)),
        world.call(5, &[Line::Pay(twinroot_abi::Side::Initiator, 100)]),
    );
    world.must(B, Action::Force(step));
    assert_eq!(world.channel().standing, standing(4, 1));
    assert_eq!(world.channel().phase, Phase::Open);
    assert_eq!(world.channel().tip, world.newest.commitment);
    world.must(A, world.solo(None));
    world.advance(3);
    let step = world.force(B, None, transfer(B, 1));
    world.must(B, Action::Force(step));
    assert_eq!(world.until(), 3 + LOCK);
    assert_eq!(world.channel().standing, standing(4, 2));
}

#[test]
fn a_co_signed_round_above_the_base_beats_steps_forced_on_it() {
    let mut world = with_contract();
    for _ in 0..3 {
        let base = (world.channel().standing == Standing::default()).then(|| world.state(3));
        let step = world.force(B, base, transfer(B, 1));
        world.must(B, Action::Force(step));
    }
    assert_eq!(world.channel().standing, standing(3, 3));
    world.must(B, world.solo(None));
    world.must(A, world.slash(4));
    assert_eq!(world.channel().tip, world.state(4).commitment);
    assert_eq!(world.channel().standing, standing(4, 0));
}

#[test]
fn the_base_itself_never_beats_steps_forced_on_it() {
    let mut world = with_contract();
    let step = world.force(B, Some(world.state(4)), transfer(B, 1));
    world.must(B, Action::Force(step));
    let stale = Rejected::Stale {
        known: Round(4),
        posted: Round(4),
    };
    assert_eq!(world.post(A, world.solo(Some(4))), Err(stale.clone()));
    world.must(A, world.solo(None));
    assert_eq!(world.post(A, world.slash(4)), Err(stale.clone()));
    let again = world.force(A, Some(world.state(4)), transfer(A, 1));
    assert_eq!(world.post(A, Action::Force(again)), Err(stale));
}

#[test]
fn while_closing_each_side_has_so_many_forced_steps_on_a_base() {
    let mut world = with_contract();
    world.must(B, world.solo(Some(1)));
    let none = Rejected::NoStepsLeft {
        limit: FORCED_STEPS,
    };
    for who in [A, B] {
        for _ in 0..FORCED_STEPS {
            let step = world.force(who, None, transfer(who, 1));
            world.must(who, Action::Force(step));
        }
        let step = world.force(who, None, transfer(who, 1));
        assert_eq!(world.post(who, Action::Force(step)), Err(none.clone()));
    }
    for (who, base) in [(A, None), (B, Some(world.state(3)))] {
        if base.is_none() {
            world.must(C, world.slash(2));
        }
        for step in 0..FORCED_STEPS {
            let base = base.clone().filter(|_| step == 0);
            let step = world.force(who, base, transfer(who, 1));
            world.must(who, Action::Force(step));
        }
        let step = world.force(who, None, transfer(who, 1));
        assert_eq!(
            world.post(who, Action::Force(step)),
            Err(none.clone()),
            "a newer base begins the count again"
        );
    }
}

#[test]
fn steps_that_fail_are_not_counted() {
    let mut world = with_contract();
    world.must(B, world.solo(Some(4)));
    for _ in 0..=FORCED_STEPS {
        let mut step = world.force(B, None, transfer(B, 1));
        step.predicted.0[0] ^= 1;
        refuted(&mut world, B, step);
    }
    let step = world.force(B, None, transfer(B, 1));
    world.must(B, Action::Force(step));
}

#[test]
fn while_a_channel_is_open_forced_steps_are_not_counted() {
    let mut world = with_contract();
    for _ in 0..=FORCED_STEPS {
        let step = world.force(B, None, transfer(B, 1));
        world.must(B, Action::Force(step));
    }
    world.must(A, world.solo(None));
    for _ in 0..FORCED_STEPS {
        let step = world.force(B, None, transfer(B, 1));
        world.must(B, Action::Force(step));
    }
}

#[test]
fn a_step_forced_after_a_close_was_signed_makes_it_stale() {
    let mut world = with_contract();
    let close = signed_close(world.mutual(50));
    let step = world.force(B, Some(world.state(4)), transfer(B, 1));
    world.must(B, Action::Force(step));
    let stale = Rejected::Stale {
        known: Round(4),
        posted: Round(4),
    };
    assert_eq!(world.post(B, close), Err(stale));
    let close = signed_close(world.mutual(50));
    world.must(B, close);
}

#[test]
fn a_call_that_does_not_succeed_is_refuted() {
    let mut world = with_contract();
    world.must(A, world.solo(Some(4)));
    world.advance(1);
    // The witness is that of a call which touches the same and succeeds.
    let mut step = world.force(B, None, world.call(0, &[Line::Read(0)]));
    step.update.operations = world.call(0, &[Line::Read(0), Line::Revert(7)]);
    match refuted(&mut world, B, step) {
        Refutation::Refused(Refused::Failed {
            operation: 0,
            receipt,
        }) => {
            assert_eq!(receipt.outcome, Outcome::Revert(7));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(world.until(), LOCK, "no time is won by it");
}

#[test]
fn a_wrong_prediction_is_refuted() {
    let mut world = with_contract();
    let mut step = world.force(B, Some(world.state(4)), transfer(B, 1));
    let reached = step.predicted;
    step.predicted.0[0] ^= 1;
    let predicted = step.predicted;
    assert_eq!(
        refuted(&mut world, B, step),
        Refutation::Root { predicted, reached }
    );
    assert_eq!(
        world.channel().standing,
        Standing::default(),
        "its base is not taken over either"
    );
}

#[test]
fn a_witness_that_shows_too_much_is_refuted() {
    let mut world = with_contract();
    let base = Some(world.state(4));
    let more = world.force(B, base.clone(), world.call(0, &[Line::Read(0)]));
    let mut step = world.force(B, base, transfer(B, 1));
    step.witness = more.witness;
    assert_eq!(
        refuted(&mut world, B, step),
        Refutation::Witness(WitnessError::Surplus)
    );
}

#[test]
fn a_witness_that_shows_too_little_is_refuted() {
    let mut world = with_contract();
    let base = Some(world.state(4));
    let less = world.force(B, base.clone(), transfer(B, 1));
    let mut step = world.force(B, base, world.call(0, &[]));
    step.witness = less.witness;
    assert!(matches!(
        refuted(&mut world, B, step),
        Refutation::Refused(_)
    ));
}

#[test]
fn a_step_that_takes_the_others_coins_is_refuted() {
    let mut world = with_contract();
    let lawful = world.force(B, None, transfer(B, 1));
    let mut step = world.force(B, None, transfer(A, 1));
    step.witness = lawful.witness;
    let refutation = refuted(&mut world, B, step);
    assert!(
        matches!(
            refutation,
            Refutation::Refused(Refused::OthersCoins { operation: 0, .. })
        ),
        "{refutation:?}"
    );
}

#[test]
fn a_step_on_another_state_than_the_tip_is_refuted() {
    let mut world = with_contract();
    let mut step = world.force(B, None, transfer(B, 1));
    step.update.base.0[0] ^= 1;
    assert_eq!(
        refuted(&mut world, B, step),
        Refutation::Refused(Refused::Base)
    );
}

#[test]
fn a_pinned_block_counts_for_the_force_window() {
    let mut world = with_contract();
    let step = world.force(B, None, transfer(B, 1));
    world.advance(FORCE_WINDOW);
    let late = world.clone();
    world.must(B, Action::Force(step.clone()));
    let mut world = late;
    world.advance(1);
    assert_eq!(
        world.post(B, Action::Force(step)),
        Err(Rejected::PinnedBlock)
    );
}

#[test]
fn time_never_falls_and_heights_rise_by_one() {
    let mut world = World::open();
    let before = world.ledger.block();
    world.ledger.advance(TimeMs(0));
    let after = world.ledger.block();
    assert_eq!(
        (after.time, after.height),
        (before.time, Height(before.height.0 + 1))
    );
    assert_ne!(after.block, before.block);
}
