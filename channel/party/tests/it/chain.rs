//! What a party makes of changes on the ledger.

use twinroot_abi::{Amount, Hash, Height, Root, Round};
use twinroot_party::{ChainEvent, Illegal, Input, Party, ToSign};
use twinroot_types::Tag;
use twinroot_wire::{Action, CoSigned, Force, Message};

use crate::pair::{A, B, Do, Pair, call, create, env, parameters, pay, secret};
use crate::toy::{Line, Toy, code};

fn closing_at(pair: &Pair, round: u64) -> Input {
    let posted = pair.nodes[0].co_signed()[&Round(round)].clone();
    Input::Chain(ChainEvent::Closing {
        commitment: Box::new(posted.commitment.clone()),
        posted: Some(Box::new(posted)),
    })
}

fn said(pair: &mut Pair, input: Input) -> String {
    pair.node(A).give(input).unwrap().join(", ")
}

#[test]
fn a_stale_close_is_slashed_with_the_newest_state() {
    let mut pair = Pair::new();
    pair.agree(A, pay(A, 1));
    pair.agree(B, pay(B, 2));
    pair.agree(A, pay(A, 3));
    let stale = closing_at(&pair, 2);
    assert_eq!(said(&mut pair, stale), "stale close 2, post slash 3");
    let newest = closing_at(&pair, 3);
    assert_eq!(said(&mut pair, newest), "closing 3");
    pair.play(&[(A, Do::CloseSolo, "post solo close at what is known")]);
}

#[test]
fn a_close_at_the_beginning_is_fair_while_nothing_is_signed() {
    let mut pair = Pair::new();
    let commitment = Box::new(pair.nodes[0].party.commitment().clone());
    let posted = None;
    let first_close = Input::Chain(ChainEvent::Closing { commitment, posted });
    assert_eq!(said(&mut pair, first_close.clone()), "closing 0");
    pair.agree(A, pay(A, 1));
    let words = said(&mut pair, first_close);
    assert_eq!(words, "stale close 0, post slash 1");
}

#[test]
fn a_step_forced_on_the_newest_state_is_taken_over() {
    let mut pair = Pair::new();
    pair.agree(A, create());
    pair.agree(B, call(100, &[]));
    let operations = call(0, &[Line::Pay(B, 40), Line::Stamp(1)]);
    let event = pair.nodes[0].forced(B, env(7), operations).unwrap();
    for side in [A, B] {
        let words = pair.node(side).give(Input::Chain(event.clone())).unwrap();
        assert_eq!(words.join(", "), "took over a step on 2");
    }
    assert_eq!(pair.nodes[0].party.balances(), [Amount(1_000), Amount(940)]);
    for side in [A, B] {
        pair.node(side).give(Input::Block(env(8))).unwrap();
    }
    pair.agree(A, pay(A, 5));
    assert_eq!(
        pair.nodes[0].party.commitment().round,
        Round(3),
        "they go on above it"
    );
}

#[test]
fn a_step_forced_on_an_older_state_changes_nothing() {
    let mut pair = Pair::new();
    pair.agree(A, pay(A, 1));
    let old = pair.nodes[0].forced(B, env(1), pay(B, 1)).unwrap();
    pair.agree(A, pay(A, 2));
    let before = pair.nodes[0].party.commitment().clone();
    let words = said(&mut pair, Input::Chain(old));
    assert_eq!(words, "forced elsewhere on 1");
    assert_eq!(pair.nodes[0].party.commitment(), &before);
}

#[test]
fn a_step_forced_on_an_unknown_state_changes_nothing() {
    let mut pair = Pair::new();
    let event = pair.nodes[0].forced(B, env(1), pay(B, 1)).unwrap();
    let ChainEvent::Forced {
        base,
        mut update,
        commitment,
    } = event
    else {
        panic!("it is forced")
    };
    update.base = Hash([9; 32]);
    let unknown = ChainEvent::Forced {
        base,
        update,
        commitment,
    };
    let before = pair.nodes[0].party.commitment().clone();
    let words = said(&mut pair, Input::Chain(unknown));
    assert_eq!(words, "forced elsewhere on 0");
    assert_eq!(pair.nodes[0].party.commitment(), &before);
}

#[test]
fn a_forced_step_that_comes_out_differently_stops_the_party() {
    let mut pair = Pair::new();
    let event = pair.nodes[0].forced(B, env(1), pay(B, 1)).unwrap();
    let ChainEvent::Forced {
        base,
        update,
        mut commitment,
    } = event
    else {
        panic!("it is forced")
    };
    commitment.state_root = Root([9; 32]);
    let other = ChainEvent::Forced {
        base: base.clone(),
        update: update.clone(),
        commitment: commitment.clone(),
    };
    let result = pair.node(A).give(Input::Chain(other));
    assert!(matches!(result, Err(Illegal::Diverged(_))));
    let mut update = update;
    update.operations = pay(A, 1);
    let taking = ChainEvent::Forced {
        base,
        update,
        commitment,
    };
    let result = pair.node(A).give(Input::Chain(taking));
    assert!(
        matches!(result, Err(Illegal::Diverged(_))),
        "the ledger took this party's coins"
    );
}

/// What the initiator half-signed at this round, with the responder's signature.
fn signed_after_all(pair: &Pair, round: u64) -> Box<CoSigned> {
    let commitment = pair.nodes[0].signed_rounds()[&Round(round)].clone();
    let body = commitment.signed_bytes();
    let signatures = [A, B].map(|side| secret(side).sign(Tag::COMMITMENT, &body));
    Box::new(CoSigned {
        commitment,
        signatures,
    })
}

#[test]
fn a_half_signed_state_that_the_peer_closes_at_is_the_newest() {
    let mut pair = Pair::new();
    pair.play(&[(A, Do::Pay(10), "save 1, sign 1, send propose 1")]);
    let posted = signed_after_all(&pair, 1);
    let commitment = Box::new(posted.commitment.clone());
    let close = ChainEvent::Closing {
        commitment,
        posted: Some(posted.clone()),
    };
    let words = said(&mut pair, Input::Chain(close));
    assert_eq!(words, "save both 1, agreed 1, closing 1");
    assert_eq!(pair.nodes[0].party.newest(), Some(&*posted));
    pair.play(&[(A, Do::Force(3), "post force on what is known")]);
}

#[test]
fn a_half_signed_state_that_the_peer_forces_on_is_the_newest() {
    let mut pair = Pair::new();
    pair.play(&[(A, Do::Pay(10), "save 1, sign 1, send propose 1")]);
    let posted = signed_after_all(&pair, 1);
    // The responder has the state that it did not send its signature of.
    pair.play(&[
        (B, Do::Hear, "ask 1"),
        (
            B,
            Do::Approve,
            "save 1, sign 1, save both 1, send accept 1, agreed 1",
        ),
    ]);
    let event = pair.nodes[1].forced(B, env(1), pay(B, 5)).unwrap();
    let ChainEvent::Forced {
        update, commitment, ..
    } = event
    else {
        unreachable!("it is forced")
    };
    let event = ChainEvent::Forced {
        base: Some(posted),
        update,
        commitment: commitment.clone(),
    };
    let words = said(&mut pair, Input::Chain(event));
    assert_eq!(words, "save both 1, agreed 1, took over a step on 1");
    assert_eq!(pair.nodes[0].party.commitment(), &*commitment);
    pair.play(&[(A, Do::Hear, "")]);
    assert_eq!(
        pair.nodes[0].party.commitment(),
        &*commitment,
        "a late acceptance counts once"
    );
}

#[test]
fn a_half_signed_state_may_be_what_a_stale_close_is_beaten_with() {
    let mut pair = Pair::new();
    pair.agree(A, pay(A, 1));
    pair.agree(A, pay(A, 2));
    pair.play(&[(A, Do::Pay(10), "save 3, sign 3, send propose 3")]);
    let stale = closing_at(&pair, 1);
    assert_eq!(
        said(&mut pair, stale),
        "stale close 1, post slash 2",
        "the peer has not signed 3"
    );
}

#[test]
fn once_a_half_signed_step_was_forced_others_may_follow() {
    let mut pair = Pair::new();
    pair.agree(A, create());
    pair.agree(A, call(100, &[]));
    let step = || call(0, &[Line::Pay(A, 10)]);
    let half_signed = Err(Illegal::HalfSigned { round: Round(3) });
    let node = pair.node(A);
    node.give(Input::Propose(step())).unwrap();
    for (by, operations) in [(B, step()), (A, pay(A, 9))] {
        let event = node.forced(by, env(1), operations).unwrap();
        node.give(Input::Chain(event)).unwrap();
        let other = node.give(Input::Force(pay(A, 3)));
        assert_eq!(other, half_signed, "the peer's, or another one, is not it");
    }
    let own = node.forced(A, env(1), step()).unwrap();
    node.give(Input::Chain(own)).unwrap();
    pair.play(&[
        (A, Do::Force(3), "post force on what is known"),
        (A, Do::Pay(4), "save 4, sign 4, send propose 4"),
    ]);
}

#[test]
fn a_close_names_the_steps_forced_on_its_round() {
    let mut pair = Pair::new();
    pair.agree(A, pay(A, 1));
    for forced in 1..3 {
        for side in [A, B] {
            let event = pair.nodes[side.index()].forced(B, env(1), pay(B, 1));
            let event = Input::Chain(event.unwrap());
            pair.node(side).give(event).unwrap();
        }
        let close = pair.nodes[1].party.commitment().clone();
        let expiry = Height(forced);
        pair.node(A).give(Input::ProposeClose { expiry }).unwrap();
        let Some(ToSign::Close(signed)) = pair.nodes[0].signed.last() else {
            panic!("it signs a close")
        };
        assert_eq!(u64::from(signed.forced), forced);
        assert_eq!((signed.round, signed.payout), (Round(1), close.payout));
        pair.node(A).give(Input::Block(env(forced + 1))).unwrap();
    }
}

#[test]
fn a_close_that_a_forced_step_made_stale_is_not_posted() {
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
        (B, Do::CloseSolo, "post mutual close 1"),
    ]);
    let event = pair.nodes[1].forced(A, env(1), pay(A, 1)).unwrap();
    pair.node(B).give(Input::Chain(event)).unwrap();
    pair.play(&[(B, Do::CloseSolo, "post solo close at what is known")]);
}

#[test]
fn a_forced_step_with_unknown_code_is_given_again() {
    let pair = Pair::new();
    let mut creation = create();
    if let twinroot_wire::Operation::Create { fallback, .. } = &mut creation[0] {
        *fallback = twinroot_exec::Fallback::all_to(B);
    }
    let event = pair.nodes[1].forced(B, env(1), creation).unwrap();
    let toy = code(b"toy");
    let mut fresh = Party::new(&parameters(), A, env(1)).unwrap();
    let result = fresh.step(Input::Chain(event.clone()), &Toy);
    assert!(matches!(result, Err(Illegal::NeedsCode(needed)) if needed == toy.hash));
    fresh.learn(toy);
    assert!(fresh.step(Input::Chain(event), &Toy).is_ok());
}

#[test]
fn a_broken_machine_stops_the_party() {
    let mut pair = Pair::new();
    pair.agree(A, create());
    let machine = |result: Result<Vec<String>, Illegal>| matches!(result, Err(Illegal::Machine(_)));
    let broken = call(0, &[Line::Break]);
    let node = pair.node(A);
    assert!(machine(node.give(Input::Propose(broken.clone()))));
    assert!(machine(node.give(Input::Force(broken.clone()))));
    let mut proposal = node.peers_proposal(2, env(1), call(0, &[])).unwrap();
    proposal.update.operations = broken.clone();
    let message = Message::Propose(Box::new(proposal));
    assert!(machine(node.give(Input::Message(message))));
    let event = node.forced(B, env(1), call(0, &[])).unwrap();
    let ChainEvent::Forced {
        base,
        mut update,
        commitment,
    } = event
    else {
        unreachable!("it is forced")
    };
    update.operations = broken;
    let event = ChainEvent::Forced {
        base,
        update,
        commitment,
    };
    assert!(machine(node.give(Input::Chain(event))));
}

#[test]
fn a_forced_step_voids_what_was_asked() {
    let mut pair = Pair::new();
    pair.play(&[
        (B, Do::Pay(1), "save 1, sign 1, send propose 1"),
        (A, Do::Hear, "ask 1"),
    ]);
    let event = pair.nodes[0].forced(B, env(1), pay(B, 1)).unwrap();
    assert_eq!(
        said(&mut pair, Input::Chain(event)),
        "took over a step on 0"
    );
    assert_eq!(pair.node(A).approve(), Err(Illegal::NothingAsked));
}

#[test]
fn a_posted_step_predicts_what_the_ledger_reaches() {
    let mut pair = Pair::new();
    pair.agree(A, create());
    pair.agree(A, call(100, &[]));
    let operations = call(5, &[Line::Pay(A, 40), Line::Stamp(1)]);
    pair.node(A).give(Input::Force(operations.clone())).unwrap();
    let Some(Action::Force(force)) = pair.nodes[0].posts.pop() else {
        panic!("it was posted")
    };
    let Force {
        base,
        update,
        witness,
        predicted,
    } = force;
    assert_eq!(base.as_ref(), pair.nodes[0].party.newest());
    let limit = twinroot_types::Limits::V1.witness_bytes;
    let shown = twinroot_rules::Position {
        commitment: pair.nodes[1].party.commitment().clone(),
        state: twinroot_state::Partial::decode(&witness, limit).unwrap(),
    };
    let codes = pair.nodes[1].party.codes();
    let consent = twinroot_rules::Consent::PosterOnly;
    let applied = twinroot_rules::apply(&shown, &update, consent, codes, &Toy).unwrap();
    assert_eq!(applied.next.commitment.state_root, predicted);
    assert_eq!(
        shown.state.check_no_surplus(&witness, &applied.touched),
        Ok(())
    );
    assert_eq!(update.operations, operations);
}

#[test]
fn what_the_ledger_knows_is_not_posted_again() {
    let mut pair = Pair::new();
    pair.agree(A, create());
    let base = pair.nodes[0].party.newest().cloned().map(Box::new);
    let event = pair.nodes[0].forced(B, env(1), call(9, &[])).unwrap();
    let ChainEvent::Forced {
        update, commitment, ..
    } = event
    else {
        panic!("it is forced")
    };
    let event = ChainEvent::Forced {
        base,
        update,
        commitment,
    };
    assert_eq!(
        said(&mut pair, Input::Chain(event)),
        "took over a step on 1"
    );
    pair.play(&[
        (A, Do::CloseSolo, "post solo close at what is known"),
        (A, Do::Force(1), "post force on what is known"),
    ]);
}

#[test]
fn a_closed_channel_takes_nothing_in() {
    let mut pair = Pair::new();
    assert_eq!(said(&mut pair, Input::Chain(ChainEvent::Closed)), "closed");
    for input in [
        Input::Propose(pay(A, 1)),
        Input::CloseSolo,
        Input::Block(env(2)),
        Input::Approve(Hash([0; 32])),
    ] {
        assert_eq!(pair.node(A).give(input), Err(Illegal::Closed));
    }
}
