//! The user wants the ledger to carry out a step (docs/spec/channel.md, 7).

use twinroot_exec::Execute;
use twinroot_rules::{Consent, Refusal, apply};
use twinroot_wire::{Action, Force, Operation, Update};

use crate::Illegal;
use crate::effect::{Effect, Report};
use crate::party::Party;

pub(crate) fn force(
    party: &Party,
    operations: Vec<Operation>,
    execute: &dyn Execute,
) -> Result<Vec<Effect>, Illegal> {
    if party.signing.is_some() {
        return Err(Illegal::Busy);
    }
    // The peer could sign the half-signed step and beat another one with it.
    if let Some(round) = party.other_half_signed(&operations) {
        return Err(Illegal::HalfSigned { round });
    }
    let update = Update {
        channel: party.tip.commitment.channel,
        base: party.base(),
        round: party.tip.commitment.round,
        proposer: party.side,
        env: party.now(),
        operations,
    };
    match apply(
        &party.tip,
        &update,
        Consent::PosterOnly,
        &party.codes,
        execute,
    ) {
        Err(Refusal { reason, .. }) if reason.is_machine() => {
            Err(Illegal::Machine(reason.to_string()))
        }
        Err(Refusal { reason, .. }) => Ok(vec![Effect::Report(Report::Impossible(reason))]),
        Ok(applied) => {
            let base = party
                .newest
                .clone()
                .filter(|state| state.commitment.round > party.on_chain);
            let witness = party.tip.state.prove(&applied.touched);
            let predicted = applied.next.commitment.state_root;
            Ok(vec![Effect::Post(Box::new(Action::Force(Force {
                base,
                update,
                witness,
                predicted,
            })))])
        }
    }
}
