//! Ends of a channel that come too early, too late or with the wrong coins.

use twinroot_abi::{Amount, Height, Round, Side};
use twinroot_arbiter::{Effect, Rejected};
use twinroot_exec::Outcome;
use twinroot_rules::CLOSE_WINDOW;
use twinroot_testkit::{World, WorldError, tv};
use twinroot_types::Tag;
use twinroot_wire::{
    Action, Message, MutualClose, Operation, Parameters, Reason, SignedClose, SignedParameters,
    Standing, VERSION,
};

use super::paths::{goes_through, outcome, refused_everywhere, say, transfer};
use super::sale::Sale;
use super::states::Way;
use super::world::{
    ALICE, BOB, DEPOSITS, LOCK, Snapshot, changed, open, rejected, rejected_action,
    would_be_included,
};

/// What the escrow says to a refund before its height.
const TOO_EARLY: Outcome = Outcome::Revert(2);

#[test]
fn a_refund_one_block_early_is_refused() {
    let mut sale = Sale::ready();
    let refund = Operation::Call(tv::refund(sale.escrow));
    sale.world
        .advance_to(Height(sale.refund_height.0 - 1))
        .unwrap();
    let refused = refused_everywhere(&mut sale.world, ALICE, vec![refund.clone()]);
    assert_eq!(outcome(&refused), TOO_EARLY);
    sale.world.advance(1).unwrap();
    let step = goes_through(&mut sale.world, ALICE, vec![refund]);
    assert_eq!(step.channel, DEPOSITS);
}

/// The close that the newest state pays.
fn fair_close(world: &World) -> MutualClose {
    let tip = world.position().unwrap().commitment;
    MutualClose {
        chain: tip.chain,
        channel: tip.channel,
        version: tip.version,
        standing: Standing::co_signed(tip.round),
        payout: tip.payout,
        expiry: world.in_blocks(5),
    }
}

/// Both sign it, whatever it says.
fn co_signed(world: &World, close: MutualClose) -> Action {
    let bytes = close.signed_bytes();
    let signatures = Side::BOTH.map(|side| world.secret_key(side).sign(Tag::CLOSE, &bytes));
    Action::CloseMutual(SignedClose { close, signatures })
}

/// What Bob's party says to a close that Alice has signed.
fn ask_bob(world: &mut World, close: MutualClose) -> Reason {
    let signature = world
        .secret_key(ALICE)
        .sign(Tag::CLOSE, &close.signed_bytes());
    say(world, ALICE, Message::ProposeClose { close, signature })
}

/// A channel of round 2.
fn busy() -> World {
    Way::CloseSolo.world()
}

#[test]
fn a_mutual_close_pays_all_of_the_locked_coins() {
    let mut world = busy();
    let fair = fair_close(&world);
    would_be_included(&world, ALICE, co_signed(&world, fair.clone()));
    let [one, other] = fair.payout.map(|coins| coins.0);
    let wrong = [
        [one + 1, other],
        [one, other - 1],
        [u64::MAX, u64::MAX],
        [0, 0],
    ];
    for payout in wrong.map(|pair| pair.map(Amount)) {
        let close = MutualClose {
            payout,
            ..fair.clone()
        };
        assert_eq!(ask_bob(&mut world, close.clone()), Reason::OutOfOrder);
        let action = co_signed(&world, close);
        assert_eq!(
            rejected_action(&mut world, ALICE, action),
            Rejected::Payout {
                locked: Amount(DEPOSITS[0].0 + DEPOSITS[1].0),
                payout
            }
        );
    }
}

#[test]
fn a_mutual_close_that_takes_a_coin_from_the_peer_is_not_signed() {
    let mut world = busy();
    let mut close = fair_close(&world);
    close.payout[0].0 += 1;
    close.payout[1].0 -= 1;
    assert_eq!(ask_bob(&mut world, close), Reason::OutOfOrder);
}

#[test]
fn a_mutual_close_of_an_older_round_is_refused() {
    let mut world = busy();
    let mut close = fair_close(&world);
    close.standing.round = Round(1);
    assert_eq!(ask_bob(&mut world, close.clone()), Reason::OutOfOrder);
    world.force(BOB, vec![transfer(BOB, 5)]).unwrap();
    let action = co_signed(&world, close);
    let stale = Rejected::Stale {
        known: Round(2),
        posted: Round(1),
    };
    assert_eq!(rejected_action(&mut world, ALICE, action), stale);
}

#[test]
fn an_expired_mutual_close_is_refused() {
    let mut world = busy();
    let close = fair_close(&world);
    let expiry = close.expiry;
    let action = co_signed(&world, close);
    world.advance_to(expiry).unwrap();
    would_be_included(&world, ALICE, action.clone());
    world.advance(1).unwrap();
    assert_eq!(
        rejected_action(&mut world, ALICE, action),
        Rejected::Expired { expiry }
    );
}

#[test]
fn a_step_forced_after_a_mutual_close_was_signed_makes_it_stale() {
    let mut world = busy();
    let close = fair_close(&world);
    let action = co_signed(&world, close);
    would_be_included(&world, ALICE, action.clone());
    world.force(BOB, vec![transfer(BOB, 5)]).unwrap();
    let (known, posted) = (Round(2), Round(2));
    assert_eq!(
        rejected_action(&mut world, ALICE, action),
        Rejected::Stale { known, posted }
    );
    let mut newest = fair_close(&world);
    newest.standing.forced = 1;
    would_be_included(&world, ALICE, co_signed(&world, newest));
}

#[test]
fn a_mutual_close_that_binds_for_long_is_not_signed() {
    let mut world = busy();
    let mut close = fair_close(&world);
    close.expiry = world.in_blocks(CLOSE_WINDOW + 1);
    assert_eq!(ask_bob(&mut world, close), Reason::OutOfOrder);
}

/// A channel in which the ledger knows round 2 and a step forced on it.
fn forced_on() -> World {
    let mut world = busy();
    world.force(BOB, vec![transfer(BOB, 5)]).unwrap();
    world
}

#[test]
fn a_stale_state_does_not_begin_a_close() {
    let mut world = forced_on();
    for posted in [1, 2].map(Round) {
        let state = world.kept(ALICE, posted).unwrap();
        let action = Way::CloseSolo.action(&world, state);
        let known = Round(2);
        assert_eq!(
            rejected_action(&mut world, ALICE, action),
            Rejected::Stale { known, posted },
            "neither an older state nor the base beats a step forced on the base"
        );
    }
}

#[test]
fn a_stale_state_does_not_answer_a_close() {
    let mut world = forced_on();
    let channel = world.channel().unwrap();
    let close = Action::CloseSolo {
        channel,
        state: None,
    };
    world.post(BOB, close).unwrap();
    for posted in [1, 2].map(Round) {
        let state = world.kept(ALICE, posted).unwrap();
        let action = Way::Slash.action(&world, state);
        let known = Round(2);
        assert_eq!(
            rejected_action(&mut world, ALICE, action),
            Rejected::Stale { known, posted }
        );
    }
}

#[test]
fn a_stale_state_is_no_base_of_a_forced_step() {
    let mut world = forced_on();
    for posted in [1, 2].map(Round) {
        let state = world.kept(ALICE, posted).unwrap();
        let action = Way::ForceBase.action(&world, state);
        let known = Round(2);
        assert_eq!(
            rejected_action(&mut world, BOB, action),
            Rejected::Stale { known, posted }
        );
    }
}

#[test]
fn the_state_that_a_close_was_begun_with_does_not_answer_it() {
    let mut world = busy();
    let state = world.kept(ALICE, Round(2)).unwrap();
    let close = Way::CloseSolo.action(&world, state.clone());
    world.post(ALICE, close).unwrap();
    let action = Way::Slash.action(&world, state);
    let round = Round(2);
    assert_eq!(
        rejected_action(&mut world, BOB, action),
        Rejected::Stale {
            known: round,
            posted: round
        }
    );
}

/// The terms of the channel that [`open`] opens, signed by both.
fn terms(world: &World, nonce: u64) -> SignedParameters {
    let parameters = Parameters {
        chain: world.ledger.chain(),
        version: VERSION,
        parties: Side::BOTH.map(|side| world.public_key(side)),
        deposits: DEPOSITS,
        lock: LOCK,
        nonce,
        expiry: Height(100),
    };
    let bytes = parameters.signed_bytes();
    SignedParameters {
        signatures: Side::BOTH.map(|side| world.secret_key(side).sign(Tag::OPEN, &bytes)),
        parameters,
    }
}

#[test]
fn a_closed_channel_is_not_opened_again() {
    let mut world = open();
    let again = terms(&world, 0);
    let channel = again.parameters.channel();
    assert_eq!(world.channel().unwrap(), channel, "the very same terms");
    let action = Action::Open(again);
    let opened = Rejected::Opened(channel);
    assert_eq!(
        rejected_action(&mut world, ALICE, action.clone()),
        opened,
        "while it is open"
    );
    world.close(ALICE).unwrap();
    assert!(world.ledger.channel(channel).is_none());
    assert_eq!(rejected_action(&mut world, ALICE, action.clone()), opened);
    would_be_included(&world, ALICE, Action::Open(terms(&world, 1)));

    let expiry = Height(100);
    world.advance_to(expiry).unwrap();
    assert_eq!(
        rejected_action(&mut world, ALICE, action.clone()),
        opened,
        "as long as the terms could be posted"
    );
    world.advance(1).unwrap();
    assert_eq!(
        rejected_action(&mut world, ALICE, action),
        Rejected::Expired { expiry }
    );
}

#[test]
fn a_replayed_opening_transaction_is_not_the_senders_next() {
    let mut world = open();
    let action = Action::Open(terms(&world, 0));
    let bytes = changed(&world, world.secret_key(ALICE), action, |transaction| {
        transaction.nonce = 0
    });
    let nonce = Rejected::Nonce {
        expected: 1,
        posted: 0,
    };
    assert_eq!(rejected(&mut world, &bytes), nonce);
}

#[test]
fn a_hold_outlasts_the_time_to_answer() {
    let mut sale = Sale::ready();
    let world = &mut sale.world;
    world.close_solo(ALICE).unwrap();
    let (until, hold) = (world.in_blocks(LOCK), sale.refund_height);
    let channel = world.channel().unwrap();
    let settle = Action::Settle { channel };
    let too_early = Rejected::TooEarly {
        at: hold,
        until,
        hold,
    };
    assert_eq!(rejected_action(world, ALICE, settle.clone()), too_early);
    world.advance_to(until).unwrap();
    assert_eq!(rejected_action(world, ALICE, settle.clone()), too_early);
    world.advance_to(Height(hold.0 - 1)).unwrap();
    assert_eq!(rejected_action(world, BOB, settle.clone()), too_early);
    let before = Snapshot::of(world);
    match world.settle(ALICE) {
        Err(WorldError::Rejected(why)) => assert_eq!(why, too_early),
        other => panic!("expected a rejection: {other:?}"),
    }
    assert_eq!(Snapshot::of(world), before);

    world.advance(1).unwrap();
    let receipt = world.post(ALICE, settle).unwrap().receipt;
    // The price falls back to the buyer.
    let payout = DEPOSITS;
    assert_eq!(
        receipt.effect,
        Effect::Closed {
            channel,
            payout,
            repaid: None
        }
    );
}

#[test]
fn a_channel_without_a_hold_settles_when_the_time_to_answer_is_over() {
    let mut world = busy();
    world.close_solo(ALICE).unwrap();
    let until = world.in_blocks(LOCK);
    let channel = world.channel().unwrap();
    let settle = Action::Settle { channel };
    world.advance_to(Height(until.0 - 1)).unwrap();
    let hold = Height(0);
    assert_eq!(
        rejected_action(&mut world, BOB, settle.clone()),
        Rejected::TooEarly {
            at: until,
            until,
            hold
        }
    );
    world.advance(1).unwrap();
    would_be_included(&world, BOB, settle);
}
