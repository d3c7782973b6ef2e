//! Deposits and withdrawals: both sign what moves the coins, and nothing else is signed until that is
//! carried out or cannot be any more (docs/spec/channel.md, 6.5).

use twinroot_abi::Amount;
use twinroot_party::{Illegal, Input, Status};
use twinroot_wire::{Ground, Message};

use crate::world::{A, B, Do, Node, Pair, deposit, env, pay, quiet, sign, withdraw};

const PROPOSED: &str = "save own 1, sign funding 1, send propose 1";
const ACCEPTED: &str = "save peer's 1, sign funding 1, send accept 1";
const FUNDED: &str = "save funding 1, funded 1, agreed 1";

fn bound(until: u64) -> String {
    format!("illegal: a close, deposit or withdrawal is signed and binds up to height {until}")
}

/// The initiator's deposit of 500 coins is signed by both; it can be posted up to height 10.
fn agreed() -> Pair {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::See, ""),
        (B, Do::See, ""),
        (A, Do::Deposit(500, 10), PROPOSED),
        (B, Do::Hear, "ask 1"),
        (B, Do::Approve, ACCEPTED),
        (A, Do::Hear, "post funding 1"),
    ]);
    pair
}

#[test]
fn a_deposit_counts_once_the_ledger_has_moved_the_coins() {
    let mut pair = agreed();
    for node in &pair.nodes {
        assert_eq!(node.party.balances(), [Amount(1_000); 2]);
        assert!(matches!(node.party.status(), Status::Bound(it) if it.0 == 12));
    }
    pair.play(&[
        (A, Do::Include, ""),
        (A, Do::See, FUNDED),
        (B, Do::See, FUNDED),
        (A, Do::Pay(1), &bound(3)),
        (A, Do::Blocks(2), ""),
        (A, Do::See, ""),
        (A, Do::Pay(1), &bound(3)),
        (A, Do::Blocks(1), ""),
        (A, Do::See, ""),
        (B, Do::See, ""),
    ]);
    pair.assert_same();
    for node in &pair.nodes {
        assert_eq!(node.party.balances(), [Amount(1_500), Amount(1_000)]);
        assert_eq!(node.party.commitment().total, Amount(2_500));
        assert_eq!(node.party.status(), Status::Free);
        assert!(
            node.party.newest().is_none(),
            "it is no co-signed commitment"
        );
    }
    pair.agree(B, pay(B, 5));
}

#[test]
fn a_withdrawal_pays_free_coins_out() {
    let mut pair = Pair::new();
    pair.agree(A, pay(A, 100));
    pair.play(&[
        (
            B,
            Do::Withdraw(1_100, 10),
            "save own 2, sign funding 2, send propose 2",
        ),
        (A, Do::Hear, "ask 2"),
        (
            A,
            Do::Approve,
            "save peer's 2, sign funding 2, send accept 2",
        ),
        (B, Do::Hear, "post funding 2"),
        (B, Do::Include, ""),
        (A, Do::See, "save funding 2, funded 2, agreed 2"),
        (B, Do::See, "save funding 2, funded 2, agreed 2"),
    ]);
    pair.assert_same();
    assert_eq!(
        pair.nodes[0].party.commitment().payout,
        [Amount(900), Amount(0)]
    );
    assert_eq!(pair.nodes[0].party.sure(), Amount(900));
}

#[test]
fn what_is_not_there_is_not_withdrawn() {
    let why = "impossible: operation 0: 1000 coins where 1001 are needed";
    Pair::new().play(&[(A, Do::Withdraw(1_001, 10), why)]);
}

#[test]
fn it_is_a_step_of_its_own() {
    let mut both = deposit(A, 5, 10);
    both.extend(pay(A, 1));
    let mut node = Node::new(A, quiet());
    let words = node.say(Input::Propose(both));
    assert!(
        words.starts_with("impossible: operation 0: a deposit"),
        "{words}"
    );
    let words = node.say(Input::Force(deposit(A, 5, 10)));
    assert!(
        words.starts_with("impossible: operation 0: a deposit"),
        "{words}"
    );
}

#[test]
fn it_may_not_be_good_for_long() {
    let mut node = Node::new(A, quiet());
    node.say(Input::Block(env(5)));
    for (expiry, good) in [(4, false), (5, true), (105, true), (106, false)] {
        let mut node = node.clone();
        let result = node.give(Input::Propose(deposit(A, 5, expiry)));
        assert_eq!(result.is_ok(), good, "{expiry}");
        assert!(good || matches!(result, Err(Illegal::Expiry { .. })));
    }
    for (expiry, expected) in [
        (4, "send refuse 1 OutOfOrder"),
        (5, "ask 1"),
        (105, "ask 1"),
    ] {
        let proposal = node.peers_funding(1, env(5), deposit(B, 5, expiry));
        let words = node.clone().hear(Message::Propose(Box::new(proposal)));
        assert_eq!(words.split(", ").next(), Some(expected), "{expiry}");
    }
}

#[test]
fn a_commitment_is_signed_in_the_place_of_none() {
    let node = Node::new(B, quiet());
    let proposal = node.peers_proposal(1, env(1), deposit(A, 5, 10)).unwrap();
    // Signed as a step, which could be closed at without the coins.
    let words = node.clone().hear(Message::Propose(Box::new(proposal)));
    assert_eq!(words, "send refuse 1 Signature, refused 1 Signature");
}

#[test]
fn nothing_else_is_signed_until_it_has_expired_for_good() {
    let mut pair = agreed();
    pair.play(&[
        (A, Do::Drop, ""),
        (A, Do::Blocks(2), ""),
        (A, Do::See, ""),
        (A, Do::Pay(1), &bound(12)),
        (A, Do::Withdraw(1, 10), &bound(12)),
        (A, Do::Close(9), &bound(12)),
        (B, Do::See, ""),
        (B, Do::Pay(1), &bound(12)),
        (A, Do::Blocks(9), ""),
        (A, Do::See, "post funding 1, post funding 1, post funding 1"),
        (A, Do::Pay(1), &bound(12)),
        (A, Do::Blocks(1), ""),
        (A, Do::See, "unfunded"),
        (A, Do::Pay(1), "save own 2, sign 2, send propose 2"),
        (B, Do::Hear, "send refuse 2 Busy, refused 2 Busy"),
        (
            B,
            Do::See,
            "post funding 1, post funding 1, post funding 1, unfunded",
        ),
        (A, Do::Hear, "peer refused 2 Busy"),
        (A, Do::Tick, "send propose 2"),
        (B, Do::Hear, "ask 2"),
    ]);
}

#[test]
fn a_proposal_of_it_alone_binds_its_proposer() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Deposit(500, 10), PROPOSED),
        (B, Do::Hear, "ask 1"),
        (B, Do::Decline, "send refuse 1 Declined, refused 1 Declined"),
        (A, Do::Hear, "peer refused 1 Declined"),
        (A, Do::Pay(1), &bound(12)),
        (B, Do::Pay(1), "save own 2, sign 2, send propose 2"),
        (A, Do::Hear, "send refuse 2 Busy, refused 2 Busy"),
        (A, Do::Tick, "send propose 1"),
        (B, Do::Hear, "peer refused 2 Busy"),
        (B, Do::Hear, "send refuse 1 Declined"),
        (A, Do::Blocks(12), ""),
        (A, Do::See, "unfunded"),
    ]);
}

#[test]
fn a_party_with_a_half_signed_step_signs_none() {
    Pair::new().play(&[
        (B, Do::Pay(1), "save own 1, sign 1, send propose 1"),
        (A, Do::Lose, ""),
        (A, Do::Deposit(500, 10), PROPOSED),
        (A, Do::Tick, "send propose 1"),
        (B, Do::Tick, "send propose 1"),
        (A, Do::Hear, "send refuse 1 Busy, refused 1 Busy"),
    ]);
    let mut pair = Pair::new();
    pair.play(&[(B, Do::Pay(1), "save own 1, sign 1, send propose 1")]);
    let mut proposal = pair.nodes[1]
        .peers_proposal(2, env(1), deposit(A, 5, 10))
        .unwrap();
    let body = twinroot_party::ToSign::Commitment(Box::new(proposal.commitment.clone()));
    proposal.signature = sign(A, &body);
    let words = pair.node(B).hear(Message::Propose(Box::new(proposal)));
    assert_eq!(words, "send refuse 2 OutOfOrder, refused 2 OutOfOrder");
}

#[test]
fn the_other_side_posts_it_where_the_proposer_does_not() {
    let mut pair = agreed();
    pair.play(&[
        (A, Do::Drop, ""),
        (B, Do::Blocks(2), ""),
        (B, Do::See, ""),
        (B, Do::Blocks(1), ""),
        (B, Do::See, "post funding 1"),
        (B, Do::Include, ""),
        (B, Do::See, FUNDED),
        (A, Do::See, &format!("post funding 1, {FUNDED}")),
    ]);
    pair.assert_same();
}

#[test]
fn a_lost_acceptance_is_given_again() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Deposit(500, 10), PROPOSED),
        (B, Do::Hear, "ask 1"),
        (B, Do::Approve, ACCEPTED),
        (A, Do::Lose, ""),
        (A, Do::Tick, "send propose 1"),
        (B, Do::Hear, "send accept 1"),
        (A, Do::Hear, "post funding 1"),
        (B, Do::Tick, "send accept 1"),
        (A, Do::Hear, ""),
    ]);
}

#[test]
fn an_acceptance_of_it_must_be_signed_by_the_peer() {
    let mut pair = Pair::new();
    pair.play(&[(A, Do::Deposit(500, 10), PROPOSED)]);
    let body = pair.nodes[0].signed[0].clone();
    let round = twinroot_abi::Round(1);
    let accept = |signature| Message::Accept { round, signature };
    assert_eq!(pair.node(A).hear(accept(sign(A, &body))), "");
    assert_eq!(pair.node(A).hear(accept(sign(B, &body))), "post funding 1");
}

#[test]
fn equal_ones_that_cross_complete_each_other() {
    let mut pair = Pair::new();
    let step = deposit(A, 500, 10);
    for node in &mut pair.nodes {
        assert_eq!(node.say(Input::Propose(step.clone())), PROPOSED);
    }
    pair.play(&[
        (A, Do::Hear, "send accept 1"),
        (B, Do::Hear, "send accept 1"),
        (A, Do::Hear, "post funding 1"),
        (B, Do::Hear, "post funding 1"),
        (A, Do::Include, ""),
        (B, Do::Include, "not what is locked"),
    ]);
    pair.see();
    pair.assert_same();
}

#[test]
fn different_ones_that_cross_wait_for_their_end() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Deposit(500, 10), PROPOSED),
        (B, Do::Withdraw(5, 9), PROPOSED),
        (A, Do::Hear, "send refuse 1 Busy, refused 1 Busy"),
        (B, Do::Hear, "send refuse 1 Busy, refused 1 Busy"),
        (A, Do::Blocks(12), ""),
        (A, Do::See, "unfunded"),
        (B, Do::See, "unfunded"),
    ]);
    pair.nodes.iter_mut().for_each(|node| node.sent.clear());
    pair.agree(A, pay(A, 1));
}

/// The peer could have it carried out over a step that was forced meanwhile.
#[test]
fn a_forced_step_makes_it_stale_and_it_is_posted_no_more() {
    let mut pair = agreed();
    pair.play(&[
        (A, Do::Drop, ""),
        (B, Do::Force(7), "post force on what is known"),
        (B, Do::Include, ""),
        (A, Do::See, "save forced on 0, took over a step on 0"),
        (A, Do::Blocks(6), ""),
        (A, Do::See, ""),
        (A, Do::Blocks(6), ""),
        (A, Do::See, "unfunded"),
    ]);
}

#[test]
fn it_names_the_steps_that_were_forced_before() {
    let mut pair = Pair::new();
    pair.forced(B, pay(B, 7));
    pair.play(&[
        (A, Do::Withdraw(1_007, 10), PROPOSED),
        (B, Do::Hear, "ask 1"),
        (B, Do::Approve, ACCEPTED),
        (A, Do::Hear, "post funding 1"),
        (A, Do::Include, ""),
        (A, Do::See, FUNDED),
        (B, Do::See, FUNDED),
    ]);
    pair.assert_same();
}

#[test]
fn a_step_can_be_forced_on_it_before_it_is_final() {
    let mut pair = agreed();
    pair.play(&[(A, Do::Include, "")]);
    pair.see();
    pair.forced(B, pay(B, 7));
    pair.assert_same();
    assert_eq!(pair.nodes[0].party.balances(), [Amount(1_507), Amount(993)]);
    assert!(matches!(
        pair.chain.view().unwrap().ground,
        Ground::Funding(_)
    ));
}

/// Nothing of what a withdrawal or a deposit was signed for can be had twice.
#[test]
fn a_withdrawal_and_a_step_cannot_both_be_had() {
    let mut pair = Pair::new();
    pair.play(&[
        (B, Do::Withdraw(1_000, 10), PROPOSED),
        (A, Do::Hear, "ask 1"),
        (A, Do::Approve, ACCEPTED),
    ]);
    let node = pair.node(A);
    for round in [2, 3] {
        let proposal = node.peers_proposal(round, env(1), pay(B, 1_000)).unwrap();
        let words = node.hear(Message::Propose(Box::new(proposal)));
        assert!(words.contains("Busy"), "{words}");
    }
    assert!(matches!(
        node.give(Input::Propose(withdraw(A, 1, 9))),
        Err(Illegal::Bound { .. })
    ));
}
