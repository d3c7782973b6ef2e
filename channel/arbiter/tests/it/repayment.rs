//! Who began a close repays the newest answer to it (docs/spec/arbiter.md, 6.6 to 6.8).

use twinroot_abi::{Amount, ChainId, ChannelId, Hash, Height, Root, Round, TimeMs};
use twinroot_arbiter::{Debt, Effect, Phase, Receipt, Repaid};
use twinroot_exec::Env;
use twinroot_rules::Fees;
use twinroot_wire::{Action, Commitment, Transaction};

use crate::world::{A, B, C, LOCK, SIDES, World, co_signed, key, secret, signed_close, transfer};

/// A channel with four payments above its terms, at which `closer` closes it.
fn closed_by(closer: usize) -> World {
    let mut world = World::open();
    for payer in [A, B, A, A] {
        assert!(world.agree(payer, transfer(payer, 10)));
    }
    world.must(closer, world.solo(None));
    world
}

fn debt(world: &World) -> Option<Debt> {
    match world.channel().phase {
        Phase::Open => None,
        Phase::Closing { debt, .. } => debt,
    }
}

fn owed(to: usize, receipt: &Receipt) -> Option<Debt> {
    let (to, amount) = (key(to), receipt.fee);
    Some(Debt { to, amount })
}

/// Settles, and gives what each account got by it. The fee of settling is a stranger's.
fn settled(mut world: World) -> (Effect, [u64; 3]) {
    world.advance(LOCK);
    let coins = |world: &World| [A, B, C].map(|who| world.ledger.account(key(who)).coins.0);
    let before = coins(&world);
    let receipt = world.must(C, world.settle());
    let mut got = coins(&world);
    got[C] += receipt.fee.0;
    (receipt.effect, [A, B, C].map(|who| got[who] - before[who]))
}

/// docs/spec/arbiter.md, 6.6 and 6.7.
#[test]
fn who_closed_repays_who_answered() {
    for closer in [A, B] {
        for slasher in [1 - closer, C] {
            let mut world = closed_by(closer);
            let receipt = world.must(slasher, world.slash(4));
            assert_eq!(debt(&world), owed(slasher, &receipt));
            let full = world.channel().tip.payout.map(|coins| coins.0);
            let (channel, fee) = (world.id(), receipt.fee.0);
            let (effect, got) = settled(world);
            let mut payout = full;
            payout[closer] -= fee;
            let repaid = Some(Repaid {
                by: SIDES[closer],
                to: key(slasher),
                amount: Amount(fee),
            });
            let expected = Effect::Closed {
                channel,
                payout: payout.map(Amount),
                repaid,
            };
            assert_eq!(effect, expected);
            let mut paid = [payout[A], payout[B], 0];
            paid[slasher] += fee;
            assert_eq!(got, paid);
        }
    }
}

/// docs/spec/arbiter.md, 6.6: whoever closes at the newest state owes nothing, and an old backup
/// that nobody answers does not either.
#[test]
fn without_an_answer_nothing_is_owed() {
    for closer in [A, B] {
        let world = closed_by(closer);
        let full = world.channel().tip.payout;
        let channel = world.id();
        let repaid = None;
        let expected = Effect::Closed {
            channel,
            payout: full,
            repaid,
        };
        assert_eq!(settled(world).0, expected);
    }
}

/// docs/spec/arbiter.md, 6.6: only the newest answer had to be posted.
#[test]
fn a_drawer_of_old_slashes_costs_the_closer_one_fee() {
    let mut world = closed_by(A);
    let mut last = None;
    for round in 1..=4 {
        let receipt = world.must(B, world.slash(round));
        assert_eq!(debt(&world), owed(B, &receipt), "only the last is owed");
        last = Some(receipt.fee.0);
    }
    let full = world.channel().tip.payout.map(|coins| coins.0);
    let fee = last.unwrap();
    assert_eq!(settled(world).1, [full[A] - fee, full[B] + fee, 0]);
}

/// docs/spec/arbiter.md, 6.6.
#[test]
fn nobody_is_repaid_twice() {
    let mut world = closed_by(A);
    world.must(B, world.slash(2));
    let newest = world.must(C, world.slash(4));
    let stale = world.post(B, world.slash(4));
    assert!(stale.is_err(), "an answer that is no news is not included");
    assert_eq!(debt(&world), owed(C, &newest));
    let full = world.channel().tip.payout.map(|coins| coins.0);
    let fee = newest.fee.0;
    assert_eq!(settled(world.clone()).1, [full[A] - fee, full[B], fee]);
    world.advance(LOCK);
    world.must(C, world.settle());
    assert!(world.post(C, world.settle()).is_err(), "and settled once");
}

/// docs/spec/arbiter.md, 6.6: nor does it gain by that, since the answer has a fee of its own.
#[test]
fn a_closer_that_answers_itself_owes_nobody() {
    let mut world = closed_by(A);
    world.must(B, world.slash(2));
    world.must(A, world.slash(3));
    assert_eq!(debt(&world), None);
    let newest = world.must(B, world.slash(4));
    assert_eq!(debt(&world), owed(B, &newest), "the newest answer counts");
}

/// docs/spec/arbiter.md, 6.7.
#[test]
fn a_closer_repays_no_more_than_its_payout() {
    for left in [0, 7] {
        let mut world = World::open();
        assert!(world.agree(A, transfer(A, 1_000 - left)));
        world.must(A, world.solo(None));
        let fee = world.must(C, world.slash(1)).fee;
        assert!(fee > Amount(left));
        let (effect, got) = settled(world);
        let Effect::Closed { payout, repaid, .. } = effect else {
            panic!("{effect:?}")
        };
        assert_eq!(payout, [0, 2_000 - left].map(Amount));
        assert_eq!(repaid.map(|repaid| repaid.amount), Some(Amount(left)));
        assert_eq!(got, [0, 2_000 - left, left]);
    }
}

/// docs/spec/arbiter.md, 6.7.
#[test]
fn a_mutual_close_repays_nothing() {
    let mut world = closed_by(A);
    world.must(C, world.slash(4));
    assert!(debt(&world).is_some());
    let close = signed_close(world.mutual(9));
    let receipt = world.must(B, close);
    let (channel, payout) = (world.id(), world.newest.commitment.payout);
    let repaid = None;
    let expected = Effect::Closed {
        channel,
        payout,
        repaid,
    };
    assert_eq!(receipt.effect, expected);
}

/// docs/spec/arbiter.md, 6.8: neither does it make a debt, nor does it take one away.
#[test]
fn a_forced_step_that_brings_a_newer_base_is_posted_for_its_own_sake() {
    let mut world = closed_by(A);
    let step = world.force(B, Some(world.state(2)), transfer(B, 1));
    world.must(B, Action::Force(step));
    assert_eq!(debt(&world), None);
    let receipt = world.must(C, world.slash(3));
    let step = world.force(B, Some(world.state(4)), transfer(B, 1));
    world.must(B, Action::Force(step));
    let step = world.force(A, None, transfer(A, 1));
    world.must(A, Action::Force(step));
    assert_eq!(debt(&world), owed(C, &receipt));
    assert_eq!(world.channel().standing.forced, 2);
}

/// docs/spec/arbiter.md, 6.6: nothing in a slash has a length of its own, so nobody can run a fee
/// up at the closer's cost.
#[test]
fn the_fee_of_a_slash_is_bounded() {
    let env = Env {
        height: Height(u64::MAX),
        time: TimeMs(u64::MAX),
        block: Hash([255; 32]),
    };
    let most = Amount(u64::MAX);
    let (chain, channel) = (ChainId([255; 32]), ChannelId([255; 32]));
    let state = co_signed(&Commitment {
        chain,
        channel,
        version: u16::MAX,
        round: Round(u64::MAX),
        prev: Hash([255; 32]),
        state_root: Root([255; 32]),
        total: most,
        payout: [most; 2],
        hold_until: Height(u64::MAX),
        env,
    });
    let slash = Transaction {
        chain,
        version: u16::MAX,
        sender: key(A),
        nonce: u64::MAX,
        expiry: Height(u64::MAX),
        action: Action::Slash { channel, state },
    };
    let bytes = slash.sign(&secret(A)).encode().len();
    assert_eq!(Fees::V1.transaction(bytes), Some(Amount(1_045)));
}
