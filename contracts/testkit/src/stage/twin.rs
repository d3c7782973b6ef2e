//! A test on both paths.

use std::mem;

use twinroot_abi::{Root, Side};
use twinroot_arbiter::{Effect, Refutation};
use twinroot_exec::Call;
use twinroot_rules::Refused;
use twinroot_state::Touched;
use twinroot_wire::{Action, Force, Operation, Update};

use super::story::Played;
use super::{Failed, Recorded, Stage, Traced, recorded};
use crate::{Step, WorldError};

/// How the calls of a test are carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    /// Both sides agree on each, off chain.
    Agreed,
    /// Each is forced, on chain.
    Forced,
}

/// Runs a test on both paths, and writes down what it did where reports are made of it. It is what
/// `#[twin_test]` makes of a function.
///
/// # Panics
/// Where the test does, or the two paths differ.
#[track_caller]
pub fn twin_test(test: &str, play: impl Fn(&mut Stage)) {
    let steps = twin(play);
    if let Err(error) = recorded::keep(test, &steps) {
        panic!("the steps of {test} could not be written down: {error}");
    }
}

/// Runs a test on both paths, compares them step by step, and gives the steps that were forced. It is what
/// property tests call.
///
/// # Panics
/// Where the test does, or the two paths differ.
#[track_caller]
pub fn twin(play: impl Fn(&mut Stage)) -> Vec<Recorded> {
    let agreed = run(Path::Agreed, &play);
    let forced = run(Path::Forced, &play);
    for (place, (agreed, forced)) in agreed.iter().zip(&forced).enumerate() {
        assert_eq!(
            agreed.twin(),
            forced.twin(),
            "step {place} differs: off chain is left, on chain is right. The contract is not at fault; please report it"
        );
    }
    assert_eq!(
        agreed.len(),
        forced.len(),
        "the test itself does something else on each path"
    );
    forced
}

fn run(path: Path, play: &impl Fn(&mut Stage)) -> Vec<Recorded> {
    let mut stage = Stage::on(path);
    play(&mut stage);
    let steps = mem::take(&mut stage.steps);
    if recorded::is_asked_for() {
        steps.into_iter().map(with_gas).collect()
    } else {
        steps.into_iter().map(|played| played.recorded).collect()
    }
}

/// With where the gas of the step went.
fn with_gas(played: Played) -> Recorded {
    let traced = played.trace.as_ref();
    let traced = traced.map(|trace| Traced::of(trace, &played.contract));
    Recorded {
        traced,
        ..played.recorded
    }
}

impl Stage {
    /// Carries a call out on the path of this run, and keeps what became of it.
    pub(super) fn carry_out(&mut self, by: Side, call: Call) -> Result<Step, Failed> {
        let known = self
            .contracts
            .iter()
            .find(|known| known.id == call.contract);
        let Some(contract) = known.cloned() else {
            let elsewhere = "the contract was created on another stage: create it on this one";
            return Err(Failed::Impossible(elsewhere.to_owned()));
        };
        let (entry, coins) = (call.entry.clone(), call.value);
        let tried = self.call(by, call);
        let trace = self.tracer.newest(contract.id);
        let tried = tried.map_err(|error| Failed::of(error, by, &entry, &contract, trace.as_ref()));
        self.steps.push(Played {
            recorded: Recorded::called(contract.package, &entry, by, coins, tried.as_ref()),
            trace,
            contract,
            failed: tried.as_ref().err().cloned(),
        });
        tried.inspect(|_| self.conserves())
    }

    fn call(&mut self, by: Side, call: Call) -> Result<Step, WorldError> {
        let operations = vec![Operation::Call(call)];
        let tried = match self.path {
            Path::Agreed => self.world.agree(by, operations.clone()),
            Path::Forced => self.world.force(by, operations.clone()),
        };
        if let (Path::Forced, Err(WorldError::Impossible(refused))) = (self.path, &tried) {
            self.refuted(by, operations, refused);
        }
        tried
    }

    /// What a party finds impossible, the ledger must refute.
    fn refuted(&self, by: Side, operations: Vec<Operation>, refused: &Refused) {
        let force = match self.by_hand(by, operations) {
            Ok(force) => force,
            Err(error) => panic!("{error}"),
        };
        let bytes = self.world.transaction(by, Action::Force(force));
        let mut ledger = self.world.ledger.clone();
        let effect = ledger
            .submit(&bytes, &self.world.on_chain)
            .map(|receipt| receipt.effect);
        match effect {
            Ok(Effect::Refuted {
                refutation: Refutation::Refused(reason),
                ..
            }) => assert_eq!(
                &reason, refused,
                "off chain is right, on chain is left. The contract is not at fault; please report it"
            ),
            other => panic!("off chain it ends with: {refused}; on chain: {other:?}"),
        }
    }

    /// A forced step that no party made, with the whole state as its witness.
    fn by_hand(&self, by: Side, operations: Vec<Operation>) -> Result<Force, WorldError> {
        let position = self.world.position()?;
        let channel = self.world.channel()?;
        let on_ledger = self
            .world
            .ledger
            .channel(channel)
            .ok_or(WorldError::NoChannel)?;
        let newest = self.world.party(by)?.newest().cloned();
        let tip = position.commitment;
        let leaves = position.state.leaves_from(std::ops::Bound::Unbounded);
        let everything = Touched {
            read: leaves.map(|(key, _)| key).collect(),
            ..Touched::default()
        };
        Ok(Force {
            base: newest.filter(|state| state.commitment.round > on_ledger.standing.round),
            update: Update {
                channel,
                base: tip.hash(),
                round: tip.round,
                proposer: by,
                env: self.world.block(),
                operations,
            },
            witness: position.state.prove(&everything),
            predicted: Root::default(),
        })
    }
}
