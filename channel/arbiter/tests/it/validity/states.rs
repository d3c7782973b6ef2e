//! Posting a co-signed state: as a snapshot, for a close, as the answer to one.

use twinroot_abi::{Amount, Side};
use twinroot_arbiter::{Effect, Phase, Rejected};
use twinroot_wire::{Action, Ground, SignatureError};

use super::{Broken, NOWHERE, Rule, check_action, rules, spoiled_state};
use crate::world::{A, B, C, World, co_signed, transfer};

/// A channel with two payments that the ledger does not know of.
fn channel() -> World {
    let mut world = World::open();
    assert!(world.agree(A, transfer(A, 10)));
    assert!(world.agree(B, transfer(B, 20)));
    world
}

/// docs/spec/arbiter.md, 3.1.
pub(crate) fn state_rules() -> Vec<Rule> {
    rules![
        "state: chain" => Rejected::StateChain,
        "state: channel" => Rejected::StateChannel,
        "state: version" => Rejected::StateVersion,
        "state: locked" => Rejected::Payout { locked: Amount(2_000), .. },
        "state: signatures" => Rejected::PartySignature(SignatureError::Bad { .. }),
        "state: round" => Rejected::Stale { .. },
    ]
}

fn with_state(mut rules: Vec<Rule>) -> Vec<Rule> {
    rules.extend(state_rules());
    rules
}

fn channel_of(world: &World, broken: &Broken<'_>) -> twinroot_abi::ChannelId {
    if broken.has("channel") {
        NOWHERE
    } else {
        world.id()
    }
}

/// docs/spec/arbiter.md, 3.5.
#[test]
fn a_snapshot() {
    let rules = with_state(rules![
        "channel" => Rejected::NoChannel(_),
        "open" => Rejected::AlreadyClosing,
    ]);
    check_action(&rules, |broken| {
        let mut world = channel();
        let state = spoiled_state(&world.state(2), broken);
        if broken.has("open") {
            world.must(B, world.solo(None));
        }
        let channel = channel_of(&world, broken);
        (world, C, Action::Snapshot { channel, state })
    });
}

/// docs/spec/arbiter.md, 6.2.
#[test]
fn a_solo_close() {
    let rules = with_state(rules![
        "channel" => Rejected::NoChannel(_),
        "party" => Rejected::NotAParty,
        "open" => Rejected::AlreadyClosing,
    ]);
    check_action(&rules, |broken| {
        let mut world = channel();
        let state = Some(spoiled_state(&world.state(2), broken));
        if broken.has("open") {
            world.must(B, world.solo(None));
        }
        let channel = channel_of(&world, broken);
        let who = if broken.has("party") { C } else { A };
        (world, who, Action::CloseSolo { channel, state })
    });
}

/// docs/spec/arbiter.md, 6.3.
#[test]
fn a_slash() {
    let rules = with_state(rules![
        "channel" => Rejected::NoChannel(_),
        "closing" => Rejected::NotClosing,
    ]);
    check_action(&rules, |broken| {
        let mut world = channel();
        let state = spoiled_state(&world.state(2), broken);
        if !broken.has("closing") {
            world.must(B, world.solo(None));
        }
        let channel = channel_of(&world, broken);
        (world, C, Action::Slash { channel, state })
    });
}

/// docs/spec/arbiter.md, 6.2: of a channel of which nothing was ever co-signed, too.
#[test]
fn a_solo_close_without_a_state_is_at_the_newest_that_the_ledger_knows() {
    for who in [A, B] {
        let mut world = World::open();
        let tip = world.channel().tip.clone();
        world.must(who, world.solo(None));
        assert_eq!(world.channel().tip, tip);
        let Phase::Closing {
            by, debt, steps, ..
        } = world.channel().phase
        else {
            panic!("it is open")
        };
        assert_eq!((by.index(), debt, steps), (who, None, [0; 2]));
    }
}

/// docs/spec/arbiter.md, 3.4 and 3.5: the channel goes on as before, only later.
#[test]
fn a_snapshot_changes_what_the_ledger_knows_and_nothing_else() {
    let mut world = channel();
    assert_eq!(world.channel().ground, Ground::Terms);
    for (round, who) in [(1, C), (2, A)] {
        let state = world.state(round);
        let receipt = world.must(who, world.snapshot(round));
        assert_eq!(
            receipt.effect,
            Effect::Snapshotted {
                channel: world.id(),
                commitment: Box::new(state.commitment.clone()),
            }
        );
        assert_eq!(world.channel().tip, state.commitment);
        assert_eq!(world.channel().ground, Ground::CoSigned(state));
        assert_eq!(world.channel().phase, Phase::Open);
    }
}

/// docs/spec/arbiter.md, 3.4: forced steps move the tip away from the ground, which stays.
#[test]
fn what_both_signed_last_is_kept_below_forced_steps() {
    let mut world = channel();
    let ground = Ground::CoSigned(world.state(2));
    let mut base = Some(world.state(2));
    for _ in 0..2 {
        let step = world.force(B, base.take(), transfer(B, 1));
        world.must(B, Action::Force(step));
        assert_eq!(world.channel().ground, ground);
        assert_eq!(
            world.channel().tip.prev,
            world.states[&world.channel().tip.prev].commitment.hash()
        );
    }
    assert_eq!(world.channel().standing.forced, 2);
}

/// docs/spec/arbiter.md, 3.1: neither more nor less than what is locked, in total and payouts.
#[test]
fn a_state_pays_exactly_what_is_locked() {
    let mut world = channel();
    let locked = Amount(2_000);
    let table = [
        (2_000, [1_000, 1_001]),
        (2_000, [1_000, 999]),
        (2_000, [u64::MAX, 2_001]),
        (2_001, [1_000, 1_001]),
        (1_999, [1_000, 999]),
        (2_001, [1_000, 1_000]),
    ];
    for (total, payout) in table {
        let payout = payout.map(Amount);
        let mut commitment = world.state(2).commitment;
        commitment.total = Amount(total);
        commitment.payout = payout;
        let (channel, state) = (world.id(), co_signed(&commitment));
        assert_eq!(
            world.post(A, Action::Snapshot { channel, state }),
            Err(Rejected::Payout { locked, payout })
        );
    }
}

/// docs/spec/arbiter.md, 3.1: both signatures count, and the first bad one is told.
#[test]
fn one_signature_is_not_enough() {
    for side in Side::BOTH {
        let mut world = channel();
        let mut state = world.state(2);
        state.signatures[side.index()] = world.state(1).signatures[side.index()];
        let channel = world.id();
        assert_eq!(
            world.post(A, Action::Snapshot { channel, state }),
            Err(Rejected::PartySignature(SignatureError::Bad { side }))
        );
    }
}
