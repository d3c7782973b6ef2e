//! Blocks that the ledger loses again: to a party a fork is just another view
//! (docs/spec/channel.md, 8.1 and 8.2).

use twinroot_abi::Amount;
use twinroot_party::{Input, Status};
use twinroot_wire::Message;

use crate::world::{A, B, Do, Node, Pair, env, env_of, pay, quiet};

const STEP: &str = "save forced on 0, took over a step on 0";
const FUNDED: &str = "save funding 1, funded 1, agreed 1";

#[test]
fn a_late_block_of_a_lost_fork_cannot_be_pinned() {
    let mut node = Node::new(B, quiet());
    for height in 2..6 {
        node.say(Input::Block(env(height)));
    }
    node.say(Input::Block(env_of(1, 4)));
    for (lost, expected) in [
        (env(5), "send refuse 1 Environment, refused 1 Environment"),
        (env(4), "send refuse 1 Environment, refused 1 Environment"),
        (env(3), "ask 1"),
        (env_of(1, 4), "ask 1"),
    ] {
        let proposal = node.peers_proposal(1, lost, pay(A, 10)).unwrap();
        let words = node.clone().hear(Message::Propose(Box::new(proposal)));
        assert_eq!(words, expected, "{lost:?}");
    }
    node.say(Input::Propose(pay(B, 1)));
    assert_eq!(
        node.proposed().env,
        env_of(1, 4),
        "nor does this party pin it"
    );
}

#[test]
fn a_step_that_a_fork_loses_is_undone() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Blocks(1), ""),
        (B, Do::Force(5), "post force on what is known"),
        (B, Do::Include, ""),
        (A, Do::See, STEP),
        (B, Do::Fork(1), ""),
        (A, Do::See, "undone 0+1 to 0+0"),
        (B, Do::See, ""),
    ]);
    pair.assert_same();
    assert_eq!(pair.nodes[0].party.balances(), [Amount(1_000); 2]);
}

#[test]
fn a_fork_may_bring_other_steps() {
    let mut pair = Pair::new();
    pair.chain.block();
    pair.see();
    let before = pair.chain.clone();
    pair.forced(A, pay(A, 1));
    pair.forced(A, pay(A, 2));
    // On the other fork the first of them is followed by one of the peer.
    let mut lost = pair.nodes.clone();
    pair.chain = before;
    pair.chain.block();
    pair.nodes = Pair::new().nodes;
    pair.see();
    pair.forced(B, pay(B, 7));
    lost[0].see(&pair.chain).unwrap();
    assert_eq!(lost[0].party.commitment(), pair.nodes[0].party.commitment());
    assert_eq!(lost[0].party.standing().forced, 1);
}

#[test]
fn a_question_on_a_lost_step_is_taken_back() {
    let mut pair = Pair::new();
    pair.chain.block();
    pair.forced(B, pay(B, 5));
    pair.play(&[
        (B, Do::Pay(1), "save own 1, sign 1, send propose 1"),
        (A, Do::Hear, "ask 1"),
        (A, Do::Fork(1), ""),
        (A, Do::See, "undone 0+1 to 0+0"),
        (
            A,
            Do::Approve,
            "illegal: this was not asked, or something else was asked since",
        ),
    ]);
}

/// The step rests on a state that is gone, and the peer can sign it all the same. So it is sealed.
#[test]
fn a_proposal_on_a_lost_step_is_sealed() {
    let mut pair = Pair::new();
    pair.chain.block();
    pair.forced(B, pay(B, 5));
    pair.play(&[
        (A, Do::Pay(1), "save own 1, sign 1, send propose 1"),
        (B, Do::Lose, ""),
        (A, Do::Fork(1), ""),
        (
            A,
            Do::See,
            "undone 0+1 to 0+0, save own 2, sign 2, send propose 2",
        ),
        (
            B,
            Do::See,
            "save to force again: 1, undone 0+1 to 0+0, post force on what is known",
        ),
        (
            B,
            Do::Hear,
            "save peer's 2, sign 2, save both 2, send accept 2, agreed 2",
        ),
        (
            A,
            Do::Hear,
            "save both 2, collided 1, agreed 2, save own 3, sign 3, send propose 3",
        ),
        (B, Do::Hear, "ask 3"),
    ]);
}

#[test]
fn a_slash_that_a_fork_loses_is_posted_at_once() {
    let mut pair = Pair::new();
    pair.play(&[(B, Do::CloseSolo, "post solo close at what is known")]);
    pair.agree(A, pay(A, 1));
    pair.play(&[
        (A, Do::Blocks(1), ""),
        (B, Do::Include, ""),
        (A, Do::Blocks(1), ""),
        (A, Do::See, "stale close 0, post slash 1"),
        (A, Do::Include, ""),
        (A, Do::See, "closing 1 until 13"),
        (A, Do::Fork(1), ""),
        // The new block alone does not tell that the slash is gone; the view does.
        (A, Do::See, "stale close 0, post slash 1"),
    ]);
}

#[test]
fn a_close_that_a_fork_loses_leaves_the_channel_open() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Blocks(1), ""),
        (A, Do::Close(9), "save close 0, sign close 0, send close 0"),
        (B, Do::Hear, "ask close 0"),
        (
            B,
            Do::Approve,
            "save close 0, sign close 0, send accept close",
        ),
        (A, Do::Hear, "post mutual close 0"),
        (A, Do::Include, ""),
        (A, Do::See, "closed"),
        (B, Do::See, "closed"),
        (A, Do::Fork(1), ""),
        (A, Do::See, "post mutual close 0"),
        (A, Do::Include, ""),
        (A, Do::See, "closed"),
        (B, Do::See, ""),
    ]);
}

/// The initiator's deposit of 500 coins, up to height 10, which the ledger carries out in block 2.
fn funded() -> Pair {
    let mut pair = Pair::new();
    pair.see();
    pair.play(&[
        (
            A,
            Do::Deposit(500, 10),
            "save own 1, sign funding 1, send propose 1",
        ),
        (B, Do::Hear, "ask 1"),
        (
            B,
            Do::Approve,
            "save peer's 1, sign funding 1, send accept 1",
        ),
        (A, Do::Hear, "post funding 1"),
        (A, Do::Blocks(1), ""),
        (A, Do::Include, ""),
        (A, Do::See, FUNDED),
        (B, Do::See, FUNDED),
    ]);
    pair
}

#[test]
fn a_deposit_that_a_fork_loses_is_posted_again() {
    let mut pair = funded();
    pair.play(&[
        (A, Do::Fork(1), ""),
        (A, Do::See, "post funding 1"),
        (B, Do::See, "post funding 1"),
        (A, Do::Include, ""),
        (A, Do::See, ""),
        (B, Do::See, ""),
    ]);
    pair.assert_same();
    assert_eq!(pair.nodes[0].party.balances()[0], Amount(1_500));
}

/// The blocks from which it is final are those above the one that has it now.
#[test]
fn a_deposit_that_was_posted_again_is_final_from_there() {
    let mut pair = funded();
    pair.play(&[
        (A, Do::Fork(1), ""),
        (A, Do::See, "post funding 1"),
        (A, Do::Blocks(4), ""),
        (A, Do::See, "post funding 1"),
        (A, Do::Include, ""),
        (A, Do::See, ""),
    ]);
    assert!(matches!(pair.nodes[0].party.status(), Status::Bound(it) if it.0 == 8));
    pair.play(&[
        (A, Do::Fork(2), ""),
        (A, Do::See, "post funding 1"),
        (A, Do::Include, ""),
    ]);
}

#[test]
fn a_deposit_that_was_lost_for_good_leaves_the_channel_as_it_was() {
    let mut pair = funded();
    let back = "save all at 0, unfunded";
    let bound = "illegal: a close, deposit or withdrawal is signed and binds up to height 12";
    pair.play(&[
        (A, Do::Fork(1), ""),
        (A, Do::See, "post funding 1"),
        (A, Do::Pay(1), bound),
        (A, Do::Blocks(10), ""),
        (A, Do::See, "post funding 1, post funding 1"),
        (A, Do::Blocks(1), ""),
        (A, Do::See, back),
        // The peer was away. It is told of many blocks before it is told what is left of the channel.
        (B, Do::See, ""),
        (A, Do::Blocks(1), ""),
        (A, Do::See, ""),
        (B, Do::See, back),
    ]);
    pair.assert_same();
    assert_eq!(pair.nodes[0].party.balances(), [Amount(1_000); 2]);
    pair.agree(A, pay(A, 1));
    for node in &mut pair.nodes {
        node.restart(twinroot_party::Source::Log);
    }
    pair.assert_same();
}

#[test]
fn a_party_that_began_again_knows_what_a_fork_may_have_lost() {
    let mut pair = funded();
    pair.play(&[
        (A, Do::Fork(1), ""),
        (A, Do::Restart, ""),
        (A, Do::See, "post funding 1"),
        (A, Do::Include, ""),
        (A, Do::See, ""),
        (A, Do::Restart, ""),
        (A, Do::Blocks(20), ""),
        (A, Do::See, ""),
        (A, Do::Blocks(3), ""),
        (A, Do::See, ""),
    ]);
    assert_eq!(pair.nodes[0].party.status(), Status::Free);
}

#[test]
fn a_party_that_was_asleep_comes_back_from_a_lost_deposit() {
    let mut pair = funded();
    pair.play(&[
        (A, Do::Fork(1), ""),
        (A, Do::Blocks(20), ""),
        (A, Do::Restart, ""),
        (A, Do::See, ""),
        (A, Do::Blocks(1), ""),
        (A, Do::See, "save all at 0, unfunded"),
    ]);
    assert_eq!(pair.nodes[0].party.balances(), [Amount(1_000); 2]);
}

/// What the ledger rests on again may have steps that were of no concern before.
#[test]
fn steps_on_the_state_before_a_lost_deposit_are_taken_over() {
    let mut pair = funded();
    pair.chain.lose(1);
    let positions = pair.positions();
    let mut peer = Node::new(B, quiet());
    peer.see(&pair.chain).unwrap();
    peer.say(Input::Force(pay(B, 5)));
    let action = peer.posts.pop_front().unwrap();
    pair.chain.include(B, &action, &positions).unwrap();
    pair.play(&[
        (A, Do::See, "forced elsewhere on 0, post funding 1"),
        (B, Do::See, "forced elsewhere on 0, post funding 1"),
        (A, Do::Blocks(10), ""),
        (A, Do::See, "post funding 1, post funding 1"),
        (A, Do::Blocks(1), ""),
        (A, Do::See, &format!("save all at 0, unfunded, {STEP}")),
        (
            B,
            Do::See,
            &format!("post funding 1, post funding 1, save all at 0, unfunded, {STEP}"),
        ),
    ]);
    pair.assert_same();
    assert_eq!(pair.nodes[0].party.balances(), [Amount(1_005), Amount(995)]);
}

#[test]
fn a_lost_deposit_does_not_undo_what_was_forced_on_it() {
    let mut pair = funded();
    pair.chain.block();
    pair.forced(B, pay(B, 7));
    pair.play(&[
        (A, Do::Fork(1), ""),
        (A, Do::See, "undone 1+1 to 1+0"),
        (A, Do::Fork(2), ""),
        (A, Do::See, "post funding 1"),
    ]);
}
