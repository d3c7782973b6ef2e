//! A channel that the ledger is closing (docs/spec/channel.md, 5 and 6).

use twinroot_abi::Height;
use twinroot_party::Status;

use crate::world::{A, B, Do, Pair};

const BEING_CLOSED: &str =
    "illegal: the channel is being closed: force the step, or close together";
const PROPOSED: &str = "save own 1, sign 1, send propose 1";
const CLOSING: &str = "closing 0 until 11";
const BUSY: &str = "send refuse 1 Busy, refused 1 Busy";

/// The responder closes at the beginning, and only the initiator looks.
fn closing() -> Pair {
    let mut pair = Pair::new();
    pair.play(&[
        (B, Do::CloseSolo, "post solo close at what is known"),
        (B, Do::Include, ""),
        (A, Do::See, CLOSING),
    ]);
    pair
}

/// What is signed then could come too late to beat the close, also where there seems to be time: a fork
/// can lose the forced step that made the time longer.
#[test]
fn nothing_is_signed_while_the_channel_is_being_closed() {
    let mut pair = closing();
    assert_eq!(pair.nodes[0].party.status(), Status::Closing(Height(11)));
    pair.play(&[
        (A, Do::Pay(1), BEING_CLOSED),
        (A, Do::Deposit(1, 5), BEING_CLOSED),
        (A, Do::Withdraw(1, 5), BEING_CLOSED),
        (A, Do::Cancel, BEING_CLOSED),
        (B, Do::Pay(2), PROPOSED),
        (A, Do::Hear, BUSY),
        (B, Do::Hear, "peer refused 1 Busy"),
        (A, Do::Force(1), "post force on what is known"),
        (A, Do::Include, ""),
        (A, Do::See, "save forced on 0, took over a step on 0"),
        (A, Do::Pay(1), BEING_CLOSED),
    ]);
    let mut pair = closing();
    pair.play(&[
        (
            B,
            Do::Deposit(5, 5),
            "save own 1, sign funding 1, send propose 1",
        ),
        (A, Do::Hear, BUSY),
    ]);
}

#[test]
fn what_was_asked_before_a_close_is_not_signed_after_it() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Blocks(1), ""),
        (B, Do::Pay(2), PROPOSED),
        (A, Do::Hear, "ask 1"),
        (B, Do::CloseSolo, "post solo close at what is known"),
        (B, Do::Include, ""),
        (A, Do::See, "closing 0 until 12"),
        (A, Do::Approve, BEING_CLOSED),
        // Where a fork loses the close, the question stands.
        (A, Do::Fork(1), ""),
        (A, Do::See, ""),
        (
            A,
            Do::Approve,
            "save peer's 1, sign 1, save both 1, send accept 1, agreed 1",
        ),
    ]);
}

/// A proposal that was sent before stays with the peer, but the party sends no higher one.
#[test]
fn a_peer_cannot_have_a_party_propose_again_while_the_channel_is_being_closed() {
    let mut pair = Pair::new();
    pair.play(&[(A, Do::Pay(1), PROPOSED)]);
    let seven = pair.nodes[1].peers_proposal(7, crate::world::env(1), crate::world::pay(A, 5));
    pair.node(B)
        .hear(twinroot_wire::Message::Propose(Box::new(seven.unwrap())));
    pair.play(&[
        (B, Do::Hear, "send refuse 1 Taken(Round(7))"),
        (B, Do::CloseSolo, "post solo close at what is known"),
        (B, Do::Include, ""),
        (A, Do::See, CLOSING),
        (A, Do::Hear, ""),
    ]);
}

/// It pays the same at once, without the time to answer.
#[test]
fn a_mutual_close_can_end_a_close() {
    let mut pair = closing();
    pair.play(&[
        (B, Do::See, CLOSING),
        (A, Do::Close(5), "save close 0, sign close 0, send close 0"),
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
    ]);
}

/// A signature that was on its way when the close began still beats it.
#[test]
fn a_close_at_the_beginning_is_fair_while_nothing_is_signed() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Pay(1), PROPOSED),
        (B, Do::Hear, "ask 1"),
        (B, Do::CloseSolo, "post solo close at what is known"),
        (
            B,
            Do::Approve,
            "save peer's 1, sign 1, save both 1, send accept 1, agreed 1",
        ),
        (B, Do::Include, ""),
        (A, Do::See, CLOSING),
        (A, Do::Hear, "save both 1, agreed 1"),
        (A, Do::Blocks(1), ""),
        (A, Do::See, "post slash 1"),
        (A, Do::Include, ""),
        (A, Do::See, "closing 1 until 12"),
    ]);
}
