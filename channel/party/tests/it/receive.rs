//! What a receiver checks before it asks or signs (docs/spec/channel.md, 5.2), and what a proposer
//! makes of an answer.

use twinroot_abi::{Amount, Hash, Height, Root, Round, TimeMs};
use twinroot_exec::Env;
use twinroot_party::{Illegal, Input};
use twinroot_types::{Signature, Tag};
use twinroot_wire::{Message, Proposal, Reason};

use crate::toy::Line;
use crate::world::{
    A, B, Do, Node, Pair, call, env, pay, quiet, secret, sign_commitment, signed_proposal,
};

/// What a fresh responder answers to the initiator's proposal of round 1 after `spoil`.
fn answer(spoil: impl FnOnce(&mut Proposal)) -> String {
    let mut node = Node::new(B, quiet());
    node.say(Input::Block(env(2)));
    let mut proposal = node.peers_proposal(1, env(2), pay(A, 10)).unwrap();
    spoil(&mut proposal);
    let words = node.hear(Message::Propose(Box::new(proposal)));
    assert_eq!(node.signed, []);
    words.split(", refused").next().unwrap().to_owned()
}

fn resign(proposal: &mut Proposal) {
    let Proposal {
        update, commitment, ..
    } = proposal.clone();
    *proposal = signed_proposal(A, update, commitment);
}

#[test]
fn a_good_proposal_is_asked_about() {
    assert_eq!(answer(|_| {}), "ask 1");
}

#[test]
fn a_proposal_pinned_to_an_unknown_block_is_refused() {
    let unknown = [
        env(3),
        Env {
            block: Hash([9; 32]),
            ..env(2)
        },
        Env {
            time: TimeMs(2_001),
            ..env(2)
        },
    ];
    for at in unknown {
        let refused = answer(|it| {
            it.update.env = at;
            it.commitment.env = at;
            resign(it);
        });
        assert_eq!(refused, "send refuse 1 Environment");
    }
}

#[test]
fn a_proposal_pinned_to_an_old_block_is_refused() {
    let refused = "send refuse 1 Environment, refused 1 Environment";
    for (height, expected) in [(21, "ask 1"), (22, refused)] {
        let mut node = Node::new(B, quiet());
        node.say(Input::Block(env(height)));
        let proposal = node.peers_proposal(1, env(1), pay(A, 10)).unwrap();
        assert_eq!(node.hear(Message::Propose(Box::new(proposal))), expected);
    }
}

#[test]
fn a_proposal_whose_commitment_comes_out_differently_is_refused() {
    type Spoil = fn(&mut Proposal);
    let spoils: [Spoil; 8] = [
        |it| it.commitment.state_root = Root([9; 32]),
        |it| it.commitment.payout = [Amount(1_000); 2],
        |it| it.commitment.total = Amount(2_001),
        |it| it.commitment.hold_until = Height(1),
        |it| it.commitment.prev = Hash([9; 32]),
        |it| it.commitment.env = env(1),
        |it| it.commitment.round = Round(2),
        |it| it.commitment.version += 1,
    ];
    for spoil in spoils {
        let refused = answer(|it| {
            spoil(it);
            resign(it);
        });
        assert!(refused.ends_with("Mismatch"), "{refused}");
    }
}

#[test]
fn a_proposal_that_the_peer_did_not_sign_is_refused() {
    let refused = "send refuse 1 Signature";
    assert_eq!(
        answer(|it| it.commitment.state_root = Root([9; 32])),
        refused
    );
    assert_eq!(
        answer(|it| it.signature = Signature::from_bytes(&[0; 64])),
        refused
    );
    let own = |it: &mut Proposal| it.signature = sign_commitment(B, &it.commitment);
    assert_eq!(answer(own), refused);
}

#[test]
fn a_proposal_in_the_other_partys_name_is_refused() {
    assert_eq!(
        answer(|it| it.update.proposer = B),
        "send refuse 1 OutOfOrder"
    );
}

#[test]
fn a_proposal_on_another_state_is_refused_and_the_peer_told_where_this_party_stands() {
    let words = answer(|it| it.update.base = Hash([9; 32]));
    assert_eq!(words, "send refuse 1 OutOfOrder");
    let mut pair = Pair::new();
    pair.agree(A, pay(A, 1));
    let mut proposal = pair.nodes[1].peers_proposal(2, env(1), pay(A, 1)).unwrap();
    proposal.update.base = Hash([9; 32]);
    let words = pair.node(B).hear(Message::Propose(Box::new(proposal)));
    assert_eq!(
        words,
        "send refuse 2 OutOfOrder, refused 2 OutOfOrder, send hello 1?"
    );
}

#[test]
fn a_proposal_that_the_rules_refuse_is_refused() {
    let refused = answer(|it| {
        it.update.operations = pay(A, 1_001);
        resign(it);
    });
    let why = "operation 0: 1000 coins where 1001 are needed";
    let reason = Reason::Rules(why.to_owned());
    assert_eq!(refused, format!("send refuse 1 {reason:?}"));
}

#[test]
fn a_round_may_leave_a_gap_but_no_abyss() {
    let abyss = 1 << 49;
    let taken = Reason::Taken(Round(0));
    for (round, expected) in [
        (0, format!("send refuse 0 {taken:?}")),
        (1, "ask 1".to_owned()),
        (abyss, format!("ask gap+{}", abyss - (1 << 24))),
        (
            abyss + 1,
            format!("send refuse gap+{} OutOfOrder", abyss + 1 - (1 << 24)),
        ),
        (
            u64::MAX,
            format!("send refuse gap+{} OutOfOrder", u64::MAX - (1 << 24)),
        ),
    ] {
        let words = answer(|it| {
            it.update.round = Round(round);
            it.commitment.round = Round(round);
            resign(it);
        });
        assert_eq!(words, expected);
    }
}

#[test]
fn a_broken_machine_says_nothing_about_a_proposal() {
    let mut pair = Pair::with_contract();
    let node = pair.node(A);
    let mut proposal = node.peers_proposal(3, env(1), call(0, &[])).unwrap();
    proposal.update.operations = call(0, &[Line::Break]);
    let message = Message::Propose(Box::new(proposal));
    let result = node.give(Input::Message(message));
    assert!(matches!(result, Err(Illegal::Machine(_))));
    let own = node.give(Input::Propose(call(0, &[Line::Break])));
    assert!(matches!(own, Err(Illegal::Machine(_))));
}

#[test]
fn a_later_proposal_takes_the_place_of_the_one_that_is_asked_about() {
    let mut node = Node::new(B, quiet());
    let first = node.peers_proposal(1, env(1), pay(A, 1)).unwrap();
    let later = node.peers_proposal(2, env(1), pay(A, 2)).unwrap();
    assert_eq!(
        node.hear(Message::Propose(Box::new(first.clone()))),
        "ask 1"
    );
    assert_eq!(
        node.hear(Message::Propose(Box::new(first.clone()))),
        "",
        "once"
    );
    assert_eq!(node.hear(Message::Propose(Box::new(later))), "ask 2");
    let words = node.hear(Message::Propose(Box::new(first)));
    assert_eq!(words, "send refuse 1 Taken(Round(2))");
}

#[test]
fn an_acceptance_counts_once() {
    let mut pair = Pair::new();
    pair.agree(A, pay(A, 1));
    let state = pair.nodes[0].party.newest().unwrap().clone();
    let (round, signature) = (Round(1), state.signatures[1]);
    let replayed = Message::Accept { round, signature };
    assert_eq!(pair.node(A).hear(replayed), "");
    assert_eq!(pair.nodes[0].party.newest(), Some(&state));
}

#[test]
fn a_replayed_proposal_gets_the_same_answer() {
    let mut pair = Pair::new();
    pair.play(&[(A, Do::Pay(10), "save own 1, sign 1, send propose 1")]);
    let proposal = Message::decode(&pair.nodes[0].sent[0]).unwrap();
    pair.play(&[
        (B, Do::Hear, "ask 1"),
        (
            B,
            Do::Approve,
            "save peer's 1, sign 1, save both 1, send accept 1, agreed 1",
        ),
    ]);
    let first = pair.nodes[1].sent[0].clone();
    assert_eq!(pair.node(B).hear(proposal), "send accept 1");
    assert_eq!(pair.nodes[1].sent[1], first);
    pair.play(&[(A, Do::Hear, "save both 1, agreed 1"), (A, Do::Hear, "")]);
}

#[test]
fn an_acceptance_with_a_bad_signature_is_ignored() {
    let mut pair = Pair::new();
    pair.play(&[(A, Do::Pay(10), "save own 1, sign 1, send propose 1")]);
    let body = pair.nodes[0].proposed().signed_bytes();
    let accept = |round, signature| Message::Accept {
        round: Round(round),
        signature,
    };
    for signature in [
        secret(A).sign(Tag::COMMITMENT, &body),
        secret(B).sign(Tag::UPDATE, &body),
        Signature::from_bytes(&[0; 64]),
    ] {
        assert_eq!(pair.node(A).hear(accept(1, signature)), "");
    }
    let signature = secret(B).sign(Tag::COMMITMENT, &body);
    let words = pair.node(A).hear(accept(2, signature));
    assert_eq!(words, "send hello 0?", "a round that it knows nothing of");
    let words = pair.node(A).hear(accept(1, signature));
    assert_eq!(words, "save both 1, agreed 1", "the good one still counts");
}

#[test]
fn a_refusal_of_nothing_is_ignored() {
    let mut pair = Pair::new();
    let refuse = |round| Message::Refuse {
        round: Round(round),
        reason: Reason::Declined,
    };
    assert_eq!(pair.node(A).hear(refuse(1)), "");
    pair.play(&[(A, Do::Pay(10), "save own 1, sign 1, send propose 1")]);
    assert_eq!(pair.node(A).hear(refuse(2)), "");
}

#[test]
fn a_user_is_shown_few_of_the_peers_words() {
    let mut pair = Pair::new();
    pair.play(&[(A, Do::Pay(10), "save own 1, sign 1, send propose 1")]);
    let refuse = Message::Refuse {
        round: Round(1),
        reason: Reason::Rules("é".repeat(100_000)),
    };
    pair.node(A).hear(refuse);
    let report = format!("{:?}", pair.nodes[0].reports.last());
    assert_eq!(report.matches('é').count(), 200);
}
