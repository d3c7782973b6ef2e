//! Every kind of input, good and bad, as it would come in a given state.

use twinroot_abi::{Amount, CodeHash, Hash, Height, Root};
use twinroot_party::{Input, OnLedger, ToSign};
use twinroot_rules::{Consent, apply};
use twinroot_types::Signature;
use twinroot_wire::{Action, CoSigned, Commitment, Ground, Operation, SignedFunding, Update};

use super::messages::messages;
use super::scene::Scene;
use crate::toy::{Toy, code};
use crate::world::{A, B, Node, deposit, env_of, parameters, pay, quiet, sign, sign_commitment};

/// An input, and what it is called.
pub(crate) struct Try {
    pub(crate) verb: &'static str,
    pub(crate) detail: &'static str,
    pub(crate) input: Input,
}

pub(crate) fn tries(scene: &Scene) -> Vec<Try> {
    let mut all = users(scene);
    all.extend(drivers(scene));
    all.extend(ledgers(scene));
    all.extend(messages(scene));
    all
}

pub(crate) fn attempt(verb: &'static str, detail: &'static str, input: Input) -> Try {
    Try {
        verb,
        detail,
        input,
    }
}

/// What is half-signed, or a step that might be.
fn half_signed(scene: &Scene) -> Vec<Operation> {
    match scene.node.party.half_signed().next() {
        Some(_) => pay(A, 10),
        None => pay(A, 11),
    }
}

fn users(scene: &Scene) -> Vec<Try> {
    let now = scene.chain.height();
    let asked = scene.node.asked_hash();
    let other = Hash([9; 32]);
    let close = |blocks: u64| Input::ProposeClose {
        expiry: Height(now + blocks),
    };
    vec![
        attempt("propose", "another step", Input::Propose(pay(A, 11))),
        attempt(
            "propose",
            "the same step",
            Input::Propose(half_signed(scene)),
        ),
        attempt(
            "propose",
            "what does not work",
            Input::Propose(pay(A, 5_000)),
        ),
        attempt("propose", "nothing at all", Input::Propose(Vec::new())),
        attempt(
            "propose",
            "a deposit",
            Input::Propose(deposit(A, 5, now + 4)),
        ),
        attempt(
            "propose",
            "an expired deposit",
            Input::Propose(deposit(A, 5, now - 1)),
        ),
        attempt("take back", "", Input::Cancel),
        attempt("propose a close", "", close(4)),
        attempt("propose a close", "for too long", close(101)),
        attempt("approve", "what was asked", Input::Approve(asked)),
        attempt("approve", "something else", Input::Approve(other)),
        attempt("decline", "what was asked", Input::Decline(asked)),
        attempt("decline", "something else", Input::Decline(other)),
        attempt("force", "another step", Input::Force(pay(A, 11))),
        attempt("force", "the same step", Input::Force(half_signed(scene))),
        attempt("force", "the peer's coins", Input::Force(pay(B, 1))),
        attempt("close alone", "", Input::CloseSolo),
        attempt("snapshot", "", Input::Snapshot),
        attempt("note", "", Input::Note(vec![1])),
        attempt("note", "too long", Input::Note(vec![1; 70_000])),
        attempt("leave", "", Input::Leave),
    ]
}

fn drivers(scene: &Scene) -> Vec<Try> {
    let nothing = ToSign::Terms(parameters());
    let body = scene.node.to_sign.front().unwrap_or(&nothing);
    let signed = |what, signature| Input::Signed { what, signature };
    let zeros = Signature::from_bytes(&[0; 64]);
    vec![
        attempt("signed", "as asked for", signed(body.hash(), sign(A, body))),
        attempt("signed", "something else", signed(Hash([9; 32]), zeros)),
        attempt("write failed", "", Input::WriteFailed),
        attempt("connected", "", Input::Connected),
        attempt("time has passed", "", Input::Tick),
        attempt("coins of the account", "", Input::Funds(Amount(5_000))),
        attempt("published", "", Input::Published(code(b"toy").hash)),
        attempt(
            "published",
            "unknown code",
            Input::Published(CodeHash([9; 32])),
        ),
        attempt("step rejected", "", Input::Rejected),
    ]
}

/// A view of a ledger that rests on this ground.
fn resting_on(ground: Ground, tip: Commitment) -> OnLedger {
    OnLedger {
        ground,
        tip,
        steps: Vec::new(),
        closing: None,
    }
}

pub(crate) fn signed_by_both(commitment: &Commitment) -> CoSigned {
    CoSigned {
        commitment: commitment.clone(),
        signatures: [A, B].map(|side| sign_commitment(side, commitment)),
    }
}

/// What it has signed of its own, or would.
pub(crate) fn own_step(scene: &Scene) -> Commitment {
    let half = scene.node.party.half_signed().next().cloned();
    half.unwrap_or_else(|| {
        let mut other = scene.node.party.commitment().clone();
        other.round.0 += 7;
        other
    })
}

fn own_funding(scene: &Scene) -> Option<SignedFunding> {
    scene.node.signed.iter().find_map(|body| match body {
        ToSign::Funding(funding) => Some(SignedFunding {
            funding: (**funding).clone(),
            signatures: [A, B].map(|side| sign(side, body)),
        }),
        _ => None,
    })
}

/// The step that the party forces is carried out.
fn with_its_own_step(scene: &Scene, view: OnLedger) -> Option<OnLedger> {
    scene.node.posts.iter().find_map(|action| match action {
        Action::Force(force) => Some(with(scene, view.clone(), force.update.clone())),
        _ => None,
    })
}

/// The peer has forced a step there.
fn with_a_step(scene: &Scene, view: OnLedger) -> OnLedger {
    let update = Update {
        channel: view.tip.channel,
        base: view.tip.hash(),
        round: view.tip.round,
        proposer: B,
        env: scene.chain.now(),
        operations: pay(B, 3),
    };
    with(scene, view, update)
}

fn with(scene: &Scene, mut view: OnLedger, update: Update) -> OnLedger {
    let tip = view.tip.hash();
    let known = |node: &Node| node.positions.get(&tip).cloned();
    let base = known(&scene.node).or(known(&scene.peer)).unwrap();
    let codes = scene.node.party.codes();
    let applied = apply(&base, &update, Consent::PosterOnly, codes, &Toy).unwrap();
    view.tip = applied.next.commitment;
    view.steps.push(update);
    view
}

fn ledgers(scene: &Scene) -> Vec<Try> {
    let height = scene.chain.height();
    let block = |fork, height| Input::Block(env_of(fork, height));
    let give = |view: OnLedger| Input::Ledger(Some(Box::new(view)));
    let present = *scene.chain.view().unwrap();
    let tip = scene.node.party.commitment().clone();
    let newest = scene.node.party.newest().cloned().unwrap();
    let at_newest = match &present.ground {
        Ground::Funding(_) => present.clone(),
        _ => resting_on(Ground::CoSigned(newest.clone()), newest.commitment.clone()),
    };
    let closing = |view: &OnLedger| OnLedger {
        closing: Some(Height(height + 10)),
        ..view.clone()
    };
    let forced = with_a_step(scene, at_newest.clone());
    let mut diverged = at_newest.clone();
    diverged.tip.state_root = Root([9; 32]);
    let own = signed_by_both(&own_step(scene));
    let first = Node::new(A, quiet()).party.commitment().clone();
    let mut all = vec![
        attempt("block", "the next", block(0, height + 1)),
        attempt("block", "of a fork", block(1, height)),
        attempt("block", "past every expiry", block(0, height + 200)),
        attempt("ledger", "as it is", give(present.clone())),
        attempt("ledger", "at the newest state", give(at_newest.clone())),
        attempt(
            "ledger",
            "closing at an older state",
            give(closing(&resting_on(Ground::Terms, first))),
        ),
        attempt(
            "ledger",
            "closing at the newest state",
            give(closing(&at_newest)),
        ),
        attempt("ledger", "with a forced step", give(forced)),
        attempt(
            "ledger",
            "at what it had signed itself",
            give(resting_on(Ground::CoSigned(own.clone()), own.commitment)),
        ),
        attempt(
            "ledger",
            "with a state that comes out differently",
            give(diverged),
        ),
        attempt("ledger", "without the channel", Input::Ledger(None)),
    ];
    let mut lost = tip;
    lost.round.0 += 5;
    let lost = signed_by_both(&lost);
    let unknown = resting_on(Ground::CoSigned(lost.clone()), lost.commitment);
    all.push(attempt("ledger", "at a state that was lost", give(unknown)));
    let own_step = with_its_own_step(scene, at_newest.clone());
    all.extend(own_step.map(|view| attempt("ledger", "with its own forced step", give(view))));
    if let Some(signed) = own_funding(scene) {
        let after = signed.funding.commitment.clone();
        let funded = resting_on(Ground::Funding(signed), after);
        all.push(attempt("ledger", "with the deposit", give(funded)));
    }
    all
}
