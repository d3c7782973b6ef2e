//! Two honest parties, step by step: who does what, and every effect of it.

use twinroot_abi::{Amount, Hash, Height, Round};
use twinroot_party::{Illegal, Input, OpenError, Party, Question, Report, Status};
use twinroot_types::{KeyError, Signature};
use twinroot_wire::{Message, SignatureError};

use crate::toy::Line;
use crate::world::{
    A, B, Do, Node, Pair, call, create, env, parameters, pay, quiet, sign, sign_commitment,
};

const PROPOSED: &str = "save own 1, sign 1, send propose 1";
const ACCEPTED: &str = "save peer's 1, sign 1, save both 1, send accept 1, agreed 1";
const DECLINED: &str = "send refuse 1 Declined, refused 1 Declined";
const HALF_SIGNED: &str =
    "illegal: the proposal of round 1 is half-signed: repeat it, force it, or take it back first";

#[test]
fn a_step_is_agreed() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Pay(10), PROPOSED),
        (B, Do::Hear, "ask 1"),
        (B, Do::Approve, ACCEPTED),
        (A, Do::Hear, "save both 1, agreed 1"),
        (B, Do::Pay(3), "save own 2, sign 2, send propose 2"),
        (A, Do::Hear, "ask 2"),
        (
            A,
            Do::Approve,
            "save peer's 2, sign 2, save both 2, send accept 2, agreed 2",
        ),
        (B, Do::Hear, "save both 2, agreed 2"),
    ]);
    for node in &pair.nodes {
        assert_eq!(node.party.balances(), [Amount(993), Amount(1_007)]);
        let newest = &node.party.newest().unwrap().commitment;
        assert_eq!(newest, node.party.commitment());
    }
}

#[test]
fn a_question_tells_what_is_at_stake() {
    let mut pair = Pair::with_contract();
    pair.node(A)
        .give(Input::Propose(call(20, &[Line::Pay(B, 50)])))
        .unwrap();
    pair.deliver(B).unwrap();
    let Some(Question::Step {
        receipts,
        stake,
        creates,
        ..
    }) = &pair.nodes[1].asked
    else {
        panic!("it asks about a step")
    };
    assert_eq!((receipts.len(), creates.len()), (1, 0));
    assert_eq!(*stake, [Amount(1_050), Amount(1_085)]);
    let mut pair = Pair::new();
    pair.node(A).give(Input::Propose(create())).unwrap();
    pair.deliver(B).unwrap();
    let Some(Question::Step { creates, .. }) = &pair.nodes[1].asked else {
        panic!("it asks about a step")
    };
    assert!(pair.nodes[1].party.package(creates[0]).is_some());
}

#[test]
fn both_parties_reach_the_same_state_with_contracts() {
    let mut pair = Pair::new();
    pair.agree(A, create());
    pair.agree(B, call(100, &[Line::Stamp(0), Line::Pay(A, 30)]));
    pair.agree(A, call(0, &[Line::Read(0), Line::Pay(B, 20)]));
    let party = &pair.nodes[0].party;
    assert_eq!(party.balances(), [Amount(1_030), Amount(920)]);
    assert_eq!(party.commitment().payout, [Amount(1_055), Amount(945)]);
    let Some(Report::Agreed(agreed)) = pair.nodes[0].reports.last() else {
        panic!("it was agreed")
    };
    assert_eq!((agreed.receipts.len(), agreed.rival), (1, None));
}

#[test]
fn a_declined_step_stays_half_signed() {
    Pair::new().play(&[
        (A, Do::Pay(10), PROPOSED),
        (B, Do::Hear, "ask 1"),
        (B, Do::Decline, DECLINED),
        (A, Do::Hear, "peer refused 1 Declined"),
        (A, Do::Pay(20), HALF_SIGNED),
        (A, Do::Close(99), HALF_SIGNED),
        (A, Do::Deposit(5, 50), HALF_SIGNED),
        (A, Do::Force(20), "post force on what is known"),
    ]);
}

#[test]
fn a_declined_step_is_not_asked_about_again_by_itself() {
    Pair::new().play(&[
        (A, Do::Pay(10), PROPOSED),
        (B, Do::Hear, "ask 1"),
        (B, Do::Decline, DECLINED),
        (A, Do::Hear, "peer refused 1 Declined"),
        (A, Do::Tick, "send propose 1"),
        (B, Do::Hear, "send refuse 1 Declined"),
        (A, Do::Hear, "peer refused 1 Declined"),
    ]);
}

#[test]
fn a_refused_step_is_repeated_above() {
    Pair::new().play(&[
        (A, Do::Pay(10), PROPOSED),
        (B, Do::Hear, "ask 1"),
        (B, Do::Decline, DECLINED),
        (A, Do::Hear, "peer refused 1 Declined"),
        (A, Do::Pay(10), "save own 2, sign 2, send propose 2"),
        (B, Do::Hear, "ask 2"),
        (
            B,
            Do::Approve,
            "save peer's 2, sign 2, save both 2, send accept 2, agreed 2",
        ),
        (A, Do::Hear, "save both 2, agreed 2"),
        (A, Do::Pay(20), "save own 3, sign 3, send propose 3"),
    ]);
}

#[test]
fn a_refusing_peer_may_still_sign() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Pay(10), PROPOSED),
        (B, Do::Hear, "ask 1"),
        (B, Do::Decline, DECLINED),
        (A, Do::Hear, "peer refused 1 Declined"),
    ]);
    let signature = sign_commitment(B, pair.nodes[0].proposed());
    let round = Round(1);
    let words = pair.node(A).hear(Message::Accept { round, signature });
    assert_eq!(words, "save both 1, agreed 1");
}

#[test]
fn a_step_of_the_peer_above_takes_the_place_of_an_own_one() {
    Pair::new().play(&[
        (B, Do::Pay(1), PROPOSED),
        (A, Do::Hear, "ask 1"),
        (A, Do::Decline, DECLINED),
        (A, Do::Pay(10), "save own 2, sign 2, send propose 2"),
        (B, Do::Hear, "peer refused 1 Declined"),
        (B, Do::Hear, "ask 2"),
        (
            B,
            Do::Approve,
            "save peer's 2, sign 2, save both 2, send accept 2, agreed 2",
        ),
        (A, Do::Hear, "save both 2, agreed 2"),
        (B, Do::Pay(7), "save own 3, sign 3, send propose 3"),
    ]);
}

#[test]
fn an_answer_counts_for_the_question_it_names() {
    let mut node = Node::new(A, quiet());
    let mut ask = |round, coins| {
        let proposal = node.peers_proposal(round, env(1), pay(B, coins)).unwrap();
        node.hear(Message::Propose(Box::new(proposal)));
        node.asked_hash()
    };
    let (first, second) = (ask(1, 100), ask(2, 1));
    assert_eq!(node.give(Input::Approve(first)), Err(Illegal::NothingAsked));
    assert_eq!(node.give(Input::Decline(first)), Err(Illegal::NothingAsked));
    let words = node.say(Input::Approve(second));
    assert_eq!(
        words,
        "save peer's 2, sign 2, save both 2, send accept 2, agreed 2"
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
        (A, Do::Pay(10), "save own 2, sign 2, send propose 2"),
        (
            A,
            Do::Approve,
            "illegal: this was not asked, or something else was asked since",
        ),
    ]);
}

#[test]
fn a_late_acceptance_takes_the_question_back() {
    let mut node = Node::new(A, quiet());
    node.say(Input::Propose(pay(A, 10)));
    let proposal = node.peers_proposal(2, env(1), pay(B, 1)).unwrap();
    assert_eq!(node.hear(Message::Propose(Box::new(proposal))), "ask 2");
    let signature = sign_commitment(B, node.proposed());
    node.hear(Message::Accept {
        round: Round(1),
        signature,
    });
    assert_eq!(node.approve(), Err(Illegal::NothingAsked));
}

#[test]
fn a_signature_that_was_overtaken_is_not_sent() {
    let mut node = Node::new(A, quiet());
    node.say(Input::Propose(pay(A, 10)));
    let signature = sign_commitment(B, node.proposed());
    node.slow_signer = true;
    assert_eq!(node.say(Input::Cancel), "save own 2, sign 2");
    node.sent.clear();
    let late = Message::Accept {
        round: Round(1),
        signature,
    };
    // The step above is still being signed, so nothing else is.
    assert_eq!(node.hear(late), "save both 1, agreed 1, rival 2");
    let words = node.give_signature().unwrap().join(", ");
    assert_eq!(
        words, "overtaken 2",
        "and as it was not sent, nobody can sign it"
    );
    assert!(node.sent.is_empty());
    assert_eq!(node.party.half_signed().count(), 0);
}

#[test]
fn an_acceptance_that_was_overtaken_by_the_ledger_is_not_sent() {
    let mut pair = Pair::new();
    pair.node(B).say(Input::Propose(pay(B, 1)));
    pair.deliver(A).unwrap();
    pair.node(A).slow_signer = true;
    pair.play(&[
        (A, Do::Approve, "save peer's 1, sign 1"),
        (B, Do::Force(1), "post force on what is known"),
        (B, Do::Include, ""),
        (A, Do::See, "save forced on 0, took over a step on 0"),
        (A, Do::Sign, "overtaken 1"),
    ]);
    assert!(pair.nodes[0].sent.is_empty() && pair.nodes[0].co_signed().is_empty());
}

#[test]
fn while_its_signer_works_a_party_starts_nothing_else() {
    let mut node = Node::new(A, quiet());
    node.slow_signer = true;
    node.say(Input::Propose(pay(A, 1)));
    assert_eq!(node.party.status(), Status::Signing);
    let expiry = Height(9);
    for input in [
        Input::Propose(pay(A, 1)),
        Input::Cancel,
        Input::ProposeClose { expiry },
        Input::Force(pay(A, 1)),
        Input::Approve(Hash([0; 32])),
    ] {
        assert_eq!(node.give(input), Err(Illegal::Busy));
    }
    let proposal = node.peers_proposal(5, env(1), pay(B, 1)).unwrap();
    let words = node.hear(Message::Propose(Box::new(proposal)));
    assert_eq!(words, "send refuse 5 Busy, refused 5 Busy");
}

#[test]
fn a_signature_counts_for_what_it_names() {
    let mut node = Node::new(A, quiet());
    node.slow_signer = true;
    node.say(Input::Propose(pay(A, 1)));
    let body = node.to_sign[0].clone();
    let signature = sign(A, &body);
    let what = Hash([9; 32]);
    assert_eq!(
        node.give(Input::Signed { what, signature }),
        Err(Illegal::NothingToSign)
    );
    let words = node.give_signature().unwrap().join(", ");
    assert_eq!(words, "send propose 1");
    let what = body.hash();
    assert_eq!(
        node.give(Input::Signed { what, signature }),
        Err(Illegal::NothingToSign),
        "it counts once"
    );
}

#[test]
fn answers_to_nothing_make_no_sense() {
    let mut node = Node::new(A, quiet());
    let nothing = Hash([0; 32]);
    assert_eq!(
        node.give(Input::Approve(nothing)),
        Err(Illegal::NothingAsked)
    );
    assert_eq!(
        node.give(Input::Decline(nothing)),
        Err(Illegal::NothingAsked)
    );
    let signature = Signature::from_bytes(&[0; 64]);
    let what = nothing;
    assert_eq!(
        node.give(Input::Signed { what, signature }),
        Err(Illegal::NothingToSign)
    );
}

#[test]
fn a_peers_round_is_never_signed_again() {
    Pair::new().play(&[
        (B, Do::Pay(10), PROPOSED),
        (A, Do::Hear, "ask 1"),
        (A, Do::Decline, DECLINED),
        (A, Do::Pay(10), "save own 2, sign 2, send propose 2"),
    ]);
}

#[test]
fn what_does_not_work_is_not_proposed() {
    Pair::new().play(&[
        (
            A,
            Do::Pay(1_001),
            "impossible: operation 0: 1000 coins where 1001 are needed",
        ),
        (A, Do::Pay(1_000), PROPOSED),
    ]);
}

/// Whoever drives a party may have several steps on the way, and some come of the party itself.
#[test]
fn what_does_not_happen_is_told_with_the_step() {
    let mut pair = Pair::new();
    pair.play(&[(A, Do::Pay(10), PROPOSED), (B, Do::Hear, "ask 1")]);
    let node = pair.node(A);
    let refusal = Message::Refuse {
        round: Round(1),
        reason: twinroot_wire::Reason::Declined,
    };
    node.hear(refusal);
    node.say(Input::Force(pay(A, 1_001)));
    node.say(Input::Propose(pay(A, 10)));
    let told: Vec<_> = node
        .reports
        .iter()
        .filter_map(|report| match report {
            Report::PeerRefused { operations, .. } => Some(("refused", operations.clone())),
            Report::Impossible {
                operations, forced, ..
            } => Some((
                if *forced { "not forced" } else { "impossible" },
                operations.clone(),
            )),
            _ => None,
        })
        .collect();
    assert_eq!(
        told,
        [("refused", pay(A, 10)), ("not forced", pay(A, 1_001))]
    );
    let other = &mut Pair::new().nodes[0];
    other.say(Input::Propose(pay(A, 1_001)));
    assert!(matches!(
        &other.reports[..],
        [Report::Impossible { operations, forced: false, .. }] if *operations == pay(A, 1_001)
    ));
}

#[test]
fn a_party_that_cannot_write_does_nothing_more() {
    let mut pair = Pair::new();
    pair.play(&[(A, Do::Pay(10), PROPOSED)]);
    let node = pair.node(A);
    assert_eq!(node.say(Input::WriteFailed), "frozen");
    assert_eq!(node.party.status(), Status::Frozen);
    for input in [
        Input::Propose(pay(A, 1)),
        Input::Block(env(2)),
        Input::Ledger(None),
        Input::Tick,
        Input::CloseSolo,
        Input::WriteFailed,
    ] {
        assert_eq!(node.give(input), Err(Illegal::Frozen));
    }
    pair.play(&[
        (A, Do::Restart, "sign 1, send propose 1"),
        (B, Do::Hear, "ask 1"),
    ]);
}

#[test]
fn a_party_opens_with_good_keys_and_a_sum_only() {
    let mut terms = parameters();
    terms.parties[1].0 = [0; 32];
    terms.parties[1].0[0] = 1;
    let weak = SignatureError::Key {
        side: B,
        error: KeyError::Weak,
    };
    let opened = Party::new(&terms, A, env(1), quiet());
    assert_eq!(opened.unwrap_err(), OpenError::Key(weak));
    let mut terms = parameters();
    terms.deposits = [Amount(u64::MAX), Amount(1)];
    let opened = Party::new(&terms, A, env(1), quiet());
    assert!(matches!(opened, Err(OpenError::Deposits(_))));
}
