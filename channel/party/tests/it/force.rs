//! Steps that the ledger carries out (docs/spec/channel.md, 7.4).

use twinroot_abi::{Amount, Height};
use twinroot_party::{Illegal, Input, Report, Status};
use twinroot_rules::{Consent, Position, apply};
use twinroot_state::Partial;
use twinroot_types::Limits;
use twinroot_wire::{Action, Force};

use crate::toy::{Line, Toy};
use crate::world::{A, B, Do, Node, Pair, call, env_of, pay, quiet};

const FORCED: &str = "post force on what is known";
const STEP: &str = "save forced on 0, took over a step on 0";

/// The step that was posted first.
fn posted(node: &Node) -> &Force {
    match node.posts.front() {
        Some(Action::Force(force)) => force,
        other => panic!("no step was posted: {other:?}"),
    }
}

#[test]
fn a_posted_step_predicts_what_the_ledger_reaches() {
    let mut pair = Pair::with_contract();
    let operations = call(5, &[Line::Pay(A, 40), Line::Stamp(1)]);
    pair.node(A).say(Input::Force(operations.clone()));
    assert_eq!(pair.nodes[0].party.status(), Status::Forcing);
    let force = posted(&pair.nodes[0]).clone();
    assert_eq!(force.base.as_ref(), pair.nodes[0].party.newest());
    let shown = Position {
        commitment: pair.nodes[1].party.commitment().clone(),
        state: Partial::decode(&force.witness, Limits::V1.witness_bytes).unwrap(),
    };
    let codes = pair.nodes[1].party.codes();
    let applied = apply(&shown, &force.update, Consent::PosterOnly, codes, &Toy).unwrap();
    assert_eq!(applied.next.commitment.state_root, force.predicted);
    let surplus = shown
        .state
        .check_no_surplus(&force.witness, &applied.touched);
    assert_eq!(surplus, Ok(()));
    assert_eq!(force.update.operations, operations);
}

#[test]
fn a_step_brings_along_the_state_that_the_ledger_lacks() {
    let mut pair = Pair::new();
    pair.agree(A, pay(A, 1));
    pair.play(&[
        (A, Do::Force(7), "post force on 1"),
        (A, Do::Include, ""),
        (A, Do::See, "save forced on 1, took over a step on 1"),
        (A, Do::Force(8), FORCED),
        (A, Do::CloseSolo, "post solo close at what is known"),
        (B, Do::CloseSolo, "post solo close at 1"),
    ]);
}

#[test]
fn what_does_not_work_is_not_posted() {
    let why = "impossible: operation 0: 1000 coins where 2000 are needed";
    Pair::new().play(&[(A, Do::Force(2_000), why), (A, Do::Force(1_000), FORCED)]);
    let mut node = Node::new(A, quiet());
    let others = node.say(Input::Force(pay(B, 1)));
    assert!(
        others.starts_with("impossible: operation 0: a forced update may not"),
        "{others}"
    );
    let nothing = node.say(Input::Force(Vec::new()));
    assert_eq!(nothing, "impossible: the update has 0 operations");
}

#[test]
fn a_broken_machine_stops_the_party() {
    let mut pair = Pair::with_contract();
    let result = pair.node(A).give(Input::Force(call(0, &[Line::Break])));
    assert!(matches!(result, Err(Illegal::Machine(_))));
}

/// The peer neither signs nor refuses the proposal, until the channel has paid out or a deadline is over.
#[test]
fn a_withheld_signature_does_not_lock_a_party_out_of_forcing() {
    let half = "illegal: the proposal of round 1 is half-signed: repeat it, force it, or take it back first";
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Pay(10), "save own 1, sign 1, send propose 1"),
        (B, Do::Lose, ""),
        (A, Do::Pay(11), half),
        (A, Do::Force(11), FORCED),
        (
            A,
            Do::Force(12),
            "illegal: another step is being forced; wait for the ledger",
        ),
        (A, Do::Include, ""),
        (
            A,
            Do::See,
            &format!("{STEP}, save own 2, sign 2, send propose 2"),
        ),
        (A, Do::Force(10), FORCED),
        (A, Do::Include, ""),
        (A, Do::See, STEP),
        (A, Do::Force(12), FORCED),
    ]);
    assert_eq!(pair.nodes[0].party.balances(), [Amount(979), Amount(1_021)]);
}

#[test]
fn once_a_half_signed_step_was_forced_others_may_be_proposed() {
    let mut pair = Pair::with_contract();
    let step = call(0, &[Line::Pay(A, 10)]);
    pair.node(A).say(Input::Propose(step.clone()));
    pair.see();
    let half = Err(Illegal::HalfSigned {
        round: twinroot_abi::Round(3),
    });
    pair.forced(B, step.clone());
    let other = pair.node(A).give(Input::Propose(pay(A, 3)));
    assert_eq!(other, half, "it was the peer's");
    pair.forced(A, step);
    pair.play(&[(A, Do::Pay(4), "save own 5, sign 5, send propose 5")]);
}

#[test]
fn it_is_posted_again_until_it_is_there() {
    let mut pair = Pair::new();
    pair.see();
    pair.play(&[
        (A, Do::Force(5), FORCED),
        (A, Do::Drop, ""),
        (A, Do::Blocks(2), ""),
        (A, Do::See, ""),
        (A, Do::Blocks(1), ""),
        (A, Do::See, FORCED),
        (A, Do::Include, ""),
        (A, Do::See, STEP),
        (A, Do::Blocks(9), ""),
        (A, Do::See, ""),
    ]);
    assert_eq!(pair.nodes[0].party.status(), Status::Free);
}

#[test]
fn it_is_given_up_after_a_few_tries() {
    let mut pair = Pair::new();
    pair.see();
    pair.play(&[
        (A, Do::Force(5), FORCED),
        (A, Do::Blocks(12), ""),
        (A, Do::See, &[FORCED; 4].join(", ")),
        (A, Do::Blocks(7), ""),
        (A, Do::See, ""),
        (A, Do::Blocks(1), ""),
        (A, Do::See, "not forced"),
        (A, Do::Force(5), FORCED),
    ]);
    let Some(Report::NotForced(operations)) = pair.nodes[0].reports.last() else {
        panic!("its user is told")
    };
    assert_eq!(*operations, pay(A, 5));
}

#[test]
fn it_is_given_up_where_the_ledger_will_never_take_it() {
    let mut node = Node::new(A, quiet());
    assert_eq!(node.say(Input::Rejected), "", "there is nothing to give up");
    node.say(Input::Force(pay(A, 5)));
    assert_eq!(node.say(Input::Rejected), "not forced");
    assert_eq!(node.party.status(), Status::Free);
}

#[test]
fn it_is_made_anew_where_the_peers_step_came_first() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Force(5), FORCED),
        (B, Do::Force(7), FORCED),
        (B, Do::Include, ""),
        (A, Do::Include, "refuted"),
        (A, Do::See, &format!("{STEP}, {FORCED}")),
        (A, Do::Include, ""),
        (A, Do::See, STEP),
        (B, Do::See, &format!("{STEP}, {STEP}")),
    ]);
    pair.assert_same();
    assert_eq!(pair.nodes[0].party.balances(), [Amount(1_002), Amount(998)]);
}

#[test]
fn it_is_made_anew_where_its_block_was_lost() {
    let mut pair = Pair::new();
    pair.chain.block();
    pair.see();
    pair.play(&[
        (A, Do::Force(5), FORCED),
        (A, Do::Fork(1), ""),
        (A, Do::Include, "not the poster's, or pinned elsewhere"),
        (A, Do::See, FORCED),
    ]);
    assert_eq!(posted(&pair.nodes[0]).update.env, env_of(1, 2));
    pair.play(&[(A, Do::Include, ""), (A, Do::See, STEP)]);
}

#[test]
fn it_is_made_anew_where_its_block_is_too_old() {
    let mut policy = quiet();
    policy.repost = 50;
    let mut pair = Pair::with([policy, quiet()]);
    pair.see();
    pair.play(&[
        (A, Do::Force(5), FORCED),
        (A, Do::Blocks(19), ""),
        (A, Do::See, ""),
        (A, Do::Blocks(1), ""),
        (A, Do::See, FORCED),
    ]);
    let pinned: Vec<Height> = pair.nodes[0]
        .posts
        .iter()
        .filter_map(|action| match action {
            Action::Force(force) => Some(force.update.env.height),
            _ => None,
        })
        .collect();
    assert_eq!(pinned, [Height(1), Height(21)]);
}

/// Else a peer could end it by signing something.
#[test]
fn it_is_made_anew_on_a_newer_co_signed_state() {
    let mut pair = Pair::new();
    pair.see();
    pair.play(&[(A, Do::Force(5), FORCED)]);
    pair.agree(B, pay(B, 1));
    pair.play(&[
        (A, Do::Blocks(1), ""),
        (A, Do::See, "post force on 1"),
        (A, Do::Drop, ""),
        (A, Do::Include, ""),
        (A, Do::See, "save forced on 1, took over a step on 1"),
        (B, Do::See, "save forced on 1, took over a step on 1"),
    ]);
    pair.assert_same();
    assert_eq!(pair.nodes[0].party.balances(), [Amount(996), Amount(1_004)]);
}

#[test]
fn a_newer_co_signed_state_that_does_the_same_ends_it() {
    let mut pair = Pair::new();
    pair.see();
    pair.play(&[(A, Do::Force(5), FORCED)]);
    pair.agree(A, pay(A, 5));
    pair.play(&[(A, Do::Blocks(9), ""), (A, Do::See, "")]);
    assert_eq!(pair.nodes[0].party.status(), Status::Free);
}

/// Its step would rest on one state and bring another along, and the ledger would refute it.
#[test]
fn while_a_party_is_behind_it_posts_no_step() {
    let mut pair = Pair::new();
    pair.see();
    let mut old = pair.nodes[0].clone();
    pair.agree(B, pay(B, 1));
    old.say(Input::Force(pay(A, 5)));
    pair.nodes[0] = old;
    pair.play(&[
        (B, Do::Connected, "send hello 1?"),
        (
            A,
            Do::Hear,
            "send hello 0, save both 1, behind 1, send fetch 1",
        ),
        (A, Do::Blocks(4), ""),
        (A, Do::See, ""),
        (B, Do::Hear, ""),
        (B, Do::Hear, "send 2 leaves"),
        (
            A,
            Do::Hear,
            "save above gap+1, save all at 1, caught up 1, not forced",
        ),
        (A, Do::Blocks(1), ""),
        (A, Do::See, ""),
    ]);
}

#[test]
fn what_has_become_impossible_is_not_posted_again() {
    let mut pair = Pair::with_contract();
    pair.see();
    pair.node(A).say(Input::Force(call(0, &[Line::Pay(A, 60)])));
    pair.node(B).say(Input::Force(call(0, &[Line::Pay(B, 60)])));
    let words =
        "save forced on 2, took over a step on 2, impossible: operation 0: the call ended with";
    pair.include(B).unwrap();
    let said = pair.act(A, Do::See).unwrap().join(", ");
    assert!(said.starts_with(words), "{said}");
    assert_eq!(pair.nodes[0].party.status(), Status::Free);
}

#[test]
fn a_step_can_be_forced_while_something_binds() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Close(50), "save close 0, sign close 0, send close 0"),
        (A, Do::Force(5), FORCED),
        (A, Do::Include, ""),
        (A, Do::See, STEP),
        (A, Do::CloseSolo, "post solo close at what is known"),
    ]);
}

#[test]
fn a_party_may_force_while_the_channel_is_being_closed() {
    let mut pair = Pair::with_contract();
    pair.play(&[
        (B, Do::CloseSolo, "post solo close at 2"),
        (B, Do::Include, ""),
        (A, Do::See, "closing 2 until 11"),
    ]);
    pair.node(A)
        .say(Input::Force(call(0, &[Line::Pay(A, 100)])));
    pair.play(&[
        (A, Do::Blocks(5), ""),
        (A, Do::Include, ""),
        (
            A,
            Do::See,
            "post force on what is known, save forced on 2, took over a step on 2",
        ),
        (
            B,
            Do::See,
            "save forced on 2, took over a step on 2, closing 2 until 16",
        ),
    ]);
}

/// The peer cannot sign a step any more that rests on a state below the newest.
#[test]
fn a_proposal_that_a_forced_step_overtook_comes_once_more() {
    let mut pair = Pair::new();
    pair.play(&[
        (B, Do::Pay(3), "save own 1, sign 1, send propose 1"),
        (A, Do::Lose, ""),
        (A, Do::Force(5), FORCED),
        (A, Do::Include, ""),
        (A, Do::See, STEP),
        (
            B,
            Do::See,
            &format!("{STEP}, save own 2, sign 2, send propose 2"),
        ),
        (A, Do::Hear, "ask 2"),
        (
            A,
            Do::Approve,
            "save peer's 2, sign 2, save both 2, send accept 2, agreed 2",
        ),
        (B, Do::Hear, "save both 2, agreed 2"),
    ]);
    pair.assert_same();
    // So does a taking back, but not what the peer has refused.
    let mut pair = Pair::new();
    pair.play(&[
        (B, Do::Pay(3), "save own 1, sign 1, send propose 1"),
        (B, Do::Cancel, "save own 2, sign 2, send propose 2"),
        (A, Do::Force(5), FORCED),
        (A, Do::Include, ""),
        (
            B,
            Do::See,
            &format!("{STEP}, save own 3, sign 3, send propose 3"),
        ),
    ]);
    let mut pair = Pair::new();
    pair.play(&[
        (B, Do::Pay(3), "save own 1, sign 1, send propose 1"),
        (A, Do::Hear, "ask 1"),
        (A, Do::Decline, "send refuse 1 Declined, refused 1 Declined"),
        (B, Do::Hear, "peer refused 1 Declined"),
        (A, Do::Force(5), FORCED),
        (A, Do::Include, ""),
        (B, Do::See, STEP),
    ]);
}
