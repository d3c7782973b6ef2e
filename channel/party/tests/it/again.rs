//! Forced steps that are not there any more, and are forced again (docs/spec/channel.md, 7.4): each of
//! them once, whatever comes late or comes back.

use twinroot_abi::Amount;
use twinroot_party::{Input, Status};
use twinroot_wire::{Action, CoSigned, Operation};

use crate::world::{A, B, Do, Pair, pay, sign_commitment};

const PROPOSED: &str = "save own 1, sign 1, send propose 1";
const FORCED: &str = "post force on what is known";
const AGAIN: &str = "save to force again: 1";
const STEP: &str = "save forced on 0, took over a step on 0";
const STEP_ON_1: &str = "save forced on 1, took over a step on 1";
const COMES_AGAIN: &str = "save forced on 0, save to force again: 0, took over a step on 0";
const COMES_AGAIN_ON_1: &str = "save forced on 1, save to force again: 0, took over a step on 1";

/// Nothing more is posted by the initiator, whose payments came to so many coins.
fn at_rest(mut pair: Pair, paid: u64) {
    pair.node(A).posts.clear();
    pair.play(&[(A, Do::Blocks(9), ""), (A, Do::See, "")]);
    pair.see();
    pair.assert_same();
    let node = &pair.nodes[0];
    assert!(node.posts.is_empty(), "{:?}", node.posts);
    let coins = [Amount(1_000 - paid), Amount(1_000 + paid)];
    assert_eq!(node.party.balances(), coins);
}

/// The initiator's payment of 5 coins, forced in block 2 and seen, and the transaction.
fn forced() -> (Pair, Action) {
    let mut pair = Pair::new();
    pair.see();
    pair.play(&[(A, Do::Force(5), FORCED), (A, Do::Blocks(1), "")]);
    let action = pair.nodes[0].posts[0].clone();
    pair.play(&[(A, Do::Include, ""), (A, Do::See, STEP)]);
    (pair, action)
}

/// What the peer signs of the initiator's newest proposal, and posts.
fn signed_late(pair: &Pair) -> Action {
    let commitment = pair.nodes[0].proposed().clone();
    let channel = commitment.channel;
    let signatures = [A, B].map(|side| sign_commitment(side, &commitment));
    let state = CoSigned {
        commitment,
        signatures,
    };
    Action::Snapshot { channel, state }
}

/// The coins that the steps pay which the initiator has posted, in their order.
fn posted(pair: &Pair) -> Vec<Vec<Operation>> {
    let steps = pair.nodes[0]
        .posts
        .iter()
        .filter_map(|action| match action {
            Action::Force(force) => Some(force.update.operations.clone()),
            _ => None,
        });
    steps.collect()
}

/// The initiator has proposed to pay 10 coins and forced a payment of 5. The peer signed the proposal
/// afterwards, and its answer is on the way.
fn beaten() -> Pair {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Pay(10), PROPOSED),
        (B, Do::Hear, "ask 1"),
        (A, Do::Force(5), FORCED),
        (A, Do::Include, ""),
        (
            A,
            Do::See,
            &format!("{STEP}, save own 2, sign 2, send propose 2"),
        ),
        (
            B,
            Do::Approve,
            "save peer's 1, sign 1, save both 1, send accept 1, agreed 1",
        ),
    ]);
    pair
}

/// The peer keeps a proposal back, sees a step forced, and posts the proposal over it.
#[test]
fn a_forced_step_that_a_late_signature_beats_is_forced_again() {
    let mut pair = beaten();
    pair.play(&[
        (B, Do::Snapshot, "post snapshot 1"),
        (B, Do::Include, ""),
        (
            A,
            Do::See,
            "save both 1, save to force again: 1, undone 0+1 to 1+0, agreed 1, rival 2, \
             post force on what is known, save own 3, sign 3, send propose 3",
        ),
        (A, Do::Include, ""),
        (
            A,
            Do::See,
            &format!("{COMES_AGAIN_ON_1}, save own 4, sign 4, send propose 4"),
        ),
        (B, Do::See, STEP_ON_1),
    ]);
    at_rest(pair, 15);
}

/// A message has beaten the step, and no block came since: forced by hand, it only comes sooner.
#[test]
fn what_is_to_be_forced_again_and_is_forced_by_hand_comes_once() {
    let mut pair = beaten();
    pair.play(&[
        (
            A,
            Do::Hear,
            "save both 1, save to force again: 1, undone 0+1 to 1+0, agreed 1, rival 2, save own 3, sign 3, send propose 3",
        ),
        (A, Do::Force(5), "save to force again: 0, post force on 1"),
        (A, Do::Include, ""),
        (
            A,
            Do::See,
            &format!("{STEP_ON_1}, save own 4, sign 4, send propose 4"),
        ),
    ]);
    at_rest(pair, 15);
}

/// Its records tell of a step that was undone, and of the one that came in its place.
#[test]
fn a_party_that_begins_again_does_not_force_what_it_has_forced_again() {
    let mut pair = beaten();
    pair.act(A, Do::Hear).unwrap();
    pair.play(&[
        (A, Do::Blocks(1), ""),
        (A, Do::See, "post force on 1"),
        (A, Do::Include, ""),
    ]);
    pair.see();
    pair.act(A, Do::Restart).unwrap();
    pair.play(&[(A, Do::See, "")]);
    at_rest(pair, 15);
}

/// A late signature beats the step, and the party begins again before it has forced it again: its user was told that it is
/// done, so it is still owed.
#[test]
fn a_party_that_begins_again_forces_again_what_was_beaten_before() {
    let mut pair = beaten();
    for before in [Do::Hear, Do::Restart] {
        pair.act(A, before).unwrap();
    }
    pair.play(&[
        (A, Do::Blocks(1), ""),
        (A, Do::See, "forced elsewhere on 0, post force on 1"),
    ]);
    let posts = pair.nodes[0].posts.clone();
    pair.act(A, Do::Restart).unwrap();
    pair.node(A).posts = posts;
    pair.act(A, Do::Include).unwrap();
    for after in [Do::See, Do::Restart] {
        pair.act(A, after).unwrap();
    }
    at_rest(pair, 15);
}

/// Where the fork came while it was away, it forces again what its records tell of.
#[test]
fn a_party_that_begins_again_forces_what_was_lost_meanwhile() {
    let (mut pair, _) = forced();
    pair.play(&[
        (A, Do::Restart, ""),
        (A, Do::Fork(1), ""),
        (A, Do::See, &format!("{AGAIN}, undone 0+1 to 0+0, {FORCED}")),
        (A, Do::Include, ""),
        (A, Do::See, COMES_AGAIN),
    ]);
    at_rest(pair, 5);
}

/// Whether the signature comes by a message or by the ledger: the newer state does the same.
#[test]
fn a_forced_step_that_the_late_state_does_as_well_is_not_forced_again() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Pay(5), PROPOSED),
        (B, Do::Hear, "ask 1"),
        (A, Do::Force(5), FORCED),
        (A, Do::Include, ""),
        (A, Do::See, STEP),
        (
            B,
            Do::Approve,
            "save peer's 1, sign 1, save both 1, send accept 1, agreed 1",
        ),
    ]);
    let mut by_ledger = pair.clone();
    by_ledger.play(&[
        (B, Do::Snapshot, "post snapshot 1"),
        (B, Do::Include, ""),
        (A, Do::See, "save both 1, undone 0+1 to 1+0, agreed 1"),
    ]);
    at_rest(by_ledger, 5);
    pair.play(&[(A, Do::Hear, "save both 1, undone 0+1 to 1+0, agreed 1")]);
    at_rest(pair, 5);
}

/// Each proposal that it left half-signed gives the peer one turn, and the peer pays for it as well.
#[test]
fn a_peer_beats_a_forced_step_only_as_often_as_it_was_given_a_choice() {
    let mut pair = Pair::new();
    pair.see();
    let mut late = Vec::new();
    for _ in 0..3 {
        pair.node(A).say(Input::Propose(pay(A, 10)));
        late.push(signed_late(&pair));
    }
    pair.play(&[(A, Do::Force(5), FORCED), (A, Do::Include, "")]);
    pair.see();
    for action in late {
        let positions = pair.positions();
        pair.chain.include(B, &action, &positions).unwrap();
        pair.node(B).posts.clear();
        pair.nodes[0].see(&pair.chain).unwrap();
        assert_eq!(posted(&pair), [pay(A, 5)], "once for each");
        pair.include(A).unwrap();
        pair.nodes[0].see(&pair.chain).unwrap();
        assert!(posted(&pair).is_empty());
    }
    let node = &pair.nodes[0];
    assert_eq!(node.party.balances(), [Amount(985), Amount(1_015)]);
}

#[test]
fn a_forced_step_that_a_fork_lost_is_forced_again_once() {
    let (mut pair, _) = forced();
    pair.play(&[
        (A, Do::Fork(1), ""),
        (A, Do::See, &format!("{AGAIN}, undone 0+1 to 0+0, {FORCED}")),
        (
            A,
            Do::Force(5),
            "illegal: another step is being forced; wait for the ledger",
        ),
        (A, Do::Include, ""),
        (A, Do::See, COMES_AGAIN),
    ]);
    assert_eq!(pair.nodes[0].party.status(), Status::Free);
    at_rest(pair, 5);
}

/// What a fork lost may be included again, before or after what the party posts in its place.
#[test]
fn a_forced_payment_is_never_made_twice() {
    let (mut pair, first) = forced();
    pair.play(&[
        (A, Do::Fork(1), ""),
        (A, Do::See, &format!("{AGAIN}, undone 0+1 to 0+0, {FORCED}")),
    ]);
    let second = pair.nodes[0].posts[0].clone();
    assert_ne!(first, second);
    let positions = pair.positions();
    for order in [[&first, &second], [&second, &first]] {
        // In one block, or in two with a look in between.
        for looks in [false, true] {
            let mut pair = pair.clone();
            let mut taken = Vec::new();
            for action in order {
                taken.push(pair.chain.include(A, action, &positions));
                if looks {
                    pair.chain.block();
                    pair.see();
                }
            }
            pair.see();
            assert_eq!(taken, [Ok(()), Err("refuted")]);
            at_rest(pair, 5);
        }
    }
    // The party sees it lost and back in the same look.
    let (mut pair, first) = forced();
    pair.chain.lose(1);
    pair.chain.include(A, &first, &positions).unwrap();
    pair.play(&[(A, Do::See, "")]);
    at_rest(pair, 5);
}

/// Nor is it made less often than it was forced.
#[test]
fn equal_payments_that_a_fork_lost_are_all_made_again() {
    let (mut pair, first) = forced();
    pair.play(&[
        (A, Do::Force(5), FORCED),
        (A, Do::Include, ""),
        (A, Do::See, STEP),
        (A, Do::Force(5), FORCED),
        (A, Do::Fork(1), ""),
        // The block alone tells only that the third is pinned to a lost one.
        (
            A,
            Do::See,
            &format!("{FORCED}, save to force again: 3, undone 0+2 to 0+0, {FORCED}"),
        ),
    ]);
    // The first of the three comes back by itself.
    let positions = pair.positions();
    pair.chain.include(A, &first, &positions).unwrap();
    pair.node(A).posts.clear();
    let comes_again =
        |left: u8| format!("save forced on 0, save to force again: {left}, took over a step on 0");
    pair.play(&[
        (A, Do::See, &format!("{}, {FORCED}", comes_again(2))),
        (A, Do::Include, ""),
        (A, Do::See, &format!("{}, {FORCED}", comes_again(1))),
        (A, Do::Include, ""),
        (A, Do::See, COMES_AGAIN),
    ]);
    at_rest(pair, 15);
}

/// What was forced later may rest on what was forced before.
#[test]
fn steps_that_a_fork_lost_come_again_in_their_order() {
    let mut pair = Pair::new();
    pair.chain.block();
    pair.see();
    pair.forced(A, pay(A, 1));
    pair.forced(A, pay(A, 2));
    pair.node(A).say(Input::Force(pay(A, 3)));
    pair.node(A).posts.clear();
    pair.chain.lose(1);
    for coins in [1, 2, 3] {
        pair.see();
        // The block alone told only that the last one was pinned to a lost one.
        let stale = pair.nodes[0].posts.len() - 1;
        pair.node(A).posts.drain(..stale);
        assert_eq!(posted(&pair), [pay(A, coins)]);
        pair.include(A).unwrap();
    }
    pair.see();
    at_rest(pair, 6);
}

/// Before its block is passed again, nothing can be built on the newest state.
#[test]
fn a_step_that_a_fork_lost_waits_for_the_block_of_its_base() {
    let mut pair = Pair::new();
    (0..2).for_each(|_| pair.chain.block());
    pair.see();
    pair.agree(A, pay(A, 1));
    pair.forced(A, pay(A, 5));
    pair.play(&[
        (A, Do::Fork(2), ""),
        (A, Do::See, "save to force again: 1, undone 1+1 to 1+0"),
        (A, Do::Blocks(1), ""),
        (A, Do::See, "post force on 1"),
        (A, Do::Include, ""),
        (A, Do::See, COMES_AGAIN_ON_1),
    ]);
    at_rest(pair, 6);
}

/// Both sign a state that rests on the forced step, one of them not knowing yet that a fork lost it.
#[test]
fn a_payment_that_the_newest_state_has_already_is_not_forced_again() {
    let (mut pair, _) = forced();
    pair.play(&[
        (B, Do::See, STEP),
        (A, Do::Pay(7), PROPOSED),
        (B, Do::Hear, "ask 1"),
        (A, Do::Fork(1), ""),
        (
            A,
            Do::See,
            &format!("{AGAIN}, undone 0+1 to 0+0, {FORCED}, save own 2, sign 2, send propose 2"),
        ),
        (
            B,
            Do::Approve,
            "save peer's 1, sign 1, save both 1, send accept 1, agreed 1",
        ),
        (
            A,
            Do::Hear,
            "save both 1, save to force again: 0, not forced, agreed 1, rival 2, save own 3, sign 3, send propose 3",
        ),
    ]);
    pair.node(A).posts.clear();
    pair.play(&[(A, Do::Blocks(9), ""), (A, Do::See, "")]);
    let node = &pair.nodes[0];
    assert!(node.posts.is_empty(), "{:?}", node.posts);
    assert_eq!(node.party.balances(), [Amount(988), Amount(1_012)]);
}
