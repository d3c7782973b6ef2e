//! The end that both sign (docs/spec/channel.md, 6.1 to 6.4).

use twinroot_abi::{Amount, Hash, Height, Round};
use twinroot_party::{Illegal, Input, Status, ToSign};
use twinroot_types::{Signature, Tag};
use twinroot_wire::{Message, MutualClose, Reason, Standing};

use crate::world::{A, B, Do, Node, Pair, env, parameters, pay, quiet, secret};

const PROPOSED: &str = "save close 0, sign close 0, send close 0";
const ACCEPTED: &str = "save close 0, sign close 0, send accept close";
const OUT_OF_ORDER: &str = "send refuse close OutOfOrder, refused 0 OutOfOrder";
const PAID: &str = "save own 1, sign 1, send propose 1";

fn bound(until: u64) -> String {
    format!("illegal: a close, deposit or withdrawal is signed and binds up to height {until}")
}

/// The close that the initiator would propose at the beginning.
fn close(expiry: u64) -> MutualClose {
    MutualClose {
        chain: parameters().chain,
        channel: parameters().channel(),
        version: parameters().version,
        standing: Standing::co_signed(Round(0)),
        payout: [Amount(1_000); 2],
        expiry: Height(expiry),
    }
}

fn proposed_by(side: twinroot_abi::Side, close: MutualClose) -> Message {
    let signature = secret(side).sign(Tag::CLOSE, &close.signed_bytes());
    Message::ProposeClose { close, signature }
}

#[test]
fn a_close_is_agreed_and_posted() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Close(3), PROPOSED),
        (B, Do::Hear, "ask close 0"),
        (B, Do::Approve, ACCEPTED),
        (A, Do::Hear, "post mutual close 0"),
        (A, Do::Include, ""),
        (A, Do::See, "closed"),
        (B, Do::See, "closed"),
    ]);
    assert_eq!(pair.nodes[0].party.status(), Status::Closed);
}

#[test]
fn nothing_is_signed_until_it_has_expired_for_good() {
    let closing = bound(5);
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
        (A, Do::Pay(1), &closing),
        (B, Do::Pay(1), &closing),
        (A, Do::Close(9), &closing),
        (B, Do::Close(2), &closing),
        (A, Do::CloseSolo, "post mutual close 1"),
        (B, Do::CloseSolo, "post mutual close 1"),
        (A, Do::Blocks(3), ""),
        (A, Do::See, ""),
        (B, Do::See, ""),
        (A, Do::CloseSolo, "post solo close at 1"),
        (A, Do::Pay(1), &closing),
        (A, Do::Blocks(2), ""),
        (A, Do::See, "unfunded"),
        (A, Do::Pay(1), "save own 2, sign 2, send propose 2"),
        (B, Do::Hear, "send refuse 2 Busy, refused 2 Busy"),
        (B, Do::See, "unfunded"),
        (A, Do::Hear, "peer refused 2 Busy"),
        (A, Do::Tick, "send propose 2"),
        (B, Do::Hear, "ask 2"),
    ]);
}

/// The peer could sign the newer state, take its good, and post the close over it.
#[test]
fn a_close_and_a_step_cannot_both_be_had() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Close(3), PROPOSED),
        (B, Do::Lose, ""),
        (A, Do::Pay(1), &bound(5)),
        (B, Do::Pay(1), PAID),
        (A, Do::Hear, "send refuse 1 Busy, refused 1 Busy"),
        (A, Do::Blocks(4), ""),
        (A, Do::See, ""),
        (A, Do::Pay(1), &bound(5)),
        (A, Do::Blocks(1), ""),
        (A, Do::See, "unfunded"),
        (A, Do::Pay(1), PAID),
    ]);
    // Nor is a close signed beside a half-signed step.
    Pair::new().play(&[
        (A, Do::Pay(10), PAID),
        (B, Do::Lose, ""),
        (B, Do::Close(9), PROPOSED),
        (A, Do::Hear, OUT_OF_ORDER),
    ]);
}

#[test]
fn a_declined_close_is_not_signed() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Close(9), PROPOSED),
        (B, Do::Hear, "ask close 0"),
        (
            B,
            Do::Decline,
            "send refuse close Declined, refused 0 Declined",
        ),
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
fn a_refusal_of_another_close_is_ignored() {
    let mut pair = Pair::new();
    pair.play(&[(A, Do::Close(9), PROPOSED)]);
    let refuse = |close| Message::RefuseClose {
        close,
        reason: Reason::Declined,
    };
    assert_eq!(pair.node(A).hear(refuse(Hash([9; 32]))), "");
    assert_eq!(pair.node(B).hear(refuse(close(9).hash())), "");
}

#[test]
fn an_own_close_takes_the_question_back() {
    let nothing = "illegal: this was not asked, or something else was asked since";
    Pair::new().play(&[
        (B, Do::Pay(1), PAID),
        (A, Do::Hear, "ask 1"),
        (A, Do::Close(9), PROPOSED),
        (A, Do::Approve, &bound(11)),
        (A, Do::Blocks(11), ""),
        (A, Do::See, "unfunded"),
        (A, Do::Approve, nothing),
    ]);
}

#[test]
fn equal_closes_that_cross_complete_each_other() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Close(9), PROPOSED),
        (B, Do::Close(9), PROPOSED),
        (A, Do::Hear, "save close 0, sign close 0, send accept close"),
        (B, Do::Hear, "save close 0, sign close 0, send accept close"),
    ]);
    for side in [A, B] {
        pair.deliver(side).unwrap();
        assert_eq!(pair.node(side).say(Input::CloseSolo), "post mutual close 0");
    }
    pair.play(&[
        (A, Do::Include, ""),
        (A, Do::See, "closed"),
        (B, Do::See, "closed"),
    ]);
}

#[test]
fn closes_that_differ_in_their_last_height_complete_each_other() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Close(9), PROPOSED),
        (B, Do::Close(7), PROPOSED),
        (A, Do::Hear, ACCEPTED),
        (B, Do::Hear, ACCEPTED),
        (A, Do::Hear, ""),
        (B, Do::Hear, ""),
        (A, Do::Pay(1), &bound(11)),
        (B, Do::Pay(1), &bound(11)),
        (A, Do::See, ""),
        (A, Do::Blocks(3), ""),
        (A, Do::See, "post mutual close 0"),
        (A, Do::Include, ""),
        (B, Do::See, "closed"),
    ]);
}

#[test]
fn a_signed_close_outlasts_a_later_one_that_expires_before() {
    let mut pair = Pair::new();
    pair.play(&[
        (B, Do::Close(2), PROPOSED),
        (A, Do::Close(50), PROPOSED),
        (A, Do::Hear, ACCEPTED),
        (A, Do::Blocks(10), ""),
        (A, Do::See, ""),
        (A, Do::Pay(1), &bound(52)),
        (A, Do::Restart, "sign close 0, send accept close"),
        (A, Do::See, ""),
        (A, Do::Pay(1), &bound(52)),
    ]);
}

#[test]
fn a_close_is_good_for_the_close_window_only() {
    let latest = 1 + twinroot_rules::CLOSE_WINDOW;
    let propose = |expiry| Input::ProposeClose {
        expiry: Height(expiry),
    };
    let expiry = Illegal::Expiry {
        earliest: Height(1),
        latest: Height(latest),
    };
    let mut node = Node::new(A, quiet());
    assert_eq!(node.give(propose(latest + 1)), Err(expiry.clone()));
    assert_eq!(node.give(propose(0)), Err(expiry), "it is over already");
    assert!(node.give(propose(latest)).is_ok());
}

#[test]
fn a_close_must_be_at_the_newest_state_and_pay_what_it_pays() {
    type Spoil = fn(&mut MutualClose);
    let refused = OUT_OF_ORDER;
    let table: [(Spoil, &str); 11] = [
        (|_| {}, "ask close 0"),
        (|it| it.standing.forced = 1, refused),
        (|it| it.expiry = Height(1), "ask close 0"),
        (|it| it.expiry = Height(0), refused),
        (|it| it.expiry = Height(101), "ask close 0"),
        (|it| it.expiry = Height(102), refused),
        (|it| it.payout = [Amount(1_001), Amount(999)], refused),
        (
            |it| it.standing.round = Round(1),
            "send refuse close OutOfOrder, refused 1 OutOfOrder",
        ),
        (|it| it.chain.0[0] ^= 1, refused),
        (|it| it.channel.0[0] ^= 1, refused),
        (|it| it.version += 1, refused),
    ];
    let mut node = Node::new(A, quiet());
    for (spoil, expected) in table {
        let mut close = close(9);
        spoil(&mut close);
        assert_eq!(node.hear(proposed_by(B, close)), expected);
    }
    let words = node.hear(proposed_by(A, close(9)));
    assert_eq!(words, refused, "not the peer's signature");
}

#[test]
fn an_acceptance_of_a_close_must_be_signed_by_the_peer() {
    let mut pair = Pair::new();
    pair.play(&[(A, Do::Close(9), PROPOSED)]);
    let accept = |side| Message::AcceptClose {
        signature: secret(side).sign(Tag::CLOSE, &close(9).signed_bytes()),
    };
    assert_eq!(pair.node(A).hear(accept(A)), "");
    let zeros = Signature::from_bytes(&[0; 64]);
    assert_eq!(
        pair.node(A).hear(Message::AcceptClose { signature: zeros }),
        ""
    );
    assert_eq!(pair.node(B).hear(accept(A)), "", "nothing was closed here");
    assert_eq!(pair.node(A).hear(accept(B)), "post mutual close 0");
    assert_eq!(pair.node(A).hear(accept(B)), "", "it counts once");
}

#[test]
fn a_lost_answer_is_given_again() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Close(9), PROPOSED),
        (B, Do::Lose, ""),
        (A, Do::Tick, "send close 0"),
        (B, Do::Hear, "ask close 0"),
        (A, Do::Connected, "send hello 0?, send close 0"),
        (B, Do::Hear, "send hello 0"),
        (B, Do::Hear, ""),
        (B, Do::Approve, ACCEPTED),
        (A, Do::Hear, ""),
        (A, Do::Lose, ""),
        (A, Do::Tick, "send close 0"),
        (B, Do::Hear, "send accept close"),
        (A, Do::Hear, "post mutual close 0"),
    ]);
}

#[test]
fn both_post_a_close_until_it_is_there() {
    let mut pair = Pair::new();
    pair.see();
    pair.play(&[
        (A, Do::Close(9), PROPOSED),
        (B, Do::Hear, "ask close 0"),
        (B, Do::Approve, ACCEPTED),
        (A, Do::Hear, "post mutual close 0"),
        (A, Do::Drop, ""),
        (A, Do::Blocks(2), ""),
        (A, Do::See, ""),
        (B, Do::See, ""),
        (A, Do::Blocks(1), ""),
        (A, Do::See, "post mutual close 0"),
        (B, Do::See, "post mutual close 0"),
        (A, Do::Blocks(6), ""),
        (A, Do::See, "post mutual close 0"),
        (B, Do::See, "post mutual close 0"),
    ]);
}

#[test]
fn a_close_that_a_forced_step_made_stale_is_not_posted() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Close(9), PROPOSED),
        (B, Do::Hear, "ask close 0"),
        (B, Do::Approve, ACCEPTED),
        (B, Do::CloseSolo, "post mutual close 0"),
        (B, Do::Drop, ""),
        (A, Do::Force(1), "post force on what is known"),
        (A, Do::Include, ""),
        (B, Do::See, "save forced on 0, took over a step on 0"),
        (B, Do::CloseSolo, "post solo close at what is known"),
        (A, Do::Blocks(5), ""),
        (B, Do::See, ""),
    ]);
}

#[test]
fn a_close_names_the_steps_forced_on_its_round() {
    let mut pair = Pair::new();
    pair.agree(A, pay(A, 1));
    for forced in 1..3 {
        pair.forced(B, pay(B, 1));
        let tip = pair.nodes[0].party.commitment().clone();
        let expiry = Height(pair.chain.height());
        pair.node(A).say(Input::ProposeClose { expiry });
        let Some(ToSign::Close(signed)) = pair.nodes[0].signed.last() else {
            panic!("it signs a close")
        };
        let round = Round(1);
        assert_eq!(signed.standing, Standing { round, forced });
        assert_eq!(signed.payout, tip.payout);
        pair.chain.block();
        pair.chain.block();
        pair.chain.block();
        pair.see();
    }
}

/// A question about a state that is the newest no more is taken back.
#[test]
fn a_forced_step_voids_what_was_asked() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Close(9), PROPOSED),
        (B, Do::Hear, "ask close 0"),
        (A, Do::Force(1), "post force on what is known"),
        (A, Do::Include, ""),
        (B, Do::See, "save forced on 0, took over a step on 0"),
        (
            B,
            Do::Approve,
            "illegal: this was not asked, or something else was asked since",
        ),
    ]);
}

#[test]
fn a_closed_channel_takes_nothing_in_but_the_ledger() {
    let mut node = Node::new(A, quiet());
    assert_eq!(node.say(Input::Ledger(None)), "closed");
    assert_eq!(node.say(Input::Ledger(None)), "", "it is told once");
    assert_eq!(node.say(Input::Block(env(2))), "");
    for input in [
        Input::Propose(pay(A, 1)),
        Input::CloseSolo,
        Input::Tick,
        Input::Message(Message::Leave),
        Input::Approve(Hash([0; 32])),
    ] {
        assert_eq!(node.give(input), Err(Illegal::Closed));
    }
}
