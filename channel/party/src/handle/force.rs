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
    if let Some(live) = &party.outgoing
        && operations != live.candidate.operations
    {
        // The peer could sign the half-signed step and beat the forced one with it.
        return Err(Illegal::HalfSigned {
            round: live.candidate.next.commitment.round,
        });
    }
    let update = Update {
        channel: party.tip.commitment.channel,
        base: party.base(),
        round: party.tip.commitment.round,
        proposer: party.side,
        env: party.now(),
        operations,
    };
    Ok(
        match apply(
            &party.tip,
            &update,
            Consent::PosterOnly,
            &party.codes,
            execute,
        ) {
            Err(Refusal { reason, .. }) => vec![Effect::Report(Report::Impossible(reason))],
            Ok(applied) => {
                let base = party
                    .newest
                    .clone()
                    .filter(|state| state.commitment.round > party.on_chain);
                let witness = party.tip.state.prove(&applied.touched);
                let predicted = applied.next.commitment.state_root;
                vec![Effect::Post(Box::new(Action::Force(Force {
                    base,
                    update,
                    witness,
                    predicted,
                })))]
            }
        },
    )
}
