//! Finding each other again after messages were lost (docs/spec/channel.md, 5.10).

use twinroot_abi::{Amount, Round};
use twinroot_party::{Input, Status};
use twinroot_wire::{CoSigned, Commitment, Hello, Message};

use crate::world::{A, B, Do, Pair, create_of, pay, sign_commitment};

const PROPOSED: &str = "save own 1, sign 1, send propose 1";
const ACCEPTED: &str = "save peer's 1, sign 1, save both 1, send accept 1, agreed 1";

fn hello(newest: Option<CoSigned>, last_round: u64) -> Message {
    Message::Hello(Box::new(Hello {
        newest,
        last_round: Round(last_round),
        heard: 0,
        notes_from: 0,
        answer: false,
    }))
}

fn signed_by_both(commitment: Commitment) -> CoSigned {
    let signatures = [A, B].map(|side| sign_commitment(side, &commitment));
    CoSigned {
        commitment,
        signatures,
    }
}

#[test]
fn both_say_where_they_stand() {
    let mut pair = Pair::new();
    pair.agree(A, pay(A, 1));
    pair.play(&[
        (A, Do::Connected, "send hello 1?"),
        (B, Do::Connected, "send hello 1?"),
        (B, Do::Hear, "send hello 1"),
        (A, Do::Hear, "send hello 1"),
        (A, Do::Hear, ""),
        (B, Do::Hear, ""),
    ]);
}

#[test]
fn a_lost_acceptance_is_healed_by_the_peers_hello() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Pay(10), PROPOSED),
        (B, Do::Hear, "ask 1"),
        (B, Do::Approve, ACCEPTED),
        (A, Do::Lose, ""),
        (B, Do::Connected, "send hello 1?"),
        (A, Do::Hear, "send hello 0, save both 1, agreed 1"),
        (B, Do::Hear, ""),
    ]);
    pair.assert_same();
}

#[test]
fn a_lost_acceptance_is_healed_by_asking_again() {
    for again in [Do::Connected, Do::Tick] {
        let mut pair = Pair::new();
        pair.play(&[
            (A, Do::Pay(10), PROPOSED),
            (B, Do::Hear, "ask 1"),
            (B, Do::Approve, ACCEPTED),
            (A, Do::Lose, ""),
        ]);
        pair.act(A, again).unwrap();
        while !pair.nodes[0].sent.is_empty() {
            pair.deliver(B).unwrap();
        }
        while !pair.nodes[1].sent.is_empty() {
            pair.deliver(A).unwrap();
        }
        pair.assert_same();
    }
}

#[test]
fn a_lost_proposal_is_sent_again_in_the_same_bytes() {
    let mut pair = Pair::new();
    pair.play(&[(A, Do::Pay(10), PROPOSED)]);
    let first = pair.take_message(B).unwrap();
    pair.play(&[(A, Do::Tick, "send propose 1")]);
    assert_eq!(pair.nodes[0].sent[0], first);
    assert_eq!(pair.nodes[0].signed.len(), 1);
    pair.play(&[
        (A, Do::Pay(10), "save own 2, sign 2, send propose 2"),
        (B, Do::Lose, ""),
        (B, Do::Lose, ""),
        (A, Do::Tick, "send propose 2"),
    ]);
}

#[test]
fn a_party_with_nothing_open_has_nothing_to_say_again() {
    let mut pair = Pair::new();
    pair.agree(A, pay(A, 1));
    pair.play(&[(A, Do::Tick, ""), (B, Do::Tick, "")]);
}

#[test]
fn what_is_proposed_on_a_state_that_the_peer_has_left_is_healed() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Pay(10), PROPOSED),
        (B, Do::Hear, "ask 1"),
        (B, Do::Approve, ACCEPTED),
        (A, Do::Lose, ""),
        (A, Do::Pay(10), "save own 2, sign 2, send propose 2"),
        (
            B,
            Do::Hear,
            "send refuse 2 OutOfOrder, refused 2 OutOfOrder, send hello 1?",
        ),
        (A, Do::Hear, "peer refused 2 OutOfOrder"),
        // The repeated step could still take the place of the one that was signed.
        (
            A,
            Do::Hear,
            "send hello 0, save both 1, agreed 1, rival 2, save own 3, sign 3, send propose 3",
        ),
        (B, Do::Hear, ""),
        (
            B,
            Do::Hear,
            "save peer's 3, sign 3, save both 3, send accept 3, agreed 3",
        ),
        (A, Do::Hear, "save both 3, agreed 3"),
    ]);
    pair.assert_same();
    assert_eq!(
        pair.nodes[0].party.balances()[0],
        Amount(990),
        "it was paid once"
    );
}

/// Two parties that look at different blocks must not greet and refuse each other for ever.
#[test]
fn parties_that_differ_for_a_while_do_not_storm() {
    let mut pair = Pair::new();
    pair.node(A).say(Input::Force(pay(A, 5)));
    pair.include(A).unwrap();
    let chain = pair.chain.clone();
    pair.node(A).see(&chain).unwrap();
    pair.play(&[(A, Do::Pay(1), PROPOSED), (B, Do::Pay(1), PROPOSED)]);
    let mut messages = 0;
    while let Some(side) = [A, B]
        .into_iter()
        .find(|side| !pair.nodes[side.other().index()].sent.is_empty())
    {
        pair.deliver(side).unwrap();
        messages += 1;
        assert!(messages < 20, "a storm");
    }
}

#[test]
fn an_older_state_of_the_peer_is_nothing_new() {
    let mut pair = Pair::new();
    pair.agree(A, pay(A, 1));
    let old = pair.nodes[0].party.newest().cloned();
    pair.agree(A, pay(A, 2));
    assert_eq!(pair.node(A).hear(hello(old, 1)), "");
    assert_eq!(pair.nodes[0].party.status(), Status::Free);
}

/// The peer's last round may be one of a proposal that is still on its way.
#[test]
fn a_party_that_lost_nothing_takes_no_round_over() {
    let mut pair = Pair::new();
    assert_eq!(pair.node(A).hear(hello(None, (1 << 49) + 1)), "");
    assert_eq!(pair.node(A).hear(hello(None, 6)), "");
    pair.play(&[(A, Do::Pay(1), "save own 1, sign 1, send propose 1")]);
}

#[test]
fn a_state_that_was_not_signed_by_both_is_not_believed() {
    let mut pair = Pair::new();
    let proposal = pair.nodes[0]
        .peers_proposal(5, crate::world::env(1), pay(B, 1))
        .unwrap();
    let mut forged = signed_by_both(proposal.commitment);
    forged.signatures[0] = forged.signatures[1];
    assert_eq!(pair.node(A).hear(hello(Some(forged), 5)), "");
    assert_eq!(pair.nodes[0].party.status(), Status::Free);
}

/// With such a state for its newest, a party could not answer an old close any more.
#[test]
fn a_state_of_another_channel_is_not_taken_for_a_newer_one() {
    let mut pair = Pair::new();
    pair.agree(A, pay(A, 1));
    let mut other = pair.nodes[0].party.commitment().clone();
    other.channel.0[0] ^= 1;
    other.round = Round(9);
    assert_eq!(pair.node(A).hear(hello(Some(signed_by_both(other)), 9)), "");
    let newest = &pair.nodes[0].party.newest().unwrap().commitment;
    assert_eq!(newest, pair.nodes[0].party.commitment());
}

#[test]
fn a_bound_party_says_again_what_binds_it() {
    Pair::new().play(&[
        (A, Do::Close(9), "save close 0, sign close 0, send close 0"),
        (A, Do::Connected, "send hello 0?, send close 0"),
        (A, Do::Tick, "send close 0"),
    ]);
    Pair::new().play(&[
        (
            A,
            Do::Deposit(5, 9),
            "save own 1, sign funding 1, send propose 1",
        ),
        (A, Do::Connected, "send hello 0?, send propose 1"),
        (A, Do::Tick, "send propose 1"),
    ]);
}

#[test]
fn a_party_that_goes_away_says_so() {
    Pair::new().play(&[(A, Do::Leave, "send leave"), (B, Do::Hear, "peer left")]);
}

/// What was lost comes with the next greeting, whoever greets.
#[test]
fn a_peer_that_is_ahead_hands_its_state_out_in_parts() {
    let mut pair = Pair::new();
    let old = pair.nodes[0].clone();
    for _ in 0..10 {
        pair.agree(A, create_of(b"toy", 0));
    }
    pair.nodes[0] = old;
    pair.play(&[
        (A, Do::Connected, "send hello 0?"),
        (B, Do::Hear, "send hello 10"),
        (A, Do::Hear, "save both 10, behind 10, send fetch 10"),
        (B, Do::Hear, "send 13 leaves"),
        (
            A,
            Do::Hear,
            "save above gap+10, save all at 10, caught up 10",
        ),
    ]);
    assert_eq!(
        pair.nodes[0].party.commitment(),
        pair.nodes[1].party.commitment()
    );
}
