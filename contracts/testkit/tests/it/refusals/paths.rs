//! One step on every path: proposed, proposed by a liar, forced, forced by hand.

use std::collections::BTreeSet;

use twinroot_abi::{Amount, ContractId, Gas, Root, Side};
use twinroot_arbiter::Refutation;
use twinroot_exec::{Outcome, StateKey};
use twinroot_party::{Input, Report};
use twinroot_rules::{Applied, Consent, Refusal, Refused, apply};
use twinroot_state::{Touched, Tree};
use twinroot_testkit::{Step, World, WorldError};
use twinroot_types::{Tag, hash};
use twinroot_wire::{
    Action, CoSigned, Commitment, Force, Message, Operation, Proposal, Reason, Update,
};

use super::world::{Snapshot, refuted, would_be_included};

/// Asserts that a step goes through nowhere, and gives the reason, which is one and the same: its
/// proposer finds it impossible, the peer refuses it when it is proposed all the same, nobody's
/// party forces it, and the ledger refutes it when it is forced by hand.
pub(super) fn refused_everywhere(
    world: &mut World,
    by: Side,
    operations: Vec<Operation>,
) -> Refused {
    let before = Snapshot::of(world);
    let reason = impossible(world.propose(by, operations.clone()));
    let said = lie(world, by, operations.clone());
    assert_eq!(said, Reason::Rules(reason.to_string()));
    assert_eq!(Snapshot::of(world), before, "a refusal left a trace");
    assert_eq!(refused_when_forced(world, by, operations), reason);
    reason
}

/// Asserts that a step cannot be forced, by a party or by hand, and gives the one reason.
pub(super) fn refused_when_forced(
    world: &mut World,
    by: Side,
    operations: Vec<Operation>,
) -> Refused {
    let before = Snapshot::of(world);
    let reason = impossible(world.force(by, operations.clone()));
    assert_eq!(Snapshot::of(world), before, "a refusal left a trace");
    let refusal = try_apply(world, by, operations.clone()).unwrap_err();
    assert_eq!(refusal.reason, reason);

    let force = by_hand(world, by, operations, &everything(world), Root::default());
    let (refutation, gas) = refuted(world, by, Action::Force(force));
    assert_eq!(refutation, Refutation::Refused(reason.clone()));
    assert_eq!(
        gas, refusal.gas,
        "trying costs the same gas on both engines"
    );
    reason
}

/// What the proposer's own party says.
pub(super) fn impossible<T: std::fmt::Debug>(result: Result<T, WorldError>) -> Refused {
    match result {
        Err(WorldError::Impossible(reason)) => reason,
        other => panic!("expected an impossible step: {other:?}"),
    }
}

/// What the peer says to a step that does not work, proposed with a signature all the same.
fn lie(world: &mut World, by: Side, operations: Vec<Operation>) -> Reason {
    let tip = world.position().unwrap().commitment;
    let mut update = update(world, by, operations);
    update.round.0 += 1;
    let commitment = Commitment {
        round: update.round,
        prev: tip.hash(),
        env: update.env,
        ..tip
    };
    propose(world, by, update, commitment)
}

/// What the peer says to a proposal with this commitment, which `by` signs whatever it says.
pub(super) fn propose(
    world: &mut World,
    by: Side,
    update: Update,
    commitment: Commitment,
) -> Reason {
    let signature = world
        .secret_key(by)
        .sign(Tag::COMMITMENT, &commitment.signed_bytes());
    let proposal = Proposal {
        update,
        commitment,
        signature,
    };
    say(world, by, Message::Propose(Box::new(proposal)))
}

/// What the peer of `by` says to a message that it does not agree to.
pub(super) fn say(world: &mut World, by: Side, message: Message) -> Reason {
    let before = Snapshot::of(world);
    let listener = by.other();
    world.input(listener, Input::Message(message)).unwrap();
    assert_eq!(Snapshot::of(world), before, "a refusal left a trace");
    match world.reports() {
        [(side, Report::Refused { reason, .. })] if *side == listener => reason.clone(),
        other => panic!("expected a refusal: {other:?}"),
    }
}

/// A forced update of the newest state, pinned to the present block.
pub(super) fn update(world: &World, by: Side, operations: Vec<Operation>) -> Update {
    let tip = world.position().unwrap().commitment;
    Update {
        channel: tip.channel,
        base: tip.hash(),
        round: tip.round,
        proposer: by,
        env: world.block(),
        operations,
    }
}

/// A co-signed update of the newest state, and the commitment that it leads to.
pub(super) fn co_signed_step(
    world: &World,
    by: Side,
    operations: Vec<Operation>,
) -> (Update, Commitment) {
    let mut update = update(world, by, operations);
    update.round.0 += 1;
    let position = world.position().unwrap();
    let codes = world.party(by).unwrap().codes();
    let applied = apply(&position, &update, Consent::Both, codes, &world.off_chain).unwrap();
    (update, applied.next.commitment)
}

/// The step on the full state, as the poster's party carries it out before it forces.
pub(super) fn try_apply(
    world: &World,
    by: Side,
    operations: Vec<Operation>,
) -> Result<Applied<Tree>, Refusal> {
    let position = world.position().unwrap();
    let update = update(world, by, operations);
    let codes = world.party(by).unwrap().codes();
    apply(
        &position,
        &update,
        Consent::PosterOnly,
        codes,
        &world.off_chain,
    )
}

/// A forced step that nobody's party built.
pub(super) fn by_hand(
    world: &World,
    by: Side,
    operations: Vec<Operation>,
    touched: &Touched,
    predicted: Root,
) -> Force {
    Force {
        base: unposted(world, by),
        update: update(world, by, operations),
        witness: world.position().unwrap().state.prove(touched),
        predicted,
    }
}

/// A step that works, by hand: what a party would post, and what it costs.
pub(super) fn honest(world: &World, by: Side, operations: Vec<Operation>) -> (Force, Touched, Gas) {
    let applied = try_apply(world, by, operations.clone()).unwrap();
    let predicted = applied.next.commitment.state_root;
    let force = by_hand(world, by, operations, &applied.touched, predicted);
    (force, applied.touched, applied.gas)
}

/// The newest co-signed state, if the ledger does not know it.
fn unposted(world: &World, by: Side) -> Option<CoSigned> {
    let channel = world.ledger.channel(world.channel().unwrap()).unwrap();
    let newest = world.party(by).unwrap().newest().cloned();
    newest.filter(|state| state.commitment.round > channel.standing.round)
}

/// All leaves of these tests' contracts that have a name: a witness of them lacks nothing.
fn everything(world: &World) -> Touched {
    let channel = world.channel().unwrap();
    let mut read: BTreeSet<_> = Side::BOTH.map(|side| StateKey::Balance(side).hash()).into();
    read.insert(StateKey::Counter.hash());
    for count in 0u64..4 {
        let contract = ContractId(hash(Tag::CONTRACT, &[&channel.0, &count.to_le_bytes()]));
        read.insert(StateKey::Header(contract).hash());
        read.extend((0u32..4).map(|slot| StateKey::Slot(contract, &slot.to_le_bytes()).hash()));
    }
    Touched {
        read,
        written: BTreeSet::new(),
    }
}

/// How the call of a refused step ended.
pub(super) fn outcome(refused: &Refused) -> Outcome {
    match refused {
        Refused::Failed { receipt, .. } => receipt.outcome,
        other => panic!("expected a failed call: {other}"),
    }
}

/// A transfer to the other side.
pub(super) const fn transfer(from: Side, coins: u64) -> Operation {
    Operation::Transfer {
        from,
        amount: Amount(coins),
    }
}

/// Asserts that both paths carry the step out, as it stands, and agree.
pub(super) fn goes_through(world: &mut World, by: Side, operations: Vec<Operation>) -> Step {
    let (force, _, _) = honest(world, by, operations.clone());
    would_be_included(world, by, Action::Force(force));
    let step = world.agree(by, operations).unwrap();
    assert!(step.twins_agree());
    step
}
