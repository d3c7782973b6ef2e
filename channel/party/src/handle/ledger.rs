//! The channel as the ledger has it now (docs/spec/channel.md, 8.2 to 8.4).
//!
//! The party does not follow changes; it compares what is with what it has. So a missed event, a
//! fork and a crash are nothing special.

use twinroot_abi::Height;
use twinroot_exec::Execute;
use twinroot_rules::{Applied, Consent, Position, Refusal, Refused, apply};
use twinroot_state::Tree;
use twinroot_wire::{Commitment, Ground, Update};

use super::adopt::adopt;
use super::behind::fall_behind;
use super::duty::duties;
use crate::effect::{Effect, Record, Report};
use crate::held::{Agreement, Step};
use crate::party::{Agreed, Party};
use crate::{Illegal, OnLedger};

pub(crate) fn ledger(
    party: &mut Party,
    view: Option<Box<OnLedger>>,
    execute: &dyn Execute,
) -> Result<Vec<Effect>, Illegal> {
    let Some(view) = view else {
        let first = !party.closed;
        party.closed = true;
        party.ledger = None;
        party.asked = None;
        let told = first.then_some(Effect::Report(Report::Closed));
        return Ok(told.into_iter().collect());
    };
    let mut effects = match place_of(party, &view.ground)? {
        Place::Here => take_over(party, &view, execute)?,
        Place::HalfSigned => {
            let candidate = half_signed(party, &view.ground).ok_or(Illegal::NothingToDo)?;
            let base = candidate.next.clone();
            let steps = carry_out(party, &base, &view, 0, execute)?;
            if let Ground::CoSigned(state) = &view.ground {
                party.take_half_signed(&state.commitment);
            }
            let mut effects = adopt(party, candidate, view.ground.clone());
            effects.extend(follow(party, steps));
            effects
        }
        Place::Newer => fall_behind(party, view.ground.clone()),
        Place::Older => elsewhere(party, &view),
    };
    party.closed = false;
    carried_out(party, &view);
    effects.extend(begun(party, &view));
    party.ledger = Some(*view);
    effects.extend(duties(party, execute)?);
    Ok(effects)
}

/// A deposit or a withdrawal that was not there before was carried out now: after a fork, or seen for
/// the first time by a party that began again.
fn carried_out(party: &mut Party, view: &OnLedger) {
    let own = party.base.ground.round();
    let now = party.now().height;
    let before = party.ledger.as_ref();
    let is_new = |round| {
        let there = |view: &OnLedger| view.ground.round() >= round;
        there(view) && !before.is_some_and(there)
    };
    if let Some(funded) = &mut party.funded
        && is_new(own)
    {
        funded.at = now;
    }
    if let Some(behind) = &mut party.behind
        && is_new(behind.ground.round())
    {
        behind.at = now;
    }
}

/// How what the ledger rests on lies to what this party rests on.
enum Place {
    Here,
    /// The peer has signed it after all.
    HalfSigned,
    /// It is newer, and lost here.
    Newer,
    Older,
}

fn place_of(party: &Party, ground: &Ground) -> Result<Place, Illegal> {
    let own = &party.base.position.commitment;
    let Some(theirs) = ground.commitment() else {
        return Ok(match party.base.ground {
            Ground::Terms => Place::Here,
            Ground::CoSigned(_) | Ground::Funding(_) => Place::Older,
        });
    };
    if theirs == own {
        return Ok(Place::Here);
    }
    if theirs.round == own.round {
        let both = "the ledger has another state of the newest round";
        return Err(Illegal::Diverged(both.to_owned()));
    }
    Ok(if theirs.round < own.round {
        Place::Older
    } else if half_signed(party, ground).is_some() {
        Place::HalfSigned
    } else {
        Place::Newer
    })
}

fn half_signed(party: &Party, ground: &Ground) -> Option<crate::held::Candidate> {
    let commitment = ground.commitment()?;
    let bound = party.bound.as_ref().and_then(|bound| match &bound.what {
        Agreement::Fund(candidate) => Some(&**candidate),
        Agreement::Close(_) => None,
    });
    party
        .live
        .iter()
        .map(|half| &half.candidate)
        .chain(bound)
        .chain(party.expired.as_deref())
        .find(|candidate| candidate.is(commitment))
        .cloned()
}

/// Steps on the newest co-signed state are carried out here too.
fn take_over(
    party: &mut Party,
    view: &OnLedger,
    execute: &dyn Execute,
) -> Result<Vec<Effect>, Illegal> {
    let same = party
        .steps
        .iter()
        .zip(&view.steps)
        .take_while(|(step, update)| step.update == **update)
        .count();
    let base = match same.checked_sub(1).and_then(|last| party.steps.get(last)) {
        Some(step) => step.position.clone(),
        None => party.base.position.clone(),
    };
    let new = carry_out(party, &base, view, same, execute)?;
    let mut effects = Vec::new();
    if same < party.steps.len() {
        party.asked = None;
        let from = party.standing();
        party.undo_steps(same);
        let to = party.standing();
        effects.push(Effect::Report(Report::Undone { from, to }));
    }
    if !new.is_empty() {
        party.asked = None;
    }
    effects.extend(follow(party, new));
    Ok(effects)
}

/// The ledger may have been looked at before the state was here that its steps rest on. Where they
/// do not work out, the ledger's view is to be given again anyway.
pub(crate) fn look_again(party: &mut Party, execute: &dyn Execute) -> Result<Vec<Effect>, Illegal> {
    let missed = party.ledger.as_ref().is_some_and(|view| {
        view.ground.commitment() == party.base.ground.commitment()
            && view.tip != party.tip().commitment
    });
    let Some(view) = party.ledger.clone().filter(|_| missed) else {
        return Ok(Vec::new());
    };
    match take_over(party, &view, execute) {
        Err(Illegal::Machine(why)) => Err(Illegal::Machine(why)),
        other => Ok(other.unwrap_or_default()),
    }
}

/// Takes the steps over that were carried out.
fn follow(party: &mut Party, steps: Vec<(Step, Agreed)>) -> Vec<Effect> {
    let mut effects = Vec::new();
    for (step, agreed) in steps {
        effects.push(Effect::Persist(Record::Forced(Box::new(
            step.update.clone(),
        ))));
        if step.update.proposer == party.side {
            party
                .wanted
                .retain(|wanted| *wanted != step.update.operations);
            party.need_not_force(&step.update.operations);
        }
        party.steps.push(step);
        effects.push(Effect::Report(Report::AdoptedForced(Box::new(agreed))));
    }
    effects
}

/// The ledger rests on an older state, which the newest beats.
fn elsewhere(party: &mut Party, view: &OnLedger) -> Vec<Effect> {
    let mut effects = Vec::new();
    if !party.steps.is_empty() {
        party.asked = None;
        let from = party.standing();
        party.undo_steps(0);
        let to = party.standing();
        effects.push(Effect::Report(Report::Undone { from, to }));
    }
    let round = view.ground.round();
    let known = party.ledger.as_ref().map(|ledger| &ledger.steps);
    if !view.steps.is_empty() && known != Some(&view.steps) {
        effects.push(Effect::Report(Report::ForcedElsewhere { round }));
    }
    effects
}

/// Tells the user that a close has begun, or goes on from another state.
fn begun(party: &Party, view: &OnLedger) -> Option<Effect> {
    let until = view.closing?;
    let known = party
        .ledger
        .as_ref()
        .is_some_and(|ledger| ledger.closing.is_some() && ledger.ground == view.ground);
    let round = view.ground.round();
    let newest = party.newest.as_ref().map(|state| state.commitment.round);
    let stale = newest.max(Some(party.base.ground.round())) > Some(round);
    let settles = Height(until.0.max(view.tip.hold_until.0));
    (!known).then_some(Effect::Report(if stale {
        Report::StaleClose { round }
    } else {
        Report::Closing { round, settles }
    }))
}

/// Carries the steps out from number `first` on, and holds the last state against the ledger's.
fn carry_out(
    party: &Party,
    base: &Position<Tree>,
    view: &OnLedger,
    first: usize,
    execute: &dyn Execute,
) -> Result<Vec<(Step, Agreed)>, Illegal> {
    let mut steps: Vec<(Step, Agreed)> = Vec::new();
    for update in view.steps.iter().skip(first) {
        let base = steps.last().map_or(base, |(step, _)| &step.position);
        steps.push(step(party, base, update, execute)?);
    }
    let reached = steps.last().map_or(base, |(step, _)| &step.position);
    if reached.commitment != view.tip {
        return Err(Illegal::Diverged(format!(
            "root {} here, {} there",
            reached.commitment.state_root, view.tip.state_root
        )));
    }
    Ok(steps)
}

pub(crate) fn step(
    party: &Party,
    base: &Position<Tree>,
    update: &Update,
    execute: &dyn Execute,
) -> Result<(Step, Agreed), Illegal> {
    match apply(base, update, Consent::PosterOnly, &party.codes, execute) {
        Ok(Applied {
            next,
            receipts,
            gas,
            touched,
        }) => {
            let commitment: Commitment = next.commitment.clone();
            let step = Step {
                update: update.clone(),
                hash: commitment.hash(),
                position: next,
            };
            let agreed = Agreed {
                commitment,
                operations: update.operations.len(),
                receipts,
                gas,
                touched,
                rival: None,
            };
            Ok((step, agreed))
        }
        Err(Refusal {
            reason: Refused::CodeUnknown { code, .. },
            ..
        }) => Err(Illegal::NeedsCode(code)),
        Err(Refusal { reason, .. }) if reason.is_machine() => {
            Err(Illegal::Machine(reason.to_string()))
        }
        Err(Refusal { reason, .. }) => Err(Illegal::Diverged(reason.to_string())),
    }
}
