//! Proposals that cross: one side goes first, and the other one's step comes after it
//! (docs/spec/channel.md, 5.8).

use twinroot_abi::{Hash, Round, Side};
use twinroot_party::Input;
use twinroot_wire::{Message, Reason};

use crate::world::{A, B, Do, Node, Pair, env, pay, quiet, sign_commitment, willing};

/// Whose proposal goes first on the state that both have.
fn first(pair: &Pair) -> Side {
    let Hash(bytes) = pair.nodes[0].party.commitment().hash();
    Side::BOTH[usize::from(bytes[0] & 1)]
}

/// Both have proposed; who goes first is returned.
fn crossed(policies: [twinroot_party::Policy; 2]) -> (Pair, Side) {
    let mut pair = Pair::with(policies);
    let first = first(&pair);
    pair.play(&[
        (A, Do::Pay(10), "save own 1, sign 1, send propose 1"),
        (B, Do::Pay(20), "save own 1, sign 1, send propose 1"),
    ]);
    (pair, first)
}

#[test]
fn of_two_that_cross_one_goes_first_and_the_other_follows_by_itself() {
    let (mut pair, first) = crossed([quiet(), quiet()]);
    let second = first.other();
    pair.play(&[
        (first, Do::Hear, "save own 2, sign 2, send propose 2"),
        (second, Do::Hear, "send refuse 1 Taken(Round(1))"),
        (first, Do::Hear, ""),
        (second, Do::Hear, "ask 2"),
        (
            second,
            Do::Approve,
            "save peer's 2, sign 2, save both 2, send accept 2, collided 1, agreed 2, \
             save own 3, sign 3, send propose 3",
        ),
        (first, Do::Hear, "save both 2, agreed 2"),
        (first, Do::Hear, "ask 3"),
        (
            first,
            Do::Approve,
            "save peer's 3, sign 3, save both 3, send accept 3, agreed 3",
        ),
        (second, Do::Hear, "save both 3, agreed 3"),
    ]);
    pair.assert_same();
    let balances = pair.nodes[0].party.balances();
    assert_eq!(
        balances.map(|it| it.0),
        [1_010, 990],
        "both steps were carried out"
    );
}

#[test]
fn who_goes_first_changes_with_the_state() {
    let mut pair = Pair::new();
    let mut seen = [false; 2];
    for _ in 0..16 {
        seen[first(&pair).index()] = true;
        pair.agree(A, pay(A, 1));
    }
    assert_eq!(seen, [true; 2]);
}

#[test]
fn two_willing_parties_need_no_user_to_untangle_a_crossing() {
    let (mut pair, _) = crossed([willing(), willing()]);
    for _ in 0..8 {
        for side in Side::BOTH {
            if !pair.nodes[side.other().index()].sent.is_empty() {
                pair.deliver(side).unwrap();
            }
        }
    }
    pair.assert_same();
    assert_eq!(pair.nodes[0].party.balances().map(|it| it.0), [1_010, 990]);
    assert!(
        pair.nodes
            .iter()
            .all(|node| node.party.half_signed().count() == 0)
    );
}

#[test]
fn a_step_that_was_taken_back_is_not_proposed_again() {
    let (mut pair, first) = crossed([quiet(), quiet()]);
    let second = first.other();
    pair.play(&[
        (second, Do::Cancel, "save own 2, sign 2, send propose 2"),
        (first, Do::Hear, "save own 2, sign 2, send propose 2"),
        (first, Do::Hear, "save own 3, sign 3, send propose 3"),
        (second, Do::Hear, "send refuse 1 Taken(Round(2))"),
        (second, Do::Hear, "send refuse 2 Taken(Round(2))"),
        (second, Do::Hear, "ask 3"),
        (
            second,
            Do::Approve,
            "save peer's 3, sign 3, save both 3, send accept 3, agreed 3",
        ),
    ]);
    assert_eq!(pair.nodes[second.index()].party.half_signed().count(), 0);
}

#[test]
fn a_step_that_was_refused_in_any_round_is_not_proposed_again() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Pay(10), "save own 1, sign 1, send propose 1"),
        (B, Do::Lose, ""),
        (A, Do::Pay(10), "save own 2, sign 2, send propose 2"),
        (B, Do::Hear, "ask 2"),
        (B, Do::Decline, "send refuse 2 Declined, refused 2 Declined"),
        (A, Do::Hear, "peer refused 2 Declined"),
        (B, Do::Pay(3), "save own 3, sign 3, send propose 3"),
        (A, Do::Hear, "ask 3"),
        (
            A,
            Do::Approve,
            "save peer's 3, sign 3, save both 3, send accept 3, agreed 3",
        ),
    ]);
}

#[test]
fn a_step_that_is_refused_for_the_moment_comes_again_after_the_peers() {
    let mut pair = Pair::new();
    pair.play(&[(A, Do::Pay(10), "save own 1, sign 1, send propose 1")]);
    let refuse = Message::Refuse {
        round: Round(1),
        reason: Reason::Busy,
    };
    assert_eq!(pair.node(A).hear(refuse), "peer refused 1 Busy");
    let proposal = pair.nodes[0].peers_proposal(5, env(1), pay(B, 3)).unwrap();
    assert_eq!(
        pair.node(A).hear(Message::Propose(Box::new(proposal))),
        "ask 5"
    );
    pair.play(&[(
        A,
        Do::Approve,
        "save peer's 5, sign 5, save both 5, send accept 5, collided 1, agreed 5, \
         save own 6, sign 6, send propose 6",
    )]);
}

#[test]
fn a_step_that_has_become_impossible_meanwhile_is_not_proposed_again() {
    let mut node = Node::new(A, quiet());
    node.say(Input::Propose(pay(A, 1_000)));
    // The peer asks for coins that are then missing.
    let proposal = node.peers_proposal(2, env(1), pay(A, 1)).unwrap();
    assert_eq!(node.hear(Message::Propose(Box::new(proposal))), "ask 2");
    let words = node.approve().unwrap().join(", ");
    let expected = "save peer's 2, sign 2, save both 2, send accept 2, collided 1, agreed 2, \
                    impossible: operation 0: 999 coins where 1000 are needed";
    assert_eq!(words, expected);
}

#[test]
fn a_taken_round_is_tried_again_above() {
    let mut pair = Pair::new();
    // The responder has seen rounds that the initiator lost.
    let seen = pair.nodes[1].peers_proposal(7, env(1), pay(A, 5)).unwrap();
    pair.node(B).hear(Message::Propose(Box::new(seen)));
    pair.play(&[
        (B, Do::Decline, "send refuse 7 Declined, refused 7 Declined"),
        (A, Do::Lose, ""),
        (A, Do::Pay(10), "save own 1, sign 1, send propose 1"),
        (B, Do::Hear, "send refuse 1 Taken(Round(7))"),
        (A, Do::Hear, "save own 8, sign 8, send propose 8"),
        (B, Do::Hear, "ask 8"),
        (
            B,
            Do::Approve,
            "save peer's 8, sign 8, save both 8, send accept 8, agreed 8",
        ),
        (A, Do::Hear, "save both 8, agreed 8"),
    ]);
    pair.assert_same();
}

#[test]
fn a_taken_round_of_nothing_is_ignored() {
    let mut pair = Pair::new();
    let taken = |round, last| Message::Refuse {
        round: Round(round),
        reason: Reason::Taken(Round(last)),
    };
    assert_eq!(pair.node(A).hear(taken(1, 5)), "");
    pair.play(&[(A, Do::Pay(10), "save own 1, sign 1, send propose 1")]);
    assert_eq!(pair.node(A).hear(taken(2, 5)), "", "another round");
    let abyss = (1 << 49) + 2;
    assert_eq!(pair.node(A).hear(taken(1, abyss)), "", "too far above");
    assert_eq!(
        pair.node(A).hear(taken(1, 0)),
        "save own 2, sign 2, send propose 2"
    );
}

#[test]
fn a_peer_cannot_have_a_party_sign_without_an_end() {
    let mut node = Node::new(A, quiet());
    node.say(Input::Propose(pay(A, 10)));
    for round in 1..1_000 {
        node.hear(Message::Refuse {
            round: Round(round),
            reason: Reason::Taken(Round(round)),
        });
    }
    assert_eq!(node.party.half_signed().count(), 8);
}

#[test]
fn equal_steps_that_cross_are_two() {
    let mut pair = Pair::new();
    let (first, step) = (first(&pair), pay(A, 10));
    let second = first.other();
    for side in Side::BOTH {
        pair.node(side).say(Input::Propose(step.clone()));
    }
    pair.play(&[
        (first, Do::Hear, "save own 2, sign 2, send propose 2"),
        (second, Do::Lose, ""),
        (second, Do::Hear, "ask 2"),
        (
            second,
            Do::Approve,
            "save peer's 2, sign 2, save both 2, send accept 2, collided 1, agreed 2, save own 3, sign 3, send propose 3",
        ),
        (first, Do::Hear, "save both 2, agreed 2"),
        (first, Do::Hear, "ask 3"),
        (
            first,
            Do::Approve,
            "save peer's 3, sign 3, save both 3, send accept 3, agreed 3",
        ),
        (second, Do::Hear, "save both 3, agreed 3"),
    ]);
    pair.assert_same();
    assert_eq!(pair.nodes[0].party.balances().map(|it| it.0), [980, 1_020]);
}

/// The rules refuse whatever is pinned below the newest state's block, which says nothing of the step.
#[test]
fn after_a_fork_a_step_waits_until_the_newest_states_block_is_passed_again() {
    let mut pair = Pair::new();
    (0..3).for_each(|_| pair.chain.block());
    pair.see();
    pair.agree(A, pay(A, 10));
    pair.play(&[(A, Do::Pay(1), "save own 2, sign 2, send propose 2")]);
    pair.chain.lose(2);
    pair.see();
    let taken = || Message::Refuse {
        round: Round(2),
        reason: Reason::Taken(Round(5)),
    };
    let node = pair.node(A);
    assert_eq!(node.hear(taken()), "");
    let waits = "a fork took the ledger back: wait until height 4 is passed again";
    for input in [
        Input::Propose(pay(A, 1)),
        Input::Force(pay(A, 1)),
        Input::Cancel,
    ] {
        let refused = node.give(input).unwrap_err();
        assert_eq!(refused.to_string(), waits);
    }
    pair.chain.block();
    pair.see();
    let again = pair.node(A).hear(taken());
    assert_eq!(again, "save own 6, sign 6, send propose 6");
}

/// A party at round 2, whose own step gave way but cannot follow: the channel is being closed.
fn waiting() -> Pair {
    let mut pair = Pair::new();
    pair.chain.block();
    pair.see();
    pair.play(&[(A, Do::Pay(10), "save own 1, sign 1, send propose 1")]);
    let proposal = pair.nodes[0].peers_proposal(2, env(1), pay(B, 3)).unwrap();
    let node = pair.node(A);
    assert_eq!(node.hear(Message::Propose(Box::new(proposal))), "ask 2");
    node.slow_signer = true;
    pair.play(&[
        (A, Do::Approve, "save peer's 2, sign 2"),
        (B, Do::CloseSolo, "post solo close at what is known"),
        (B, Do::Include, ""),
        (A, Do::See, "closing 0 until 12"),
        (
            A,
            Do::Sign,
            "save both 2, send accept 2, collided 1, agreed 2",
        ),
        (A, Do::Tick, ""),
    ]);
    pair.node(A).slow_signer = false;
    pair
}

#[test]
fn a_step_that_gave_way_waits_until_it_can_follow() {
    waiting().play(&[
        (A, Do::Fork(1), ""),
        (
            A,
            Do::See,
            "post slash 2, save own 3, sign 3, send propose 3",
        ),
    ]);
}

#[test]
fn a_step_that_waits_can_be_taken_back() {
    waiting().play(&[
        (A, Do::Cancel, ""),
        (A, Do::Fork(1), ""),
        (A, Do::See, "post slash 2"),
    ]);
}

#[test]
fn a_step_that_waits_and_is_proposed_by_hand_comes_once() {
    let mut pair = waiting();
    // A close that nobody answers binds it longer than the one on the ledger, which a fork loses.
    pair.play(&[
        (A, Do::Close(2), "save close 2, sign close 2, send close 2"),
        (A, Do::Fork(1), ""),
        (A, Do::See, "post slash 2"),
        (A, Do::Blocks(3), ""),
        (A, Do::See, "unfunded"),
        (A, Do::Pay(10), "save own 3, sign 3, send propose 3"),
    ]);
    let round = Round(3);
    let signature = sign_commitment(B, pair.nodes[0].proposed());
    let words = pair.node(A).hear(Message::Accept { round, signature });
    assert_eq!(words, "save both 3, agreed 3");
}
