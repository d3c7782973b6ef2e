//! Two honest parties, step by step: who does what, and every effect of it.

use twinroot_abi::{Amount, Hash, Height, Root, Round, Side, TimeMs};
use twinroot_exec::Env;
use twinroot_party::{Illegal, Input, OpenError, Party};
use twinroot_types::{KeyError, Signature, Tag};
use twinroot_wire::{Message, Proposal, Reason, SignatureError};

use crate::pair::{
    A, B, Do, Node, Pair, TOTAL, call, create, env, parameters, pay, secret, signed_proposal,
};
use crate::toy::Line;

const PROPOSED: &str = "save 1, sign 1, send propose 1";
const ACCEPTED: &str = "save 1, sign 1, save both 1, send accept 1, agreed 1";

#[test]
fn a_step_is_agreed() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Pay(10), PROPOSED),
        (B, Do::Hear, "ask 1"),
        (B, Do::Approve, ACCEPTED),
        (A, Do::Hear, "save both 1, agreed 1"),
        (B, Do::Pay(3), "save 2, sign 2, send propose 2"),
        (A, Do::Hear, "ask 2"),
        (
            A,
            Do::Approve,
            "save 2, sign 2, save both 2, send accept 2, agreed 2",
        ),
        (B, Do::Hear, "save both 2, agreed 2"),
    ]);
    for node in &pair.nodes {
        assert_eq!(node.party.balances(), [Amount(993), Amount(1_007)]);
        assert_eq!(
            node.party.newest().unwrap().commitment,
            *node.party.commitment()
        );
    }
}

#[test]
fn both_parties_reach_the_same_state_with_contracts() {
    let mut pair = Pair::new();
    pair.agree(A, create());
    pair.agree(B, call(100, &[Line::Stamp(0), Line::Pay(A, 30)]));
    pair.agree(A, call(0, &[Line::Read(0), Line::Pay(B, 20)]));
    let [one, other] = &pair.nodes;
    assert_eq!(one.party.commitment(), other.party.commitment());
    assert_eq!(one.party.balances(), [Amount(1_030), Amount(920)]);
    assert_eq!(one.party.commitment().payout, [Amount(1_055), Amount(945)]);
}

#[test]
fn a_declined_step_stays_half_signed() {
    Pair::new().play(&[
        (A, Do::Pay(10), PROPOSED),
        (B, Do::Hear, "ask 1"),
        (B, Do::Decline, "send refuse 1 Declined, refused 1 Declined"),
        (A, Do::Hear, "peer refused 1 Declined"),
        (A, Do::Pay(20), "illegal: the proposal of round 1 is half-signed: repeat it, force it, or take it back first"),
        (A, Do::Close(99), "illegal: the proposal of round 1 is half-signed: repeat it, force it, or take it back first"),
    ]);
}

#[test]
fn a_refused_step_is_repeated_above() {
    Pair::new().play(&[
        (A, Do::Pay(10), PROPOSED),
        (B, Do::Hear, "ask 1"),
        (B, Do::Decline, "send refuse 1 Declined, refused 1 Declined"),
        (A, Do::Hear, "peer refused 1 Declined"),
        (A, Do::Pay(10), "save 2, sign 2, send propose 2"),
        (B, Do::Hear, "ask 2"),
        (
            B,
            Do::Approve,
            "save 2, sign 2, save both 2, send accept 2, agreed 2",
        ),
        (A, Do::Hear, "save both 2, agreed 2"),
        (A, Do::Pay(20), "save 3, sign 3, send propose 3"),
    ]);
}

#[test]
fn an_empty_step_takes_a_refused_one_back() {
    let mut pair = Pair::new();
    let root = pair.nodes[0].party.commitment().state_root;
    pair.play(&[
        (A, Do::Pay(10), PROPOSED),
        (B, Do::Hear, "ask 1"),
        (B, Do::Decline, "send refuse 1 Declined, refused 1 Declined"),
        (A, Do::Hear, "peer refused 1 Declined"),
        (A, Do::Cancel, "save 2, sign 2, send propose 2"),
        (B, Do::Hear, "ask 2"),
        (
            B,
            Do::Approve,
            "save 2, sign 2, save both 2, send accept 2, agreed 2",
        ),
        (A, Do::Hear, "save both 2, agreed 2"),
        (A, Do::Pay(20), "save 3, sign 3, send propose 3"),
    ]);
    assert_eq!(pair.nodes[1].party.commitment().state_root, root);
}

#[test]
fn a_refusing_peer_may_still_sign() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Pay(10), PROPOSED),
        (B, Do::Hear, "ask 1"),
        (B, Do::Decline, "send refuse 1 Declined, refused 1 Declined"),
        (A, Do::Hear, "peer refused 1 Declined"),
    ]);
    let commitment = pair.nodes[0].signed_rounds()[&Round(1)].clone();
    let signature = secret(B).sign(Tag::COMMITMENT, &commitment.signed_bytes());
    let round = Round(1);
    let late = Message::Accept { round, signature };
    let words = pair.node(A).give(Input::Message(late)).unwrap();
    assert_eq!(words.join(", "), "save both 1, agreed 1");
}

#[test]
fn colliding_steps_are_both_refused_and_one_of_them_repeated() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Pay(10), PROPOSED),
        (B, Do::Pay(20), PROPOSED),
        (
            A,
            Do::Hear,
            "send refuse 1 OutOfOrder, refused 1 OutOfOrder",
        ),
        (
            B,
            Do::Hear,
            "send refuse 1 OutOfOrder, refused 1 OutOfOrder",
        ),
        (A, Do::Hear, "peer refused 1 OutOfOrder"),
        (B, Do::Hear, "peer refused 1 OutOfOrder"),
        (A, Do::Pay(10), "save 2, sign 2, send propose 2"),
        (B, Do::Hear, "ask 2"),
        (
            B,
            Do::Approve,
            "save 2, sign 2, save both 2, send accept 2, agreed 2",
        ),
        (A, Do::Hear, "save both 2, agreed 2"),
        (B, Do::Pay(5), "save 3, sign 3, send propose 3"),
    ]);
    assert_eq!(pair.nodes[0].party.balances(), [Amount(990), Amount(1_010)]);
}

#[test]
fn an_unanswered_step_is_repeated_or_taken_back_above() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Pay(10), PROPOSED),
        (B, Do::Lose, ""),
        (A, Do::Pay(20), "illegal: the proposal of round 1 is half-signed: repeat it, force it, or take it back first"),
        (A, Do::Pay(10), "save 2, sign 2, send propose 2"),
        (B, Do::Lose, ""),
        (A, Do::Cancel, "save 3, sign 3, send propose 3"),
        (A, Do::Pay(20), "illegal: the proposal of round 1 is half-signed: repeat it, force it, or take it back first"),
        (A, Do::Force(10), "post force on what is known"),
        (B, Do::Hear, "ask 3"),
        (B, Do::Approve, "save 3, sign 3, save both 3, send accept 3, agreed 3"),
        (A, Do::Hear, "save both 3, agreed 3"),
        (A, Do::Pay(20), "save 4, sign 4, send propose 4"),
    ]);
}

#[test]
fn a_step_of_the_peer_above_voids_an_own_one() {
    Pair::new().play(&[
        (B, Do::Pay(1), PROPOSED),
        (A, Do::Hear, "ask 1"),
        (A, Do::Decline, "send refuse 1 Declined, refused 1 Declined"),
        (A, Do::Pay(10), "save 2, sign 2, send propose 2"),
        (B, Do::Hear, "peer refused 1 Declined"),
        (B, Do::Hear, "ask 2"),
        (
            B,
            Do::Approve,
            "save 2, sign 2, save both 2, send accept 2, agreed 2",
        ),
        (A, Do::Hear, "save both 2, agreed 2"),
        (B, Do::Pay(7), "save 3, sign 3, send propose 3"),
    ]);
}

#[test]
fn an_answer_counts_for_the_question_it_names() {
    let mut node = Node::new(A);
    let mut ask = |round, coins| {
        let proposal = node.peers_proposal(round, env(1), pay(B, coins)).unwrap();
        let message = Message::Propose(Box::new(proposal));
        node.give(Input::Message(message)).unwrap();
        node.asked_hash()
    };
    let (first, second) = (ask(1, 100), ask(2, 1));
    assert_eq!(node.give(Input::Approve(first)), Err(Illegal::NothingAsked));
    assert_eq!(node.give(Input::Decline(first)), Err(Illegal::NothingAsked));
    let words = node.give(Input::Approve(second)).unwrap().join(", ");
    assert_eq!(
        words,
        "save 2, sign 2, save both 2, send accept 2, agreed 2"
    );
    assert_eq!(
        node.give(Input::Approve(second)),
        Err(Illegal::NothingAsked)
    );
}

#[test]
fn an_own_step_takes_the_question_back() {
    Pair::new().play(&[
        (B, Do::Pay(1), PROPOSED),
        (A, Do::Hear, "ask 1"),
        (A, Do::Pay(10), "save 2, sign 2, send propose 2"),
        (
            A,
            Do::Approve,
            "illegal: this was not asked, or something else was asked since",
        ),
    ]);
}

#[test]
fn a_late_acceptance_takes_the_question_back() {
    let mut node = Node::new(A);
    node.give(Input::Propose(pay(A, 10))).unwrap();
    let proposal = node.peers_proposal(2, env(1), pay(B, 1)).unwrap();
    let message = Message::Propose(Box::new(proposal));
    assert_eq!(node.give(Input::Message(message)).unwrap(), ["ask 2"]);
    let commitment = node.signed_rounds()[&Round(1)].clone();
    let signature = secret(B).sign(Tag::COMMITMENT, &commitment.signed_bytes());
    let round = Round(1);
    let late = Input::Message(Message::Accept { round, signature });
    node.give(late).unwrap();
    assert_eq!(node.approve(), Err(Illegal::NothingAsked));
}

#[test]
fn an_own_close_takes_the_question_back() {
    Pair::new().play(&[
        (B, Do::Pay(1), PROPOSED),
        (A, Do::Hear, "ask 1"),
        (A, Do::Close(9), "save close 0, sign close 0, send close 0"),
        (
            A,
            Do::Approve,
            "illegal: a mutual close is signed and can be posted up to height 9",
        ),
        (A, Do::Block(10), ""),
        (
            A,
            Do::Approve,
            "illegal: this was not asked, or something else was asked since",
        ),
    ]);
}

#[test]
fn a_signature_that_was_overtaken_is_not_sent() {
    let mut node = Node::new(A);
    node.give(Input::Propose(pay(A, 10))).unwrap();
    node.sent.clear();
    node.slow_signer = true;
    assert_eq!(
        node.give(Input::Propose(Vec::new())).unwrap().join(", "),
        "save 2, sign 2"
    );
    let commitment = node.signed_rounds()[&Round(1)].clone();
    let signature = secret(B).sign(Tag::COMMITMENT, &commitment.signed_bytes());
    let round = Round(1);
    let late = Input::Message(Message::Accept { round, signature });
    assert_eq!(node.give(late).unwrap().join(", "), "save both 1, agreed 1");
    assert_eq!(node.give_signature().unwrap().join(", "), "overtaken 2");
    assert!(node.sent.is_empty());
}

#[test]
fn an_acceptance_that_was_overtaken_by_the_ledger_is_not_sent() {
    let mut node = Node::new(A);
    node.slow_signer = true;
    let proposal = node.peers_proposal(1, env(1), pay(B, 1)).unwrap();
    node.give(Input::Message(Message::Propose(Box::new(proposal))))
        .unwrap();
    assert_eq!(node.approve().unwrap().join(", "), "save 1, sign 1");
    let forced = node.forced(B, env(1), pay(B, 2)).unwrap();
    node.give(Input::Chain(forced)).unwrap();
    assert_eq!(node.give_signature().unwrap().join(", "), "overtaken 1");
    assert!(node.sent.is_empty() && node.co_signed().is_empty());
}

#[test]
fn a_peers_round_is_never_signed_again() {
    let mut pair = Pair::new();
    pair.play(&[
        (B, Do::Pay(10), PROPOSED),
        (A, Do::Hear, "ask 1"),
        (A, Do::Decline, "send refuse 1 Declined, refused 1 Declined"),
        (A, Do::Pay(10), "save 2, sign 2, send propose 2"),
    ]);
}

#[test]
fn what_does_not_work_is_not_proposed() {
    let mut pair = Pair::new();
    pair.play(&[
        (
            A,
            Do::Pay(1_001),
            "impossible: operation 0: 1000 coins where 1001 are needed",
        ),
        (A, Do::Pay(1_000), PROPOSED),
    ]);
}

#[test]
fn only_the_half_signed_step_may_be_forced() {
    Pair::new().play(&[
        (A, Do::Force(7), "post force on what is known"),
        (A, Do::Pay(10), PROPOSED),
        (A, Do::Force(10), "post force on what is known"),
        (A, Do::Force(11), "illegal: the proposal of round 1 is half-signed: repeat it, force it, or take it back first"),
        (A, Do::Force(1_001), "illegal: the proposal of round 1 is half-signed: repeat it, force it, or take it back first"),
    ]);
}

#[test]
fn a_forced_step_brings_along_the_state_that_the_ledger_lacks() {
    let mut pair = Pair::new();
    pair.agree(A, pay(A, 1));
    pair.play(&[
        (A, Do::Force(7), "post force on 1"),
        (
            A,
            Do::Force(2_000),
            "impossible: operation 0: 999 coins where 2000 are needed",
        ),
        (B, Do::CloseSolo, "post solo close at 1"),
    ]);
}

#[test]
fn a_close_is_agreed_and_nothing_is_signed_until_it_expires() {
    let closing = "illegal: a mutual close is signed and can be posted up to height 3";
    let mut pair = Pair::new();
    pair.agree(A, pay(A, 100));
    pair.play(&[
        (A, Do::Close(3), "save close 1, sign close 1, send close 1"),
        (B, Do::Hear, "ask close 1"),
        (
            B,
            Do::Approve,
            "save close 1, sign close 1, send accept close",
        ),
        (A, Do::Hear, "post mutual close 1"),
        (A, Do::Pay(1), closing),
        (B, Do::Pay(1), closing),
        (A, Do::Close(9), closing),
        (B, Do::Close(2), closing),
        (A, Do::CloseSolo, "post mutual close 1"),
        (B, Do::CloseSolo, "post mutual close 1"),
        (A, Do::Block(3), ""),
        (B, Do::Block(3), ""),
        (A, Do::Pay(1), closing),
        (A, Do::Block(4), ""),
        (A, Do::CloseSolo, "post solo close at 1"),
        (A, Do::Pay(1), "save 2, sign 2, send propose 2"),
        (
            B,
            Do::Hear,
            "send refuse 2 OutOfOrder, refused 2 OutOfOrder",
        ),
        (B, Do::Block(4), ""),
        (A, Do::Hear, "peer refused 2 OutOfOrder"),
        (A, Do::Pay(1), "save 3, sign 3, send propose 3"),
        (B, Do::Hear, "ask 3"),
    ]);
}

#[test]
fn a_proposed_close_alone_binds_its_proposer_until_it_expires() {
    Pair::new().play(&[
        (A, Do::Close(3), "save close 0, sign close 0, send close 0"),
        (B, Do::Lose, ""),
        (
            A,
            Do::Pay(1),
            "illegal: a mutual close is signed and can be posted up to height 3",
        ),
        (B, Do::Pay(1), PROPOSED),
        (
            A,
            Do::Hear,
            "send refuse 1 OutOfOrder, refused 1 OutOfOrder",
        ),
        (A, Do::Block(4), ""),
        (A, Do::Pay(1), PROPOSED),
    ]);
}

#[test]
fn a_declined_close_is_not_signed() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Close(9), "save close 0, sign close 0, send close 0"),
        (B, Do::Hear, "ask close 0"),
        (B, Do::Decline, "send refuse 0 Declined, refused 0 Declined"),
        (
            B,
            Do::Approve,
            "illegal: this was not asked, or something else was asked since",
        ),
        (A, Do::Hear, "peer refused 0 Declined"),
    ]);
    assert!(pair.nodes[1].signed.is_empty());
}

#[test]
fn a_signed_close_outlasts_a_peers_that_expires_before() {
    let mut pair = Pair::new();
    pair.play(&[
        (B, Do::Close(2), "save close 0, sign close 0, send close 0"),
        (A, Do::Close(50), "save close 0, sign close 0, send close 0"),
        (
            A,
            Do::Hear,
            "send refuse 0 OutOfOrder, refused 0 OutOfOrder",
        ),
        (A, Do::Block(3), ""),
        (
            A,
            Do::Pay(1),
            "illegal: a mutual close is signed and can be posted up to height 50",
        ),
    ]);
}

#[test]
fn no_close_is_signed_beside_a_half_signed_step() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Pay(10), PROPOSED),
        (B, Do::Lose, ""),
        (B, Do::Close(9), "save close 0, sign close 0, send close 0"),
        (
            A,
            Do::Hear,
            "send refuse 0 OutOfOrder, refused 0 OutOfOrder",
        ),
    ]);
}

#[test]
fn a_close_stays_good_for_the_close_window_only() {
    let latest = 1 + twinroot_rules::CLOSE_WINDOW;
    let mut node = Node::new(A);
    let propose = |expiry| Input::ProposeClose {
        expiry: Height(expiry),
    };
    let expiry = Illegal::Expiry {
        latest: Height(latest),
    };
    assert_eq!(node.give(propose(latest + 1)), Err(expiry));
    assert!(node.give(propose(latest)).is_ok());
}

#[test]
fn a_close_must_be_at_the_newest_state_and_pay_what_it_pays() {
    let mut pair = Pair::new();
    pair.agree(A, pay(A, 100));
    let good = twinroot_wire::MutualClose {
        chain: parameters().chain,
        channel: parameters().channel(),
        version: parameters().version,
        round: Round(1),
        forced: 0,
        payout: [Amount(900), Amount(1_100)],
        expiry: Height(9),
    };
    let refused = "send refuse 1 OutOfOrder, refused 1 OutOfOrder";
    let stale = "send refuse 0 OutOfOrder, refused 0 OutOfOrder";
    type Spoil = fn(&mut twinroot_wire::MutualClose);
    let table: [(Spoil, &str); 9] = [
        (|_| {}, "ask close 1"),
        (|it| it.forced = 1, refused),
        (|it| it.expiry = Height(101), "ask close 1"),
        (|it| it.expiry = Height(102), refused),
        (|it| it.payout = [Amount(901), Amount(1_099)], refused),
        (|it| it.round = Round(0), stale),
        (|it| it.chain.0[0] ^= 1, refused),
        (|it| it.channel.0[0] ^= 1, refused),
        (|it| it.version += 1, refused),
    ];
    for (spoil, expected) in table {
        let mut close = good.clone();
        spoil(&mut close);
        let signature = secret(B).sign(Tag::CLOSE, &close.signed_bytes());
        let message = Message::ProposeClose { close, signature };
        let words = pair.node(A).give(Input::Message(message)).unwrap();
        assert_eq!(words.join(", "), expected);
    }
    let signature = secret(A).sign(Tag::CLOSE, &good.signed_bytes());
    let close = good;
    let message = Message::ProposeClose { close, signature };
    let words = pair.node(A).give(Input::Message(message)).unwrap();
    assert_eq!(words.join(", "), refused, "not the peer's signature");
}

#[test]
fn an_acceptance_of_a_close_must_be_signed_by_the_peer() {
    let mut pair = Pair::new();
    pair.play(&[(A, Do::Close(9), "save close 0, sign close 0, send close 0")]);
    let own = pair.nodes[0].sign(&pair.nodes[0].signed[0]);
    let accept = |signature| Input::Message(Message::AcceptClose { signature });
    assert!(pair.node(A).give(accept(own)).unwrap().is_empty());
    assert!(
        pair.node(B).give(accept(own)).unwrap().is_empty(),
        "nothing was closed here"
    );
}

#[test]
fn answers_to_nothing_make_no_sense() {
    let mut node = Node::new(A);
    assert_eq!(
        node.give(Input::Approve(Hash([0; 32]))),
        Err(Illegal::NothingAsked)
    );
    assert_eq!(
        node.give(Input::Decline(Hash([0; 32]))),
        Err(Illegal::NothingAsked)
    );
    let signature = Signature::from_bytes(&[0; 64]);
    assert_eq!(
        node.give(Input::Signed(signature)),
        Err(Illegal::NothingToSign)
    );
}

#[test]
fn a_signature_that_is_not_the_partys_own_is_not_sent() {
    for input in [
        Input::Propose(pay(A, 1)),
        Input::ProposeClose { expiry: Height(9) },
    ] {
        let mut node = Node::new(A);
        node.slow_signer = true;
        node.give(input).unwrap();
        let body = node.to_sign[0].clone();
        let foreign = secret(B).sign(body.tag(), &body.bytes());
        assert_eq!(
            node.give(Input::Signed(foreign)),
            Err(Illegal::WrongSignature(SignatureError::Bad { side: A }))
        );
        assert!(node.sent.is_empty());
        assert_eq!(
            node.give_signature().unwrap().len(),
            1,
            "the right one is still awaited"
        );
    }
}

#[test]
fn while_its_signer_works_a_party_starts_nothing_else() {
    let mut node = Node::new(A);
    node.slow_signer = true;
    node.give(Input::Propose(pay(A, 1))).unwrap();
    assert_eq!(node.give(Input::Propose(pay(A, 1))), Err(Illegal::Busy));
    let expiry = Height(9);
    assert_eq!(
        node.give(Input::ProposeClose { expiry }),
        Err(Illegal::Busy)
    );
    assert_eq!(node.give(Input::Force(pay(A, 1))), Err(Illegal::Busy));
    assert_eq!(node.approve(), Err(Illegal::Busy));
    let proposal = node.peers_proposal(5, env(1), pay(B, 1)).unwrap();
    let words = node
        .give(Input::Message(Message::Propose(Box::new(proposal))))
        .unwrap();
    assert_eq!(words[0], "send refuse 5 OutOfOrder");
}

/// What a fresh responder answers to the initiator's proposal of round 1 after `spoil`.
fn answer(spoil: impl FnOnce(&mut Proposal)) -> String {
    let mut node = Node::new(B);
    node.give(Input::Block(env(2))).unwrap();
    let mut proposal = node.peers_proposal(1, env(2), pay(A, 10)).unwrap();
    spoil(&mut proposal);
    let message = Message::Propose(Box::new(proposal));
    let words = node.give(Input::Message(message)).unwrap();
    assert_eq!(node.signed, []);
    words[0].clone()
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
    for (height, expected) in [(21, "ask 1"), (22, "send refuse 1 Environment")] {
        let mut node = Node::new(B);
        node.give(Input::Block(env(height))).unwrap();
        let proposal = node.peers_proposal(1, env(1), pay(A, 10)).unwrap();
        let message = Message::Propose(Box::new(proposal));
        assert_eq!(node.give(Input::Message(message)).unwrap()[0], expected);
    }
}

#[test]
fn a_proposal_whose_commitment_comes_out_differently_is_refused() {
    type Spoil = fn(&mut Proposal);
    let spoils: [Spoil; 8] = [
        |it| it.commitment.state_root = Root([9; 32]),
        |it| it.commitment.payout = [Amount(1_000); 2],
        |it| it.commitment.total = Amount(TOTAL + 1),
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
    let own = |it: &mut Proposal| {
        it.signature = secret(B).sign(Tag::COMMITMENT, &it.commitment.signed_bytes());
    };
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
fn a_proposal_on_another_state_is_refused() {
    assert_eq!(
        answer(|it| it.update.base = Hash([9; 32])),
        "send refuse 1 OutOfOrder"
    );
}

#[test]
fn a_proposal_that_the_rules_refuse_is_refused() {
    let refused = answer(|it| {
        it.update.operations = pay(A, 1_001);
        resign(it);
    });
    let why = "operation 0: 1000 coins where 1001 are needed";
    assert_eq!(
        refused,
        format!("send refuse 1 {:?}", Reason::Rules(why.to_owned()))
    );
}

#[test]
fn a_round_may_leave_a_gap_but_no_abyss() {
    let gap = 1 << 32;
    for (round, expected) in [
        (0, "send refuse 0 OutOfOrder".to_owned()),
        (1, "ask 1".to_owned()),
        (gap, format!("ask {gap}")),
        (gap + 1, format!("send refuse {} OutOfOrder", gap + 1)),
        (u64::MAX, format!("send refuse {} OutOfOrder", u64::MAX)),
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
fn an_acceptance_counts_once() {
    let mut pair = Pair::new();
    pair.agree(A, pay(A, 1));
    let state = pair.nodes[0].party.newest().unwrap().clone();
    let (round, signature) = (Round(1), state.signatures[1]);
    let replayed = Input::Message(Message::Accept { round, signature });
    assert!(pair.node(A).give(replayed).unwrap().is_empty());
    assert_eq!(pair.nodes[0].party.newest(), Some(&state));
}

#[test]
fn a_replayed_proposal_is_out_of_order() {
    let mut pair = Pair::new();
    pair.play(&[(A, Do::Pay(10), PROPOSED)]);
    let bytes = pair.nodes[0].sent[0].clone();
    pair.play(&[(B, Do::Hear, "ask 1"), (B, Do::Approve, ACCEPTED)]);
    let again = Input::Message(Message::decode(&bytes).unwrap());
    assert_eq!(
        pair.node(B).give(again).unwrap()[0],
        "send refuse 1 OutOfOrder"
    );
}

#[test]
fn an_acceptance_with_a_bad_signature_is_ignored() {
    let mut pair = Pair::new();
    pair.play(&[(A, Do::Pay(10), PROPOSED)]);
    let commitment = pair.nodes[0].signed_rounds()[&Round(1)].clone();
    let body = commitment.signed_bytes();
    let round = Round(1);
    for signature in [
        secret(A).sign(Tag::COMMITMENT, &body),
        secret(B).sign(Tag::UPDATE, &body),
        Signature::from_bytes(&[0; 64]),
    ] {
        let accept = Input::Message(Message::Accept { round, signature });
        assert!(pair.node(A).give(accept).unwrap().is_empty());
    }
    let signature = secret(B).sign(Tag::COMMITMENT, &body);
    let accept = |round| Input::Message(Message::Accept { round, signature });
    assert!(
        pair.node(A).give(accept(Round(2))).unwrap().is_empty(),
        "another round"
    );
    let words = pair.node(A).give(accept(Round(1))).unwrap();
    assert_eq!(
        words.join(", "),
        "save both 1, agreed 1",
        "the good one still counts"
    );
}

#[test]
fn a_refusal_of_nothing_is_ignored() {
    let mut pair = Pair::new();
    let refuse = |round| {
        let reason = Reason::Declined;
        Input::Message(Message::Refuse {
            round: Round(round),
            reason,
        })
    };
    assert!(pair.node(A).give(refuse(1)).unwrap().is_empty());
    pair.play(&[(A, Do::Pay(10), PROPOSED)]);
    assert!(pair.node(A).give(refuse(2)).unwrap().is_empty());
}

#[test]
fn a_party_opens_with_good_keys_and_a_sum_only() {
    let mut terms = parameters();
    terms.parties[1].0 = [0; 32];
    terms.parties[1].0[0] = 1;
    let weak = SignatureError::Key {
        side: Side::Responder,
        error: KeyError::Weak,
    };
    assert_eq!(
        Party::new(&terms, A, env(1)).unwrap_err(),
        OpenError::Key(weak)
    );
    let mut terms = parameters();
    terms.deposits = [Amount(u64::MAX), Amount(1)];
    assert!(matches!(
        Party::new(&terms, A, env(1)),
        Err(OpenError::Deposits(_))
    ));
}
