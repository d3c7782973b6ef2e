//! The user wants the ledger to carry out a step (docs/spec/channel.md, 7.4).

use twinroot_exec::Execute;
use twinroot_rules::{Consent, FORCE_WINDOW, Refusal, Refused, apply};
use twinroot_wire::{Action, Force, Operation, Update};

use crate::Illegal;
use crate::effect::{Effect, Report};
use crate::party::{Forcing, Party};

/// How often a step is posted before its user is asked again: each that is refuted costs a fee.
const TRIES: u8 = 4;

pub(crate) fn force(
    party: &mut Party,
    operations: Vec<Operation>,
    execute: &dyn Execute,
) -> Result<Vec<Effect>, Illegal> {
    if let Some(behind) = &party.behind {
        let round = behind.ground.round();
        return Err(Illegal::Behind { round });
    }
    if party.is_signing() {
        return Err(Illegal::Busy);
    }
    if party.forcing.is_some() {
        return Err(Illegal::Forcing);
    }
    // The peer could sign the half-signed step and beat another one with it.
    if let Some(round) = party.other_half_signed(&operations) {
        return Err(Illegal::HalfSigned { round });
    }
    attempt(party, operations, 0, execute)
}

/// The driver knows that posting it again is of no use.
pub(crate) fn rejected(party: &mut Party) -> Vec<Effect> {
    party
        .forcing
        .take()
        .map(|forcing| Effect::Report(Report::NotForced(forcing.update.operations)))
        .into_iter()
        .collect()
}

/// Sees to it that a step which was posted gets onto the ledger.
pub(crate) fn pursue(party: &mut Party, execute: &dyn Execute) -> Result<Vec<Effect>, Illegal> {
    let Some(forcing) = party.forcing.clone() else {
        return Ok(Vec::new());
    };
    if party.steps.iter().any(|step| step.update == forcing.update) {
        party.forcing = None;
        return Ok(Vec::new());
    }
    let operations = forcing.update.operations;
    let given_up = |party: &mut Party, operations| {
        party.forcing = None;
        Ok(vec![Effect::Report(Report::NotForced(operations))])
    };
    if forcing.base != party.base.hash {
        return given_up(party, operations);
    }
    let now = party.now().height.0;
    let stale = forcing.update.base != party.tip_hash()
        || !party.may_pin(forcing.update.env)
        || now > forcing.update.env.height.0.saturating_add(FORCE_WINDOW - 1);
    let late = now >= forcing.posted.0.saturating_add(party.policy.repost);
    if (stale || late) && forcing.tries > TRIES {
        return given_up(party, operations);
    }
    if stale {
        party.forcing = None;
        return attempt(party, operations, forcing.tries, execute);
    }
    if !late {
        return Ok(Vec::new());
    }
    let mut action = forcing.action.clone();
    if let Action::Force(force) = &mut *action {
        // Somebody may have told the ledger of the base meanwhile; it would reject it as known.
        force.base = party.postable().cloned();
    }
    if let Some(forcing) = &mut party.forcing {
        forcing.posted = party.blocks.last().map_or(forcing.posted, |env| env.height);
        forcing.tries = forcing.tries.saturating_add(1);
    }
    Ok(vec![Effect::Post(action)])
}

fn attempt(
    party: &mut Party,
    operations: Vec<Operation>,
    tries: u8,
    execute: &dyn Execute,
) -> Result<Vec<Effect>, Illegal> {
    match make(party, operations, execute) {
        Ok((update, force)) => {
            let action = Box::new(Action::Force(force));
            party.forcing = Some(Forcing {
                update,
                action: action.clone(),
                base: party.base.hash,
                posted: party.now().height,
                tries: tries.saturating_add(1),
            });
            Ok(vec![Effect::Post(action)])
        }
        Err(reason) if reason.is_machine() => Err(Illegal::Machine(reason.to_string())),
        Err(reason) => Ok(vec![Effect::Report(Report::Impossible(reason))]),
    }
}

/// A forced step on the newest state, as it would be posted.
pub(crate) fn make(
    party: &Party,
    operations: Vec<Operation>,
    execute: &dyn Execute,
) -> Result<(Update, Force), Refused> {
    let tip = party.tip();
    let update = Update {
        channel: tip.commitment.channel,
        base: tip.commitment.hash(),
        round: tip.commitment.round,
        proposer: party.side,
        env: party.now(),
        operations,
    };
    let applied = apply(tip, &update, Consent::PosterOnly, &party.codes, execute)
        .map_err(|Refusal { reason, .. }| reason)?;
    let force = Force {
        base: party.postable().cloned(),
        update: update.clone(),
        witness: tip.state.prove(&applied.touched),
        predicted: applied.next.commitment.state_root,
    };
    Ok((update, force))
}
