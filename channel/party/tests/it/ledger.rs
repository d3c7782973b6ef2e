//! What a party makes of the channel as the ledger has it (docs/spec/channel.md, 8).

use twinroot_abi::{Amount, Height, Root, Round};
use twinroot_party::{Illegal, Input, OnLedger, Party, Status};
use twinroot_wire::{CoSigned, Ground, Message};

use crate::toy::{Line, Toy, code};
use crate::world::{
    A, B, Do, Node, Pair, call, create_for, env, parameters, pay, quiet, sign_commitment,
};

const PROPOSED: &str = "save own 1, sign 1, send propose 1";

/// What the initiator proposed last, with the responder's signature.
fn signed_after_all(pair: &Pair) -> CoSigned {
    let commitment = pair.nodes[0].proposed().clone();
    let signatures = [A, B].map(|side| sign_commitment(side, &commitment));
    CoSigned {
        commitment,
        signatures,
    }
}

/// A view of a ledger that rests on this state.
fn resting_on(state: CoSigned) -> OnLedger {
    OnLedger {
        tip: state.commitment.clone(),
        ground: Ground::CoSigned(state),
        steps: Vec::new(),
        closing: None,
    }
}

fn give(node: &mut Node, view: OnLedger) -> Result<Vec<String>, Illegal> {
    node.give(Input::Ledger(Some(Box::new(view))))
}

#[test]
fn a_stale_close_is_slashed_with_the_newest_state() {
    let mut pair = Pair::new();
    pair.agree(A, pay(A, 1));
    pair.play(&[(B, Do::CloseSolo, "post solo close at 1")]);
    pair.agree(A, pay(A, 3));
    pair.play(&[
        (B, Do::Include, ""),
        (A, Do::See, "stale close 1, post slash 2"),
        (A, Do::Include, ""),
        (A, Do::See, "closing 2 until 11"),
        (B, Do::See, "closing 2 until 11"),
        (A, Do::Blocks(9), ""),
        (A, Do::See, ""),
        (A, Do::Blocks(1), ""),
        (A, Do::See, "post settle"),
        (A, Do::Include, ""),
        (A, Do::See, "closed"),
        (B, Do::See, "post settle, closed"),
    ]);
}

#[test]
fn a_slash_is_posted_again_until_it_is_there() {
    let mut pair = Pair::new();
    pair.play(&[(B, Do::CloseSolo, "post solo close at what is known")]);
    pair.agree(A, pay(A, 1));
    pair.play(&[
        (B, Do::Include, ""),
        (A, Do::See, "stale close 0, post slash 1"),
        (A, Do::Drop, ""),
        (A, Do::Blocks(2), ""),
        (A, Do::See, ""),
        (A, Do::Blocks(1), ""),
        (A, Do::See, "post slash 1"),
        (A, Do::Include, ""),
        (A, Do::See, "closing 1 until 14"),
    ]);
}

#[test]
fn a_user_may_settle_by_itself() {
    let mut policy = quiet();
    policy.settle = false;
    let mut pair = Pair::with([policy, quiet()]);
    pair.play(&[
        (B, Do::CloseSolo, "post solo close at what is known"),
        (B, Do::Include, ""),
        (A, Do::See, "closing 0 until 11"),
        (A, Do::Blocks(30), ""),
        (A, Do::See, ""),
    ]);
}

#[test]
fn a_hold_is_waited_for() {
    let mut pair = Pair::new();
    pair.agree(A, crate::world::create_of(b"toy", 50));
    pair.agree(A, call(100, &[]));
    pair.play(&[
        (B, Do::CloseSolo, "post solo close at 2"),
        (B, Do::Include, ""),
        (A, Do::See, "closing 2 until 50"),
        (A, Do::Blocks(48), ""),
        (A, Do::See, ""),
        (A, Do::Blocks(1), ""),
        (A, Do::See, "post settle"),
    ]);
}

#[test]
fn the_ledger_can_be_told_of_the_newest_state() {
    let mut pair = Pair::new();
    pair.play(&[(A, Do::Snapshot, "illegal: there is nothing to do")]);
    pair.agree(A, pay(A, 1));
    pair.play(&[
        (A, Do::Snapshot, "post snapshot 1"),
        (A, Do::Include, ""),
        (A, Do::See, ""),
        (A, Do::Snapshot, "illegal: there is nothing to do"),
        (A, Do::CloseSolo, "post solo close at what is known"),
    ]);
}

#[test]
fn a_step_forced_on_the_newest_state_is_taken_over() {
    let mut pair = Pair::with_contract();
    pair.node(B)
        .say(Input::Force(call(0, &[Line::Pay(B, 40), Line::Stamp(1)])));
    pair.play(&[
        (B, Do::Include, ""),
        (A, Do::See, "save forced on 2, took over a step on 2"),
        (B, Do::See, "save forced on 2, took over a step on 2"),
    ]);
    pair.assert_same();
    assert_eq!(pair.nodes[0].party.balances(), [Amount(900), Amount(1_040)]);
    pair.agree(A, pay(A, 5));
    let round = pair.nodes[0].party.commitment().round;
    assert_eq!(round, Round(3), "they go on above it");
}

#[test]
fn several_steps_are_taken_over_at_once() {
    let mut pair = Pair::new();
    for coins in [1, 2, 3] {
        let node = pair.node(A);
        node.say(Input::Force(pay(A, coins)));
        pair.include(A).unwrap();
        let chain = pair.chain.clone();
        pair.node(A).see(&chain).unwrap();
    }
    let step = "save forced on 0, took over a step on 0";
    pair.play(&[(B, Do::See, &[step; 3].join(", "))]);
    pair.assert_same();
    assert_eq!(pair.nodes[1].party.standing().forced, 3);
}

#[test]
fn a_step_forced_on_an_older_state_changes_nothing() {
    let mut pair = Pair::new();
    pair.node(B).say(Input::Force(pay(B, 1)));
    pair.agree(A, pay(A, 2));
    let before = pair.nodes[0].party.commitment().clone();
    pair.play(&[(B, Do::Include, ""), (A, Do::See, "forced elsewhere on 0")]);
    assert_eq!(pair.nodes[0].party.commitment(), &before);
    pair.play(&[
        (B, Do::See, "forced elsewhere on 0, post force on 1"),
        (A, Do::Snapshot, "post snapshot 1"),
        (A, Do::Include, ""),
        (A, Do::See, ""),
    ]);
    pair.assert_same();
}

#[test]
fn a_ledger_that_reaches_another_state_stops_the_party() {
    let mut pair = Pair::new();
    pair.node(B).say(Input::Force(pay(B, 1)));
    pair.include(B).unwrap();
    let good = pair.chain.view().unwrap();
    let diverged = |result| matches!(result, Err(Illegal::Diverged(_)));
    let mut other = (*good).clone();
    other.tip.state_root = Root([9; 32]);
    assert!(diverged(give(pair.node(A), other)));
    let mut taking = (*good).clone();
    taking.steps[0].operations = pay(A, 1);
    assert!(
        diverged(give(pair.node(A), taking)),
        "it took this party's coins"
    );
    let mut unknown = (*good).clone();
    unknown.steps[0].base = twinroot_abi::Hash([9; 32]);
    assert!(diverged(give(pair.node(A), unknown)));
    assert!(give(pair.node(A), *good).is_ok());
}

#[test]
fn another_state_of_the_newest_round_stops_the_party() {
    let mut pair = Pair::new();
    pair.agree(A, pay(A, 1));
    let other = Pair::new().nodes[1]
        .peers_proposal(1, env(1), pay(A, 2))
        .unwrap();
    let commitment = other.commitment;
    let signatures = [A, B].map(|side| sign_commitment(side, &commitment));
    let view = resting_on(CoSigned {
        commitment,
        signatures,
    });
    let result = give(pair.node(A), view);
    assert!(matches!(result, Err(Illegal::Diverged(_))));
}

#[test]
fn a_half_signed_state_that_the_peer_posts_is_the_newest() {
    let mut pair = Pair::new();
    pair.play(&[(A, Do::Pay(10), PROPOSED)]);
    let posted = signed_after_all(&pair);
    let mut view = resting_on(posted.clone());
    view.closing = Some(Height(11));
    let words = give(pair.node(A), view).unwrap().join(", ");
    assert_eq!(words, "save both 1, agreed 1, closing 1 until 11");
    assert_eq!(pair.nodes[0].party.newest(), Some(&posted));
    pair.play(&[(A, Do::Force(3), "post force on what is known")]);
}

#[test]
fn a_half_signed_state_that_the_peer_forces_on_is_the_newest() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Pay(10), PROPOSED),
        (B, Do::Hear, "ask 1"),
        (
            B,
            Do::Approve,
            "save peer's 1, sign 1, save both 1, send accept 1, agreed 1",
        ),
        // Its answer is late, and the step is there first.
        (B, Do::Force(5), "post force on 1"),
        (B, Do::Include, ""),
        (
            A,
            Do::See,
            "save both 1, agreed 1, save forced on 1, took over a step on 1",
        ),
        (B, Do::See, "save forced on 1, took over a step on 1"),
        (A, Do::Hear, ""),
    ]);
    pair.assert_same();
}

#[test]
fn what_the_peer_has_not_signed_is_no_answer_to_a_close() {
    let mut pair = Pair::new();
    pair.play(&[(B, Do::CloseSolo, "post solo close at what is known")]);
    pair.agree(A, pay(A, 1));
    pair.play(&[
        (A, Do::Pay(10), "save own 2, sign 2, send propose 2"),
        (B, Do::Include, ""),
        (A, Do::See, "stale close 0, post slash 1"),
    ]);
}

#[test]
fn a_forced_step_with_unknown_code_is_given_again() {
    let mut pair = Pair::new();
    pair.node(B).say(Input::Force(create_for(B)));
    pair.include(B).unwrap();
    let view = pair.chain.view();
    let toy = code(b"toy");
    let mut fresh = Party::new(&parameters(), A, env(1), quiet()).unwrap();
    let result = fresh.step(Input::Ledger(view.clone()), &Toy);
    assert!(matches!(result, Err(Illegal::NeedsCode(needed)) if needed == toy.hash));
    fresh.learn(toy);
    assert!(fresh.step(Input::Ledger(view), &Toy).is_ok());
    assert_eq!(fresh.standing().forced, 1);
}

#[test]
fn a_broken_machine_stops_the_party() {
    let mut pair = Pair::with_contract();
    pair.node(B).say(Input::Force(call(0, &[])));
    pair.include(B).unwrap();
    let mut view = pair.chain.view().unwrap();
    view.steps[0].operations = call(0, &[Line::Break]);
    let result = give(pair.node(A), *view);
    assert!(matches!(result, Err(Illegal::Machine(_))));
}

#[test]
fn a_state_that_was_lost_is_told_by_the_ledger() {
    let mut pair = Pair::new();
    let old = pair.nodes[0].clone();
    pair.agree(A, pay(A, 1));
    pair.play(&[(B, Do::Snapshot, "post snapshot 1"), (B, Do::Include, "")]);
    pair.nodes[0] = old;
    pair.play(&[
        (A, Do::See, "save both 1, behind 1, send fetch 1"),
        (
            A,
            Do::Pay(1),
            "illegal: the newest state, of round 1, is not here: catch up with the peer, or close",
        ),
        (
            A,
            Do::Force(1),
            "illegal: the newest state, of round 1, is not here: catch up with the peer, or close",
        ),
        (A, Do::CloseSolo, "post solo close at what is known"),
        (B, Do::Hear, "send 2 leaves"),
    ]);
    assert_eq!(pair.nodes[0].party.status(), Status::Behind(Round(1)));
}

#[test]
fn a_party_that_is_behind_still_slashes() {
    let mut pair = Pair::new();
    let old = pair.nodes[0].clone();
    pair.agree(A, pay(A, 1));
    let newest = pair.nodes[0].party.newest().cloned();
    pair.nodes[0] = old;
    let hello = twinroot_wire::Hello {
        newest,
        last_round: Round(1),
        heard: 0,
        notes_from: 0,
        answer: false,
    };
    let words = pair.node(A).hear(Message::Hello(Box::new(hello)));
    assert_eq!(words, "save both 1, behind 1, send fetch 1");
    pair.play(&[(B, Do::CloseSolo, "post solo close at 1")]);
    pair.node(B).posts.clear();
    // The peer closes at the beginning.
    let close = twinroot_wire::Action::CloseSolo {
        channel: parameters().channel(),
        state: None,
    };
    pair.node(B).posts.push_back(close);
    pair.play(&[
        (B, Do::Include, ""),
        (A, Do::See, "stale close 0, post slash 1"),
    ]);
}

#[test]
fn all_that_still_can_be_the_last_word_counts_for_what_is_sure() {
    let mut pair = Pair::new();
    assert_eq!(pair.nodes[0].party.sure(), Amount(1_000));
    pair.play(&[(A, Do::Pay(10), PROPOSED)]);
    assert_eq!(pair.nodes[0].party.sure(), Amount(990));
    assert_eq!(pair.nodes[1].party.sure(), Amount(1_000));
    pair.play(&[
        (A, Do::Cancel, "save own 2, sign 2, send propose 2"),
        (B, Do::Lose, ""),
        (
            B,
            Do::Hear,
            "save peer's 2, sign 2, save both 2, send accept 2, agreed 2",
        ),
    ]);
    assert_eq!(pair.nodes[0].party.sure(), Amount(990), "not heard of yet");
    pair.play(&[(A, Do::Hear, "save both 2, agreed 2")]);
    assert_eq!(pair.nodes[0].party.sure(), Amount(1_000));
}
