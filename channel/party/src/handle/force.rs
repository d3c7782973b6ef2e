//! The user wants the ledger to carry out a step (docs/spec/channel.md, 7.4).

use twinroot_exec::Execute;
use twinroot_rules::{Consent, FORCE_WINDOW, Refusal, Refused, apply};
use twinroot_wire::{Action, Force, Operation, Update};

use crate::Illegal;
use crate::effect::{Effect, Report};
use crate::held::Forcing;
use crate::party::Party;

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
    party.check_time()?;
    // A half-signed step is no reason to wait: the peer may never sign it, and time may run out. If it
    // does sign it and beats this one with it, this one is forced again. What is to be forced again
    // anyway is only forced sooner, not once more.
    party.need_not_force(&operations);
    attempt(party, operations, false, 0, execute)
}

/// The driver knows that it is not there, and that posting it again is of no use.
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
    // On a state that is not here nothing can be built.
    if party.behind.is_some() || party.check_time().is_err() {
        return Ok(Vec::new());
    }
    let Some(forcing) = party.forcing.clone() else {
        return match party.redo.pop_front() {
            Some(operations) => attempt(party, operations, true, 0, execute),
            None => Ok(Vec::new()),
        };
    };
    let operations = forcing.update.operations;
    let now = party.now().height.0;
    let stale = forcing.update.base != party.tip_hash()
        || !party.may_pin(forcing.update.env)
        || now > forcing.update.env.height.0.saturating_add(FORCE_WINDOW - 1);
    let late = now >= forcing.posted.0.saturating_add(party.policy.repost);
    // Nothing that was posted can count any more. What was carried out once is not given up for that: its user counts on it.
    if stale && forcing.tries > TRIES && !forcing.again {
        party.forcing = None;
        return Ok(vec![Effect::Report(Report::NotForced(operations))]);
    }
    if stale {
        party.forcing = None;
        return attempt(party, operations, forcing.again, forcing.tries, execute);
    }
    if !late || forcing.tries > TRIES {
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
    again: bool,
    tries: u8,
    execute: &dyn Execute,
) -> Result<Vec<Effect>, Illegal> {
    match make(party, operations.clone(), execute) {
        Ok((update, force)) => {
            let action = Box::new(Action::Force(force));
            party.forcing = Some(Forcing {
                update,
                action: action.clone(),
                posted: party.now().height,
                tries: tries.saturating_add(1),
                again,
            });
            Ok(vec![Effect::Post(action)])
        }
        Err(reason) if reason.is_machine() => Err(Illegal::Machine(reason.to_string())),
        Err(why) => Ok(vec![Effect::Report(Report::Impossible {
            operations,
            forced: true,
            why,
        })]),
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
        base: party.tip_hash(),
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
