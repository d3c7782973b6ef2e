//! Who posts, when, in which order, how often, and with what beside the call.

use twinroot_abi::{Amount, Hash, Height, TimeMs};
use twinroot_arbiter::{Refutation, Rejected};
use twinroot_exec::{Bundle, Env, Fallback};
use twinroot_rules::{FORCE_WINDOW, FORCED_STEPS, Refused};
use twinroot_testkit::{Answer, World, WorldError, tv};
use twinroot_types::SecretKey;
use twinroot_wire::{Action, Operation, Reason};

use super::paths::{
    co_signed_step, goes_through, honest, propose, refused_everywhere, refused_when_forced,
    transfer, try_apply,
};
use super::sale::{PARCEL, PRICE, Sale};
use super::world::{
    ALICE, BOB, Snapshot, changed, open, refuted, rejected, rejected_action, would_be_included,
};

#[test]
fn a_stranger_forces_nothing() {
    let mut sale = Sale::ready();
    let stranger = SecretKey::from_seed(&[9; 32]);
    let gift = Action::Transfer {
        to: stranger.public(),
        amount: Amount(1_000_000),
    };
    sale.world.post(ALICE, gift).unwrap();
    let release = sale.honest_release();
    let (force, _, _) = honest(&sale.world, BOB, vec![release]);
    would_be_included(&sale.world, BOB, Action::Force(force.clone()));

    let before = sale.world.ledger.account(stranger.public());
    for proposer in [ALICE, BOB] {
        let mut force = force.clone();
        force.update.proposer = proposer;
        let bytes = changed(&sale.world, &stranger, Action::Force(force), |_| {});
        assert_eq!(rejected(&mut sale.world, &bytes), Rejected::NotAParty);
    }
    let channel = sale.world.channel().unwrap();
    let close = Action::CloseSolo {
        channel,
        state: None,
    };
    let bytes = changed(&sale.world, &stranger, close, |_| {});
    assert_eq!(rejected(&mut sale.world, &bytes), Rejected::NotAParty);
    assert_eq!(sale.world.ledger.account(stranger.public()), before);
}

#[test]
fn a_stranger_does_not_sign_for_a_party() {
    let mut world = open();
    let stranger = SecretKey::from_seed(&[9; 32]);
    let (force, _, _) = honest(&world, BOB, vec![transfer(BOB, 5)]);
    let sender = world.public_key(BOB);
    let nonce = world.ledger.account(sender).nonce;
    let action = Action::Force(force);
    would_be_included(&world, BOB, action.clone());
    let bytes = changed(&world, &stranger, action, |transaction| {
        transaction.sender = sender;
        transaction.nonce = nonce;
    });
    assert_eq!(rejected(&mut world, &bytes), Rejected::Signature);
}

#[test]
fn a_party_forces_only_its_own_updates() {
    let mut world = open();
    let (force, _, _) = honest(&world, BOB, vec![transfer(BOB, 5)]);
    would_be_included(&world, BOB, Action::Force(force.clone()));
    assert_eq!(
        rejected_action(&mut world, ALICE, Action::Force(force)),
        Rejected::NotTheProposer
    );
}

#[test]
fn a_transaction_counts_once() {
    let mut world = open();
    let (force, _, _) = honest(&world, BOB, vec![transfer(BOB, 5)]);
    let gift = Action::Transfer {
        to: world.public_key(ALICE),
        amount: Amount(5),
    };
    for action in [Action::Force(force), gift] {
        let bytes = world.transaction(BOB, action);
        let posted = world.ledger.account(world.public_key(BOB)).nonce;
        world.ledger.submit(&bytes, &world.on_chain).unwrap();
        let expected = posted + 1;
        assert_eq!(
            rejected(&mut world, &bytes),
            Rejected::Nonce { expected, posted }
        );
    }
}

#[test]
fn a_transaction_waits_for_its_turn() {
    let mut world = open();
    let channel = world.channel().unwrap();
    let close = Action::CloseSolo {
        channel,
        state: None,
    };
    let expected = world.ledger.account(world.public_key(BOB)).nonce;
    let bytes = changed(&world, world.secret_key(BOB), close, |transaction| {
        transaction.nonce += 1
    });
    let posted = expected + 1;
    assert_eq!(
        rejected(&mut world, &bytes),
        Rejected::Nonce { expected, posted }
    );
}

#[test]
fn an_expired_transaction_is_not_included() {
    let mut world = open();
    world.advance(5).unwrap();
    let (force, _, _) = honest(&world, BOB, vec![transfer(BOB, 5)]);
    let action = Action::Force(force);
    let now = world.block().height;
    let last = changed(
        &world,
        world.secret_key(BOB),
        action.clone(),
        |transaction| transaction.expiry = now,
    );
    let ledger = &mut world.ledger.clone();
    assert!(
        ledger.submit(&last, &world.on_chain).is_ok(),
        "its last height is one of its heights"
    );
    let expiry = Height(now.0 - 1);
    let late = changed(&world, world.secret_key(BOB), action, |transaction| {
        transaction.expiry = expiry
    });
    assert_eq!(rejected(&mut world, &late), Rejected::Expired { expiry });
}

/// A transfer of Bob's, pinned to this block, by hand.
fn pinned(world: &World, env: Env) -> Action {
    let (mut force, _, _) = honest(world, BOB, vec![transfer(BOB, 5)]);
    force.update.env = env;
    Action::Force(force)
}

/// What Alice's party says to a transfer of Bob's that pins this block.
fn ask_alice(world: &mut World, env: Env) -> Reason {
    let (mut update, mut commitment) = co_signed_step(world, BOB, vec![transfer(BOB, 5)]);
    update.env = env;
    commitment.env = env;
    propose(world, BOB, update, commitment)
}

#[test]
fn a_pinned_block_that_is_too_old_is_refused() {
    let mut world = open();
    let mut blocks = vec![world.block()];
    for _ in 0..FORCE_WINDOW + 5 {
        world.advance(1).unwrap();
        blocks.push(world.block());
    }
    let newest = blocks.len() - 1;
    let window = usize::try_from(FORCE_WINDOW).unwrap();
    let (oldest, too_old) = (blocks[newest - window], blocks[newest - window - 1]);
    would_be_included(&world, BOB, pinned(&world, oldest));
    assert_eq!(ask_alice(&mut world, too_old), Reason::Environment);
    let action = pinned(&world, too_old);
    assert_eq!(
        rejected_action(&mut world, BOB, action),
        Rejected::PinnedBlock
    );
}

#[test]
fn a_pinned_block_that_never_was_is_refused() {
    let mut world = open();
    world.advance(5).unwrap();
    let now = world.block();
    would_be_included(&world, BOB, pinned(&world, now));
    let invented = [
        Env {
            block: Hash([7; 32]),
            ..now
        },
        Env {
            time: TimeMs(now.time.0 + 1),
            ..now
        },
        Env {
            height: Height(now.height.0 - 1),
            ..now
        },
        Env {
            height: Height(now.height.0 + 1),
            ..now
        },
    ];
    for env in invented {
        assert_eq!(ask_alice(&mut world, env), Reason::Environment);
        let action = pinned(&world, env);
        assert_eq!(
            rejected_action(&mut world, BOB, action),
            Rejected::PinnedBlock
        );
    }
}

#[test]
fn a_pinned_block_before_that_of_the_state_is_refused() {
    let mut world = open();
    let old = world.block();
    world.advance(3).unwrap();
    world.agree(ALICE, vec![transfer(ALICE, 5)]).unwrap();
    let said = ask_alice(&mut world, old);
    assert_eq!(said, Reason::Rules(Refused::Environment.to_string()));
    let action = pinned(&world, old);
    let (refutation, gas) = refuted(&mut world, BOB, action);
    assert_eq!(refutation, Refutation::Refused(Refused::Environment));
    assert_eq!(gas.0, 0);
}

#[test]
fn a_fact_for_a_policy_that_the_call_does_not_judge_is_refused() {
    let mut sale = Sale::ready();
    sale.world.advance_to(sale.refund_height).unwrap();
    let one = &sale.attestors[0];
    let fact = Bundle {
        policy: 0,
        descriptors: vec![one.encoded()],
        messages: vec![one.attest(PARCEL)],
    };
    let plain = tv::refund(sale.escrow);
    let mut refund = plain.clone();
    refund.facts = vec![fact];
    let refund = vec![Operation::Call(refund)];
    let refused = refused_everywhere(&mut sale.world, ALICE, refund.clone());
    assert_eq!(
        refused,
        Refused::SurplusFact {
            operation: 0,
            policy: 0
        }
    );
    let plain = vec![Operation::Call(plain)];
    let paid = try_apply(&sale.world, ALICE, refund).unwrap_err().gas;
    let (_, _, gas) = honest(&sale.world, ALICE, plain.clone());
    assert_eq!(paid, gas, "the call itself went well and is paid for");
    goes_through(&mut sale.world, ALICE, plain);
}

#[test]
fn a_fact_for_a_policy_that_the_contract_does_not_have_is_refused() {
    let mut sale = Sale::ready();
    let Operation::Call(mut release) = sale.honest_release() else {
        panic!("a release is a call")
    };
    let more = Bundle {
        policy: 9,
        descriptors: Vec::new(),
        messages: Vec::new(),
    };
    release.facts.push(more);
    let release = vec![Operation::Call(release)];
    assert_eq!(
        refused_everywhere(&mut sale.world, BOB, release),
        Refused::SurplusFact {
            operation: 0,
            policy: 9
        }
    );
}

#[test]
fn facts_of_one_policy_come_once() {
    let mut sale = Sale::ready();
    let Operation::Call(mut release) = sale.honest_release() else {
        panic!("a release is a call")
    };
    release.facts.push(release.facts[0].clone());
    let release = vec![Operation::Call(release)];
    assert_eq!(
        refused_everywhere(&mut sale.world, BOB, release),
        Refused::FactOrder { operation: 0 }
    );
}

#[test]
fn a_side_has_so_many_forced_steps_and_no_more() {
    let mut world = open();
    world.agree(ALICE, vec![transfer(ALICE, 5)]).unwrap();
    for _ in 0..=FORCED_STEPS {
        world.force(BOB, vec![transfer(BOB, 1)]).unwrap();
    }
    // Only while the channel is being closed do they gain time, so only then are they counted.
    world.close_solo(BOB).unwrap();
    for _ in 0..FORCED_STEPS {
        world.force(BOB, vec![transfer(BOB, 1)]).unwrap();
    }
    let none_left = Rejected::NoStepsLeft {
        limit: FORCED_STEPS,
    };
    let before = Snapshot::of(&world);
    match world.force(BOB, vec![transfer(BOB, 1)]) {
        Err(WorldError::Rejected(why)) => assert_eq!(why, none_left),
        other => panic!("expected a rejection: {other:?}"),
    }
    assert_eq!(Snapshot::of(&world), before);
    let (force, _, _) = honest(&world, BOB, vec![transfer(BOB, 1)]);
    let why = rejected_action(&mut world, BOB, Action::Force(force));
    assert_eq!(why, none_left);

    world.force(ALICE, vec![transfer(ALICE, 1)]).unwrap();
    let (force, _, _) = honest(&world, BOB, vec![transfer(BOB, 1)]);
    let why = rejected_action(&mut world, BOB, Action::Force(force));
    assert_eq!(why, none_left, "a step of the other side gives none back");
}

#[test]
fn a_forced_update_takes_nothing_from_the_other_side() {
    let mut world = open();
    let takes = vec![transfer(BOB, 1)];
    takes_bobs_coins(&mut world, takes.clone());
    takes_bobs_coins(&mut world, vec![transfer(ALICE, 10), transfer(BOB, 11)]);
    // Nor are they lent, to come back in the same step.
    takes_bobs_coins(&mut world, vec![transfer(BOB, 10), transfer(ALICE, 10)]);
    takes_bobs_coins(&mut world, vec![transfer(ALICE, 10), transfer(BOB, 10)]);

    // With Bob's consent it is a step like any other, so he is asked, and says no.
    world.answers[BOB.index()] = Answer::Decline;
    let before = Snapshot::of(&world);
    match world.propose(ALICE, takes) {
        Err(WorldError::PeerRefused(reason)) => assert_eq!(reason, Reason::Declined),
        other => panic!("expected a refusal: {other:?}"),
    }
    assert_eq!(Snapshot::of(&world), before);
}

#[test]
fn a_forced_call_is_not_paid_with_the_other_sides_coins() {
    let mut sale = Sale::ready();
    let order = vec![
        create_second(&sale),
        transfer(BOB, PRICE.0),
        Operation::Call(tv::pay(sale.world.next_contract().unwrap(), PRICE)),
    ];
    takes_bobs_coins(&mut sale.world, order);
}

/// Asserts that Alice cannot force the step because it moves coins that are Bob's.
fn takes_bobs_coins(world: &mut World, operations: Vec<Operation>) {
    let refused = refused_when_forced(world, ALICE, operations);
    assert!(
        matches!(refused, Refused::OthersCoins { side: BOB, .. }),
        "{refused}"
    );
}

/// Another sale like the first, on terms under which it may be created by force.
fn create_second(sale: &Sale) -> Operation {
    let feeds = [0, 1, 2].map(|place: usize| sale.attestors[place].id());
    let code = *sale.world.ledger.codes().keys().next().unwrap();
    Operation::Create {
        code,
        fallback: Fallback::all_to(ALICE),
        hold: Height(0),
        args: tv::init(ALICE, PRICE, sale.refund_height, PARCEL, feeds),
        gas: tv::INIT_GAS,
    }
}

#[test]
fn a_contract_created_by_force_takes_nothing_by_its_fallback_and_holds_nothing_up() {
    let mut sale = Sale::ready();
    let fair = create_second(&sale);
    let (force, _, _) = honest(&sale.world, ALICE, vec![fair.clone()]);
    would_be_included(&sale.world, ALICE, Action::Force(force));
    let Operation::Create {
        code, args, gas, ..
    } = fair
    else {
        panic!("a creation")
    };
    let terms = [
        (Fallback::all_to(BOB), Height(0)),
        (Fallback::new(9_999).unwrap(), Height(0)),
        (Fallback::all_to(ALICE), Height(1)),
    ];
    for (fallback, hold) in terms {
        let create = Operation::Create {
            code,
            fallback,
            hold,
            args: args.clone(),
            gas,
        };
        assert_eq!(
            refused_when_forced(&mut sale.world, ALICE, vec![create]),
            Refused::ForcedCreation { operation: 0 }
        );
    }
}

#[test]
fn an_update_of_an_older_state_is_refuted() {
    let mut world = open();
    let old = world.position().unwrap().commitment;
    world.agree(ALICE, vec![transfer(ALICE, 5)]).unwrap();
    let (mut force, _, _) = honest(&world, BOB, vec![transfer(BOB, 5)]);
    force.update.base = old.hash();
    let action = Action::Force(force);
    let (refutation, gas) = refuted(&mut world, BOB, action);
    assert_eq!(refutation, Refutation::Refused(Refused::Base));
    assert_eq!(gas.0, 0);
}
