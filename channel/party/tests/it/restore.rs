//! A party that begins again from what it wrote down (docs/spec/channel.md, 5.9).

use twinroot_abi::{Amount, Round};
use twinroot_exec::Codes;
use twinroot_party::{Effect, Illegal, Input, Party, Record, RestoreError, Source, Status};
use twinroot_wire::Message;

use crate::toy::{Line, Toy};
use crate::world::{
    A, B, Do, Node, Pair, call, create, env, parameters, pay, quiet, sign_commitment,
};

const PROPOSED: &str = "save own 1, sign 1, send propose 1";

fn restored(records: Vec<Record>, with_codes: bool) -> Result<Party, RestoreError> {
    let codes = match with_codes {
        true => Node::new(A, quiet()).party.codes().clone(),
        false => Codes::default(),
    };
    let terms = parameters();
    Party::restore(
        &terms,
        A,
        env(1),
        quiet(),
        codes,
        Source::Log,
        records,
        &Toy,
    )
}

#[test]
fn a_party_is_restored_from_its_records() {
    let mut pair = Pair::with_contract();
    pair.agree(B, call(0, &[Line::Store(1, 2), Line::Pay(A, 10)]));
    for side in [A, B] {
        let before = pair.nodes[side.index()].clone();
        pair.play(&[(side, Do::Restart, "")]);
        let after = &pair.nodes[side.index()].party;
        assert_eq!(after.commitment(), before.party.commitment());
        assert_eq!(after.newest(), before.party.newest());
        assert_eq!(after.standing(), before.party.standing());
        assert_eq!(after.status(), Status::Free);
    }
    pair.agree(A, pay(A, 1));
}

#[test]
fn a_crash_before_the_signature_loses_nothing() {
    let mut pair = Pair::new();
    pair.nodes
        .iter_mut()
        .for_each(|node| node.slow_signer = true);
    pair.play(&[
        (A, Do::Pay(10), "save own 1, sign 1"),
        (A, Do::Restart, "sign 1"),
        (
            A,
            Do::Pay(10),
            "illegal: a signature that was asked for is still to come",
        ),
        (A, Do::Sign, "send propose 1"),
        (B, Do::Hear, "ask 1"),
        (B, Do::Approve, "save peer's 1, sign 1"),
        (B, Do::Restart, "sign 1"),
        (B, Do::Sign, "save both 1, send accept 1, agreed 1"),
        (A, Do::Hear, "save both 1, agreed 1"),
    ]);
    pair.assert_same();
}

#[test]
fn a_crash_after_a_write_is_no_different_from_one_before_the_sending() {
    let mut pair = Pair::new();
    pair.node(A).fuse = Some(1);
    pair.play(&[
        (A, Do::Pay(10), "save own 1"),
        (A, Do::Restart, "sign 1, send propose 1"),
        (B, Do::Hear, "ask 1"),
    ]);
    pair.node(B).fuse = Some(3);
    pair.play(&[
        (B, Do::Approve, "save peer's 1, sign 1, save both 1"),
        (B, Do::Restart, ""),
        (A, Do::Tick, "send propose 1"),
        (B, Do::Hear, "send accept 1"),
        (A, Do::Hear, "save both 1, agreed 1"),
    ]);
    pair.assert_same();
}

/// Where the record itself is lost, so is the step; nothing was signed.
#[test]
fn a_crash_before_the_write_leaves_no_trace() {
    let mut pair = Pair::new();
    pair.node(A).fuse = Some(0);
    pair.play(&[
        (A, Do::Pay(10), ""),
        (A, Do::Restart, ""),
        (A, Do::Pay(20), PROPOSED),
    ]);
}

#[test]
fn what_was_half_signed_is_half_signed_still() {
    let mut pair = Pair::new();
    let half = "illegal: the proposal of round 1 is half-signed: repeat it, force it, or take it back first";
    pair.play(&[
        (A, Do::Pay(10), PROPOSED),
        (A, Do::Restart, "sign 1, send propose 1"),
        (A, Do::Pay(20), half),
        (A, Do::Pay(10), "save own 2, sign 2, send propose 2"),
    ]);
    let signature = sign_commitment(
        B,
        &pair.nodes[0].party.half_signed().next().unwrap().clone(),
    );
    let late = Message::Accept {
        round: Round(1),
        signature,
    };
    let words = pair.node(A).hear(late);
    assert_eq!(
        words,
        "save both 1, agreed 1, rival 2, save own 3, sign 3, send propose 3"
    );
}

/// What was sent in an earlier life can be signed by the peer, whatever this life knows of it.
#[test]
fn an_overtaken_proposal_of_an_earlier_life_stays_half_signed() {
    let mut pair = Pair::new();
    pair.node(A).slow_signer = true;
    pair.play(&[
        (A, Do::Pay(10), "save own 1, sign 1"),
        (A, Do::Restart, "sign 1"),
        (B, Do::Force(5), "post force on what is known"),
        (B, Do::Include, ""),
        (A, Do::See, "save forced on 0, took over a step on 0"),
        (A, Do::Sign, "overtaken 1"),
    ]);
    assert_eq!(pair.nodes[0].party.half_signed().count(), 1);
    let half = Err(Illegal::HalfSigned { round: Round(1) });
    assert_eq!(pair.node(A).give(Input::Propose(pay(A, 3))), half);
}

#[test]
fn a_step_that_was_taken_back_does_not_come_back_with_the_party() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Pay(10), PROPOSED),
        (A, Do::Cancel, "save own 2, sign 2, send propose 2"),
        (
            A,
            Do::Restart,
            "sign 1, sign 2, send propose 1, send propose 2",
        ),
    ]);
    let proposal = pair.nodes[0].peers_proposal(3, env(1), pay(B, 1)).unwrap();
    pair.node(A).hear(Message::Propose(Box::new(proposal)));
    let words = pair.node(A).approve().unwrap().join(", ");
    assert_eq!(
        words,
        "save peer's 3, sign 3, save both 3, send accept 3, agreed 3"
    );
}

/// An acceptance that was overtaken, and after which others were signed, is not given any more.
#[test]
fn an_overtaken_acceptance_is_not_given_by_a_later_life() {
    let mut pair = Pair::new();
    pair.chain.block();
    pair.see();
    pair.node(A).slow_signer = true;
    pair.play(&[
        (B, Do::Pay(1), PROPOSED),
        (A, Do::Hear, "ask 1"),
        (A, Do::Approve, "save peer's 1, sign 1"),
        (B, Do::Force(1), "post force on what is known"),
        (A, Do::Blocks(1), ""),
        (B, Do::Include, ""),
        (A, Do::See, "save forced on 0, took over a step on 0"),
        (A, Do::Sign, "overtaken 1"),
        (A, Do::Fork(1), ""),
        (A, Do::See, "undone 0+1 to 0+0"),
        (A, Do::Pay(7), "save own 2, sign 2"),
        (A, Do::Sign, "send propose 2"),
        (A, Do::Restart, "sign 2"),
    ]);
}

#[test]
fn forced_steps_are_carried_out_again() {
    let mut pair = Pair::with_contract();
    pair.forced(B, call(0, &[Line::Pay(B, 10), Line::Stamp(3)]));
    pair.forced(A, call(0, &[Line::Read(3)]));
    let before = pair.nodes[0].party.clone();
    pair.play(&[(A, Do::Restart, "")]);
    let after = &pair.nodes[0].party;
    assert_eq!(after.commitment(), before.commitment());
    assert_eq!(after.standing(), before.standing());
    pair.play(&[(A, Do::See, "")]);
    pair.agree(A, pay(A, 1));
}

#[test]
fn the_steps_of_a_fork_that_lost_are_forgotten() {
    let mut pair = Pair::new();
    pair.chain.block();
    pair.forced(B, pay(B, 1));
    pair.chain.lose(1);
    pair.see();
    pair.node(B).posts.clear();
    let given_up = pair.node(B).say(Input::Rejected);
    assert_eq!(given_up, "save to force again: 0, not forced");
    pair.forced(B, pay(B, 2));
    pair.play(&[(A, Do::Restart, "")]);
    pair.assert_same();
}

#[test]
fn a_checkpoint_stands_for_all_before_it() {
    let mut pair = Pair::with_contract();
    let record = pair.nodes[0].party.checkpoint().unwrap();
    pair.node(A).restart_with(Source::Log, vec![record]);
    pair.assert_same();
    pair.agree(B, call(0, &[Line::Pay(A, 40)]));
    pair.play(&[(A, Do::Restart, "")]);
    pair.assert_same();
    assert_eq!(pair.nodes[0].party.balances(), [Amount(940), Amount(1_000)]);
}

#[test]
fn a_checkpoint_is_taken_where_nothing_is_half_done() {
    let mut pair = Pair::new();
    assert!(pair.nodes[0].party.checkpoint().is_some());
    pair.play(&[(A, Do::Pay(10), PROPOSED)]);
    assert!(pair.nodes[0].party.checkpoint().is_none(), "half-signed");
    let mut pair = Pair::new();
    pair.play(&[(A, Do::Close(5), "save close 0, sign close 0, send close 0")]);
    assert!(pair.nodes[0].party.checkpoint().is_none(), "bound");
    let mut pair = Pair::new();
    pair.forced(A, pay(A, 1));
    assert!(
        pair.nodes[0].party.checkpoint().is_none(),
        "on a forced step"
    );
}

#[test]
fn records_of_something_else_are_not_taken() {
    let mut pair = Pair::with_contract();
    pair.play(&[(B, Do::Pay(1), "save own 3, sign 3, send propose 3")]);
    let records = pair.nodes[0].records.clone();
    assert!(restored(records.clone(), true).is_ok());
    let refused = restored(records.clone(), false);
    assert!(
        matches!(refused, Err(RestoreError::Refused(_))),
        "code is missing"
    );
    let mut wrong = records.clone();
    for record in &mut wrong {
        if let Record::Proposing(_, commitment) = record {
            commitment.state_root.0[0] ^= 1;
        }
    }
    assert!(matches!(
        restored(wrong, true),
        Err(RestoreError::Differs(_))
    ));
    let mut checkpoint = pair.nodes[0].party.checkpoint().unwrap();
    if let Record::Checkpoint(all) = &mut checkpoint {
        all.leaves.pop();
    }
    let differs = restored(vec![checkpoint], true);
    assert!(matches!(differs, Err(RestoreError::Differs(_))));
    let mut terms = parameters();
    terms.deposits = [Amount(u64::MAX); 2];
    let codes = Codes::default();
    let none = Vec::new();
    let result = Party::restore(&terms, A, env(1), quiet(), codes, Source::Log, none, &Toy);
    assert!(matches!(result, Err(RestoreError::Terms(_))));
}

/// A log that lacks its beginning still tells what was signed by both: it can be closed at.
#[test]
fn a_state_without_its_step_is_fetched() {
    let mut pair = Pair::new();
    pair.agree(A, create());
    let last = pair.nodes[0].records.last().unwrap().clone();
    let party = restored(vec![last], true).unwrap();
    assert_eq!(party.status(), Status::Behind(Round(1)));
    assert_eq!(party.newest(), pair.nodes[0].party.newest());
}

#[test]
fn a_close_binds_a_later_life_too() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Close(5), "save close 0, sign close 0, send close 0"),
        (B, Do::Hear, "ask close 0"),
        (
            B,
            Do::Approve,
            "save close 0, sign close 0, send accept close",
        ),
        (B, Do::Restart, "sign close 0, send accept close"),
        (
            B,
            Do::Pay(1),
            "illegal: a close, deposit or withdrawal is signed and binds up to height 7",
        ),
        (B, Do::CloseSolo, "post mutual close 0"),
        (A, Do::Restart, "sign close 0, send close 0"),
        (B, Do::Hear, "send accept close"),
        (A, Do::Hear, "post mutual close 0"),
    ]);
}

#[test]
fn what_resuming_asks_for_is_what_may_have_been_lost() {
    let mut pair = Pair::new();
    pair.play(&[(A, Do::Pay(10), PROPOSED)]);
    let party = pair.nodes[0].restored(Source::Log);
    let effects = party.resume();
    assert!(matches!(&effects[..], [Effect::Sign(_)]));
    let doubtful = pair.nodes[0].restored(Source::Backup { salt: 7 });
    let effects = doubtful.resume();
    assert!(matches!(effects[0], Effect::Persist(Record::Doubtful(7))));
}
