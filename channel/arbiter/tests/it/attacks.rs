//! What somebody might try, and what becomes of it. Each attack is a test of its own, under its name.

use twinroot_abi::{Amount, Round};
use twinroot_arbiter::{Effect, Phase, Refutation, Rejected};
use twinroot_rules::{FORCED_STEPS, Refused};
use twinroot_types::Tag;
use twinroot_wire::{
    Action, CoSigned, Direction, Operation, SignatureError, SignedFunding, Standing,
};

use crate::world::{A, B, C, LOCK, SIDES, World, both, co_signed, key, signed_close, transfer};

/// A channel with two payments that the ledger does not know of.
fn channel() -> World {
    let mut world = World::open();
    assert!(world.agree(A, transfer(A, 10)));
    assert!(world.agree(B, transfer(B, 20)));
    world
}

fn fund(world: &mut World, direction: Direction, side: usize, amount: u64) -> SignedFunding {
    world.agree_to_fund(direction, side, amount, 90).unwrap()
}

fn stale(known: u64, posted: u64) -> Rejected {
    Rejected::Stale {
        known: Round(known),
        posted: Round(posted),
    }
}

fn bad_signature() -> Rejected {
    let side = SIDES[A];
    Rejected::PartySignature(SignatureError::Bad { side })
}

/// docs/spec/arbiter.md, 4.5: its round is known once it is in.
#[test]
fn a_deposit_cannot_be_replayed() {
    let mut world = channel();
    let deposit = fund(&mut world, Direction::Deposit, B, 100);
    world.must(A, Action::Fund(deposit.clone()));
    let replayed = Action::Fund(deposit);
    // What is locked is another number now.
    let rejected = world.post(A, replayed.clone()).unwrap_err();
    assert!(matches!(rejected, Rejected::Payout { .. }), "{rejected:?}");
    // And where the number is the same again, the round is not.
    let back = fund(&mut world, Direction::Withdraw, B, 100);
    world.must(A, Action::Fund(back));
    assert_eq!(world.channel().locked(), Amount(2_000));
    assert_eq!(world.post(A, replayed), Err(stale(4, 3)));
}

/// docs/spec/arbiter.md, 4.5.
#[test]
fn a_withdrawal_cannot_be_replayed() {
    let mut world = channel();
    let withdrawal = fund(&mut world, Direction::Withdraw, B, 100);
    world.must(B, Action::Fund(withdrawal.clone()));
    let replayed = Action::Fund(withdrawal);
    let rejected = world.post(B, replayed.clone()).unwrap_err();
    assert!(matches!(rejected, Rejected::Payout { .. }), "{rejected:?}");
    let again = fund(&mut world, Direction::Deposit, A, 100);
    world.must(A, Action::Fund(again));
    assert_eq!(world.post(B, replayed), Err(stale(4, 3)));
}

/// docs/spec/arbiter.md, 4.5: the step was forced after the withdrawal was signed, which knows
/// nothing of it.
#[test]
fn a_withdrawal_cannot_undo_a_forced_step() {
    for direction in [Direction::Withdraw, Direction::Deposit] {
        let mut world = channel();
        let funding = fund(&mut world, direction, A, 100);
        let step = world.force(B, Some(world.state(2)), transfer(B, 500));
        world.must(B, Action::Force(step));
        assert_eq!(world.post(A, Action::Fund(funding)), Err(stale(2, 2)));
        assert_eq!(world.channel().standing.forced, 1);
        // Both can sign another one, which rests on the step.
        let funding = fund(&mut world, direction, A, 100);
        world.must(A, Action::Fund(funding));
        let tip = world.channel().tip.clone();
        assert_eq!(tip.payout[B], Amount(1_000 - 10 - 500));
    }
}

/// docs/spec/arbiter.md, 3.1.
#[test]
fn an_old_state_with_the_old_total_cannot_follow_a_deposit() {
    let mut world = channel();
    let deposit = fund(&mut world, Direction::Deposit, A, 100);
    world.must(A, Action::Fund(deposit));
    let locked = Amount(2_100);
    let mut above = world.state(2).commitment;
    for round in [1, 2, 3, 4, 99] {
        above.round = Round(round);
        let (channel, state) = (world.id(), co_signed(&above));
        let payout = above.payout;
        let wrong = Rejected::Payout { locked, payout };
        let snapshot = Action::Snapshot {
            channel,
            state: state.clone(),
        };
        assert_eq!(world.post(B, snapshot), Err(wrong.clone()));
        let mut closing = world.clone();
        closing.must(A, world.solo(None));
        let slash = Action::Slash { channel, state };
        assert_eq!(closing.post(B, slash), Err(wrong));
    }
}

/// docs/spec/arbiter.md, 3.1 and 3.2.
#[test]
fn an_old_state_cannot_come_back_once_a_withdrawal_restores_its_total() {
    let mut world = channel();
    for direction in [Direction::Deposit, Direction::Withdraw] {
        let funding = fund(&mut world, direction, A, 100);
        world.must(A, Action::Fund(funding));
    }
    assert_eq!(world.channel().locked(), Amount(2_000));
    for round in [1, 2] {
        let solo = world.solo(Some(round));
        assert_eq!(world.post(B, solo), Err(stale(4, round)));
    }
}

/// docs/spec/arbiter.md, 4.7: both signed the very commitment, but as a state, not as a deposit.
#[test]
fn a_commitment_cannot_pass_for_a_funding() {
    let mut world = channel();
    let mut signed = fund(&mut world, Direction::Deposit, A, 100);
    signed.signatures = co_signed(&signed.funding.commitment).signatures;
    assert_eq!(
        world.post(A, Action::Fund(signed.clone())),
        Err(bad_signature())
    );
    for tag in Tag::ALL.iter().filter(|tag| **tag != Tag::FUNDING) {
        signed.signatures = both(*tag, &signed.funding.signed_bytes());
        assert_eq!(
            world.post(A, Action::Fund(signed.clone())),
            Err(bad_signature())
        );
    }
}

/// docs/spec/arbiter.md, 4.7: as a state it counts only once the coins have moved.
#[test]
fn a_funding_cannot_pass_for_a_commitment() {
    let mut world = channel();
    // Of 0 coins, so that the total alone does not give it away.
    let signed = fund(&mut world, Direction::Deposit, A, 0);
    let state = CoSigned {
        commitment: signed.funding.commitment.clone(),
        signatures: signed.signatures,
    };
    let channel = world.id();
    let snapshot = Action::Snapshot {
        channel,
        state: state.clone(),
    };
    assert_eq!(world.post(A, snapshot), Err(bad_signature()));
    let state = Some(state);
    assert_eq!(
        world.post(A, Action::CloseSolo { channel, state }),
        Err(bad_signature())
    );
}

/// docs/spec/arbiter.md, 4.5: what the funding says of itself has to agree with what is locked.
#[test]
fn a_deposit_cannot_lock_more_than_it_brings() {
    let mut world = channel();
    let signed = fund(&mut world, Direction::Deposit, A, 100);
    for (amount, total) in [(1, 2_100), (100, 2_101), (0, 2_100)] {
        let mut funding = signed.funding.clone();
        funding.amount = Amount(amount);
        funding.commitment.total = Amount(total);
        let extra = total - 2_100;
        funding.commitment.payout[A].0 += extra;
        let signed = crate::world::signed_funding(funding);
        let rejected = world.post(A, Action::Fund(signed)).unwrap_err();
        assert!(matches!(rejected, Rejected::Payout { .. }), "{rejected:?}");
    }
}

/// docs/spec/arbiter.md, 4.5: the other side's signature is not for anyone to replace.
#[test]
fn one_party_alone_cannot_withdraw() {
    let mut world = channel();
    let mut signed = fund(&mut world, Direction::Withdraw, A, 900);
    signed.signatures[B] = signed.signatures[A];
    let side = SIDES[B];
    let bad = Rejected::PartySignature(SignatureError::Bad { side });
    assert_eq!(world.post(A, Action::Fund(signed)), Err(bad));
}

/// docs/spec/channel.md, 3: both have to sign what moves coins over the edge of a channel.
#[test]
fn coins_cannot_be_forced_over_the_edge_of_a_channel() {
    let coins = twinroot_wire::Move {
        side: SIDES[B],
        amount: Amount(1),
        expiry: twinroot_abi::Height(9),
    };
    for operation in [Operation::Deposit(coins), Operation::Withdraw(coins)] {
        let mut world = channel();
        let mut step = world.force(B, Some(world.state(2)), transfer(B, 1));
        step.update.operations = vec![operation];
        let effect = world.must(B, Action::Force(step)).effect;
        assert!(
            matches!(
                effect,
                Effect::Refuted {
                    refutation: Refutation::Refused(Refused::Funding { operation: 0 }),
                    ..
                }
            ),
            "{effect:?}"
        );
    }
}

/// docs/spec/arbiter.md, 4.8: while a channel is being closed, nothing moves what is locked.
#[test]
fn a_funding_cannot_slip_into_a_close() {
    for direction in [Direction::Deposit, Direction::Withdraw] {
        let mut world = channel();
        let funding = fund(&mut world, direction, A, 100);
        world.must(B, world.solo(Some(2)));
        let funding = Action::Fund(funding);
        for _ in 0..=LOCK {
            let closing = Err(Rejected::AlreadyClosing);
            assert_eq!(world.post(A, funding.clone()), closing);
            world.advance(1);
        }
        world.must(C, world.settle());
        let none = Err(Rejected::NoChannel(world.id()));
        assert_eq!(world.post(A, funding), none);
    }
}

/// docs/spec/arbiter.md, 6.1: a close that was agreed on before coins moved pays out what is there no
/// more, or names a state that is not the newest.
#[test]
fn a_mutual_close_cannot_undo_a_funding() {
    let mut world = channel();
    let close = signed_close(world.mutual(90));
    let deposit = fund(&mut world, Direction::Deposit, A, 100);
    world.must(A, Action::Fund(deposit));
    let rejected = world.post(B, close.clone()).unwrap_err();
    assert!(matches!(rejected, Rejected::Payout { .. }), "{rejected:?}");
    let back = fund(&mut world, Direction::Withdraw, B, 100);
    world.must(B, Action::Fund(back));
    assert_eq!(world.post(B, close), Err(stale(4, 2)));
}

/// docs/spec/arbiter.md, 3.5: it is no way to win time or to begin a close.
#[test]
fn a_snapshot_takes_no_time() {
    let mut world = channel();
    world.must(C, world.snapshot(1));
    assert_eq!(world.channel().phase, Phase::Open);
    assert_eq!(world.post(C, world.settle()), Err(Rejected::NotClosing));
    world.must(B, world.solo(None));
    let until = world.until();
    let snapshot = world.snapshot(2);
    assert_eq!(world.post(A, snapshot), Err(Rejected::AlreadyClosing));
    assert_eq!(world.until(), until);
}

/// docs/spec/arbiter.md, 3.2: of two states of one round the first one posted stands.
#[test]
fn a_second_state_of_a_round_cannot_replace_the_first() {
    let mut world = channel();
    world.must(B, world.snapshot(2));
    let mut other = world.state(2).commitment;
    other.payout = [Amount(2_000), Amount(0)];
    let (channel, state) = (world.id(), co_signed(&other));
    let snapshot = Action::Snapshot { channel, state };
    assert_eq!(world.post(A, snapshot), Err(stale(2, 2)));
}

/// docs/spec/arbiter.md, 3.2: the base is known to everyone, so it is no answer to what was forced on
/// it, in whatever transaction it comes.
#[test]
fn a_forced_step_is_not_swept_away_by_its_base() {
    let mut world = channel();
    let step = world.force(B, Some(world.state(2)), transfer(B, 1));
    world.must(B, Action::Force(step));
    let forced = world.channel().tip.clone();
    let mut closing = world.clone();
    closing.must(A, world.solo(None));
    let again = world.force(A, Some(world.state(2)), transfer(A, 1));
    for (world, action) in [
        (&mut world, Action::Force(again)),
        (
            &mut closing,
            Action::Slash {
                channel: forced.channel,
                state: co_signed(&forced),
            },
        ),
    ] {
        assert_eq!(world.post(A, action), Err(stale(2, 2)));
    }
    for action in [world.snapshot(2), world.solo(Some(2))] {
        assert_eq!(world.post(A, action), Err(stale(2, 2)));
    }
    assert_eq!(closing.post(A, closing.slash(2)), Err(stale(2, 2)));
    assert_eq!(world.channel().tip, forced);
}

/// docs/spec/arbiter.md, 5.6: both force as often and as late as they can, and somebody has a newer
/// state each time that they are done.
#[test]
fn endless_forced_steps_end() {
    let mut world = channel();
    let start = world.ledger.block().height.0;
    world.must(B, world.solo(None));
    for answer in [None, Some(1), Some(2)] {
        if let Some(round) = answer {
            world.must(C, world.slash(round));
        }
        for who in [A, B] {
            for _ in 0..FORCED_STEPS {
                world.advance(LOCK - 1);
                let step = world.force(who, None, transfer(who, 1));
                world.must(who, Action::Force(step));
            }
            world.advance(LOCK - 1);
            let step = world.force(who, None, transfer(who, 1));
            let limit = FORCED_STEPS;
            let none = Err(Rejected::NoStepsLeft { limit });
            assert_eq!(world.post(who, Action::Force(step)), none);
            world.advance(1);
        }
    }
    // A window for the close, and one for each answer and each forced step.
    let windows = 1 + 2 + 3 * 2 * u64::from(FORCED_STEPS);
    assert!(world.ledger.block().height.0 <= start + windows * LOCK + 6);
    world.must(C, world.settle());
}

/// docs/spec/arbiter.md, 2.4: closing at an old state costs the fee of the answer, and no more.
#[test]
fn an_old_backup_costs_one_fee() {
    let mut world = channel();
    let newest = world.state(2).commitment.payout;
    world.must(A, world.solo(Some(1)));
    let fee = world.must(B, world.slash(2)).fee;
    world.advance(LOCK);
    let coins = [A, B].map(|who| world.ledger.account(key(who)).coins.0);
    world.must(C, world.settle());
    let got = [A, B].map(|who| world.ledger.account(key(who)).coins.0 - coins[who]);
    assert_eq!(got, [newest[A].0 - fee.0, newest[B].0 + fee.0]);
}

/// docs/spec/arbiter.md, 6.3 and 3.2: what both signed last is the last word, whatever was forced below.
#[test]
fn steps_forced_on_an_old_state_do_not_hold_against_the_newest() {
    let mut world = channel();
    let mut base = Some(world.state(1));
    for _ in 0..3 {
        let step = world.force(B, base.take(), transfer(B, 1));
        world.must(B, Action::Force(step));
    }
    world.must(B, world.solo(None));
    world.must(C, world.slash(2));
    assert_eq!(world.channel().tip, world.state(2).commitment);
    assert_eq!(world.channel().standing, Standing::co_signed(Round(2)));
}

/// docs/spec/arbiter.md, 5.5: a refuted step brings nothing along, its base included.
#[test]
fn a_refuted_step_cannot_smuggle_a_state_in() {
    let mut world = channel();
    let before = world.channel().clone();
    let mut step = world.force(B, Some(world.state(2)), transfer(B, 1));
    step.predicted.0[0] ^= 1;
    let effect = world.must(B, Action::Force(step)).effect;
    assert!(matches!(effect, Effect::Refuted { .. }));
    let after = world.channel();
    assert_eq!(
        (&after.tip, after.standing, &after.ground),
        (&before.tip, before.standing, &before.ground)
    );
}
