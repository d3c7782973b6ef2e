//! Taking a proposal back, and what becomes of one that is accepted all the same
//! (docs/spec/channel.md, 5.7).

use twinroot_abi::{Amount, Height, Round};
use twinroot_party::{Illegal, Input, Report};
use twinroot_wire::Message;

use crate::world::{A, B, Do, Node, Pair, deposit, env, pay, quiet, sign_commitment};

const PROPOSED: &str = "save own 1, sign 1, send propose 1";
const TAKEN_BACK: &str = "save own 2, sign 2, send propose 2";

#[test]
fn a_refused_step_is_taken_back_and_the_peer_signs_that_unasked() {
    let mut pair = Pair::new();
    let root = pair.nodes[0].party.commitment().state_root;
    pair.play(&[
        (A, Do::Pay(10), PROPOSED),
        (B, Do::Hear, "ask 1"),
        (B, Do::Decline, "send refuse 1 Declined, refused 1 Declined"),
        (A, Do::Hear, "peer refused 1 Declined"),
        (A, Do::Cancel, TAKEN_BACK),
        (
            B,
            Do::Hear,
            "save peer's 2, sign 2, save both 2, send accept 2, agreed 2",
        ),
        (A, Do::Hear, "save both 2, agreed 2"),
        (A, Do::Pay(20), "save own 3, sign 3, send propose 3"),
    ]);
    assert_eq!(pair.nodes[1].party.commitment().state_root, root);
}

#[test]
fn an_unanswered_step_is_repeated_or_taken_back_above() {
    let half_signed = "illegal: the proposal of round 1 is half-signed: repeat it, force it, or take it back first";
    Pair::new().play(&[
        (A, Do::Pay(10), PROPOSED),
        (B, Do::Lose, ""),
        (A, Do::Pay(20), half_signed),
        (A, Do::Pay(10), TAKEN_BACK),
        (B, Do::Lose, ""),
        (A, Do::Cancel, "save own 3, sign 3, send propose 3"),
        (A, Do::Pay(20), half_signed),
        (A, Do::Force(10), "post force on what is known"),
        (
            B,
            Do::Hear,
            "save peer's 3, sign 3, save both 3, send accept 3, agreed 3",
        ),
        (A, Do::Hear, "save both 3, agreed 3"),
        (A, Do::Pay(20), "save own 4, sign 4, send propose 4"),
    ]);
}

#[test]
fn there_is_nothing_to_take_back_where_nothing_is_half_signed() {
    let mut node = Node::new(A, quiet());
    assert_eq!(node.give(Input::Cancel), Err(Illegal::NothingToDo));
}

#[test]
fn taking_back_takes_the_peers_question_back() {
    Pair::new().play(&[
        (A, Do::Pay(10), PROPOSED),
        (B, Do::Hear, "ask 1"),
        (A, Do::Cancel, TAKEN_BACK),
        (
            B,
            Do::Hear,
            "save peer's 2, sign 2, save both 2, send accept 2, agreed 2",
        ),
        (
            B,
            Do::Approve,
            "illegal: this was not asked, or something else was asked since",
        ),
    ]);
}

/// The peer may still sign the step above, which rests on the same state as the one that it signed.
/// So the party does not rely on the step before one above both is co-signed.
#[test]
fn a_taken_back_step_that_is_accepted_is_sealed() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Pay(10), PROPOSED),
        (B, Do::Hear, "ask 1"),
        (A, Do::Cancel, TAKEN_BACK),
        (
            B,
            Do::Approve,
            "save peer's 1, sign 1, save both 1, send accept 1, agreed 1",
        ),
        (
            A,
            Do::Hear,
            "save both 1, agreed 1, rival 2, save own 3, sign 3, send propose 3",
        ),
        (
            B,
            Do::Hear,
            "send refuse 2 OutOfOrder, refused 2 OutOfOrder, send hello 1?",
        ),
        (
            B,
            Do::Hear,
            "save peer's 3, sign 3, save both 3, send accept 3, agreed 3",
        ),
        (A, Do::Hear, "peer refused 2 OutOfOrder"),
        (A, Do::Hear, "send hello 1"),
        (A, Do::Hear, "save both 3, agreed 3"),
        (B, Do::Hear, ""),
    ]);
    pair.assert_same();
    for node in &pair.nodes {
        assert_eq!(node.party.balances(), [Amount(990), Amount(1_010)]);
        assert_eq!(node.party.half_signed().count(), 0);
    }
}

#[test]
fn the_sealing_step_is_repeated_until_it_is_answered() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Pay(10), PROPOSED),
        (B, Do::Hear, "ask 1"),
        (A, Do::Cancel, TAKEN_BACK),
        (
            B,
            Do::Approve,
            "save peer's 1, sign 1, save both 1, send accept 1, agreed 1",
        ),
        (
            A,
            Do::Hear,
            "save both 1, agreed 1, rival 2, save own 3, sign 3, send propose 3",
        ),
        (B, Do::Lose, ""),
        (B, Do::Lose, ""),
        (A, Do::Tick, "send propose 3"),
        (
            B,
            Do::Hear,
            "save peer's 3, sign 3, save both 3, send accept 3, agreed 3",
        ),
    ]);
}

/// The peer takes the place of the step with the taking back after all: it beats the step for good,
/// and nothing of the party is lost but the step.
#[test]
fn a_rival_that_the_peer_signs_is_taken_over() {
    let mut node = Node::new(A, quiet());
    node.say(Input::Propose(pay(A, 10)));
    let step = node.proposed().clone();
    node.say(Input::Cancel);
    let cancel = node.proposed().clone();
    let accept = |commitment| Message::Accept {
        round: Round(1),
        signature: sign_commitment(B, commitment),
    };
    node.hear(accept(&step));
    let late = Message::Accept {
        round: Round(2),
        signature: sign_commitment(B, &cancel),
    };
    assert!(node.hear(late).starts_with("save both 2, agreed 2"));
    assert_eq!(node.party.commitment(), &cancel);
    let Some(Report::Agreed(agreed)) = node
        .reports
        .iter()
        .rev()
        .find(|report| matches!(report, Report::Agreed(_)))
    else {
        panic!("it was agreed")
    };
    assert_eq!(
        agreed.rival,
        Some(Round(3)),
        "the sealing step, which changes nothing"
    );
}

/// Whatever the peer signs, of all that is open to it, is the step or nothing.
#[test]
fn a_peer_cannot_choose_between_two_steps() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Pay(10), PROPOSED),
        (A, Do::Pay(10), TAKEN_BACK),
        (A, Do::Cancel, "save own 3, sign 3, send propose 3"),
    ]);
    let half = || Err(Illegal::HalfSigned { round: Round(1) });
    let node = pair.node(A);
    assert_eq!(node.give(Input::Propose(pay(A, 11))), half());
    assert_eq!(node.give(Input::Propose(deposit(A, 11, 5))), half());
    let expiry = Height(5);
    assert_eq!(node.give(Input::ProposeClose { expiry }), half());
    let proposal = node.peers_proposal(4, env(1), pay(B, 1)).unwrap();
    node.hear(Message::Propose(Box::new(proposal)));
    assert!(
        node.approve().is_ok(),
        "a step of the peer beats all of them"
    );
    assert_eq!(node.party.half_signed().count(), 0);
}

/// Two states of one round would be a choice that no later round takes away.
#[test]
fn a_peer_cannot_have_two_states_of_one_round_signed() {
    let mut node = Node::new(A, quiet());
    node.say(Input::Propose(pay(A, 10)));
    let same_round = node.peers_proposal(1, env(1), pay(B, 1)).unwrap();
    let words = node.hear(Message::Propose(Box::new(same_round)));
    assert!(!words.contains("ask 1"), "{words}");
    let mut node = Node::new(A, quiet());
    let one = node.peers_proposal(1, env(1), pay(B, 1)).unwrap();
    let other = node.peers_proposal(1, env(1), pay(B, 2)).unwrap();
    assert_eq!(node.hear(Message::Propose(Box::new(one))), "ask 1");
    let words = node.hear(Message::Propose(Box::new(other.clone())));
    assert_eq!(words, "send refuse 1 Taken(Round(1))");
    assert!(node.approve().is_ok());
    let words = node.hear(Message::Propose(Box::new(other)));
    assert!(words.starts_with("send refuse 1 OutOfOrder"), "{words}");
    assert_eq!(node.signed.len(), 1);
}
