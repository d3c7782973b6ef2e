//! One history, four ways.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use twinroot_abi::{Amount, Gas, Hash, Height, Root, Round};
use twinroot_exec::{Call, Fallback};
use twinroot_feed::FeedJudge;
use twinroot_host::{Backend, Host};
use twinroot_rules::{Applied, Consent, Position, Refusal, Refused, apply};
use twinroot_state::{Changes, Missing, Partial, Read, State, Touched, Tree};
use twinroot_types::Limits;
use twinroot_wire::{Commitment, Operation, Update};

use super::base::{Base, env};
use super::history::{Deed, Facts, History, Step};
use super::tally::Tally;

pub(crate) struct FourWays {
    cranelift: Host,
    pulley: Host,
}

/// What must be the same on each way.
type Result = std::result::Result<(Commitment, Vec<twinroot_exec::Receipt>, Gas, Touched), Refusal>;

impl FourWays {
    pub(crate) fn new() -> Self {
        let host = |backend| Host::new(backend, FeedJudge).unwrap();
        Self {
            cranelift: host(Backend::Cranelift),
            pulley: host(Backend::Pulley),
        }
    }

    pub(crate) fn follow(
        &self,
        base: &Base,
        history: &History,
        tally: &Tally,
    ) -> std::result::Result<(), TestCaseError> {
        let mut position = base.position.clone();
        let mut height = 1;
        for step in history {
            height += step.blocks;
            let (update, consent) = update(base, &position.commitment, step, height);
            if let Some(next) = self.all_agree(base, &position, &update, consent, tally)? {
                position = next;
            }
        }
        Ok(())
    }

    fn all_agree(
        &self,
        base: &Base,
        position: &Position<Tree>,
        update: &Update,
        consent: Consent,
        tally: &Tally,
    ) -> std::result::Result<Option<Position<Tree>>, TestCaseError> {
        let watched = Position {
            commitment: position.commitment.clone(),
            state: Watched {
                tree: position.state.clone(),
                read: Arc::default(),
            },
        };
        let first = apply(&watched, update, consent, &base.codes, &self.cranelift);
        let mut touched = watched.state.touched();
        if let Ok(applied) = &first {
            touched = applied.touched.clone();
        }
        let witness = position.state.prove(&touched);
        let partial = Partial::decode(&witness, Limits::V1.witness_bytes).unwrap();
        prop_assert_eq!(partial.root(), position.commitment.state_root);
        let shown = Position {
            commitment: position.commitment.clone(),
            state: partial,
        };

        let full_pulley = apply(position, update, consent, &base.codes, &self.pulley);
        let next = full_pulley
            .as_ref()
            .ok()
            .map(|applied| applied.next.clone());
        let expected = essence(first);
        count(tally, &expected);
        prop_assert_eq!(&essence(full_pulley), &expected, "full tree, Pulley");
        let on_witness = apply(&shown, update, consent, &base.codes, &self.cranelift);
        prop_assert_eq!(&essence(on_witness), &expected, "witness, Cranelift");
        let on_both = apply(&shown, update, consent, &base.codes, &self.pulley);
        prop_assert_eq!(&essence(on_both), &expected, "witness, Pulley");
        if let Ok((commitment, ..)) = &expected {
            prop_assert_eq!(shown.state.check_no_surplus(&witness, &touched), Ok(()));
            prop_assert!(commitment.pays_its_total());
        }
        Ok(next)
    }
}

fn essence<S>(result: std::result::Result<Applied<S>, Refusal>) -> Result {
    result.map(|applied| {
        (
            applied.next.commitment,
            applied.receipts,
            applied.gas,
            applied.touched,
        )
    })
}

fn count(tally: &Tally, result: &Result) {
    match result {
        Ok((_, receipts, ..)) => receipts.iter().for_each(|receipt| tally.count(receipt)),
        Err(Refusal {
            reason: Refused::Failed { receipt, .. },
            ..
        }) => tally.count(receipt),
        Err(Refusal { reason, .. }) => {
            let name = format!("{reason:?}");
            tally.count_refusal(name.split([' ', '{', '(']).next().unwrap_or_default());
        }
    }
}

fn update(base: &Base, commitment: &Commitment, step: &Step, height: u64) -> (Update, Consent) {
    let consent = if step.forced {
        Consent::PosterOnly
    } else {
        Consent::Both
    };
    let up = u64::from(!step.forced);
    let update = Update {
        channel: commitment.channel,
        base: commitment.hash(),
        round: Round(commitment.round.0 + up),
        proposer: step.proposer,
        env: env(height),
        operations: step
            .deeds
            .iter()
            .map(|deed| operation(base, deed, step))
            .collect(),
    };
    (update, consent)
}

fn operation(base: &Base, deed: &Deed, step: &Step) -> Operation {
    match deed {
        Deed::Transfer { from, amount } => Operation::Transfer {
            from: *from,
            amount: Amount(*amount),
        },
        Deed::Create {
            code,
            fallback,
            hold,
            args,
            gas,
        } => {
            let hashes: Vec<_> = base.codes.keys().copied().collect();
            let forced = step.forced && *hold % 4 != 0;
            Operation::Create {
                code: hashes[code % hashes.len()],
                fallback: if forced {
                    Fallback::all_to(step.proposer)
                } else {
                    Fallback::new(*fallback).unwrap()
                },
                hold: if forced { Height(0) } else { Height(*hold) },
                args: args.clone(),
                gas: Gas(*gas),
            }
        }
        Deed::Call {
            contract,
            entry,
            args,
            value,
            gas,
            facts,
        } => {
            let bundle = facts.map(|facts| match facts {
                Facts::Delivery(index) => index.get(&base.facts.deliveries).clone(),
                Facts::Run(index) => index.get(&base.facts.runs).clone(),
            });
            Operation::Call(Call {
                contract: base.contracts[*contract],
                entry: (*entry).to_owned(),
                args: args.clone(),
                value: Amount(*value),
                gas: Gas(*gas),
                facts: bundle.into_iter().collect(),
            })
        }
    }
}

/// A full tree that notes what is read of it, so that a step that fails has a witness too.
#[derive(Clone)]
struct Watched {
    tree: Tree,
    read: Arc<Mutex<BTreeSet<Hash>>>,
}

impl Watched {
    fn touched(&self) -> Touched {
        let read = self
            .read
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        Touched {
            read,
            written: BTreeSet::new(),
        }
    }
}

impl Read for Watched {
    fn read(&self, key: &Hash) -> std::result::Result<Option<Arc<[u8]>>, Missing> {
        self.read
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(*key);
        self.tree.read(key)
    }
}

impl State for Watched {
    fn root(&self) -> Root {
        self.tree.root()
    }

    fn updated(&self, changes: &Changes) -> std::result::Result<Self, Missing> {
        Ok(Self {
            tree: self.tree.updated(changes)?,
            read: Arc::clone(&self.read),
        })
    }
}
