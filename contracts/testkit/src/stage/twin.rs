//! A test on both paths.

use twinroot_abi::{Root, Side};
use twinroot_arbiter::{Effect, Refutation};
use twinroot_rules::Refused;
use twinroot_state::Touched;
use twinroot_wire::{Action, Force, Operation, Update};

use super::at::Failed;
use super::{Recorded, Stage, recorded};
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
    let _which = Which(path);
    let mut stage = Stage::on(path);
    play(&mut stage);
    stage.steps
}

/// Tells where it was that a test failed.
struct Which(Path);

impl Drop for Which {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let path = match self.0 {
                Path::Agreed => "off chain, where both sides agree",
                Path::Forced => "by force, on chain; off chain it went well",
            };
            eprintln!("this happened {path}");
        }
    }
}

impl Stage {
    /// Carries a call out on the path of this run.
    pub(super) fn carry_out(&mut self, by: Side, operation: Operation) -> Result<Step, Failed> {
        let operations = vec![operation];
        let tried = match self.path {
            Path::Agreed => self.world.agree(by, operations.clone()),
            Path::Forced => self.world.force(by, operations.clone()),
        };
        match tried {
            Ok(step) => {
                self.conserves();
                Ok(step)
            }
            Err(WorldError::Impossible(refused)) => {
                if self.path == Path::Forced {
                    self.refuted(by, operations, &refused);
                }
                Err(refused.into())
            }
            Err(error) => Err(Failed::Impossible(error.to_string())),
        }
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
