//! What a party proposes by itself once it has nothing else to do.

use twinroot_exec::Execute;
use twinroot_wire::Operation;

use super::ledger::look_again;
use super::propose::make;
use super::proposed::may_propose_again;
use crate::Illegal;
use crate::effect::Effect;
use crate::party::Party;

/// A step above one that could still take the place of the newest, or a step of the user that had
/// to give way to the peer's (docs/spec/channel.md, 5.7 and 5.8).
pub(crate) fn follow_up(party: &mut Party, execute: &dyn Execute) -> Result<Vec<Effect>, Illegal> {
    let mut effects = look_again(party, execute)?;
    effects.extend(next(party, execute)?);
    Ok(effects)
}

fn next(party: &mut Party, execute: &dyn Execute) -> Result<Vec<Effect>, Illegal> {
    let nothing = party.live.is_empty() && party.wanted.is_empty();
    if nothing || party.closed || party.asked.is_some() {
        return Ok(Vec::new());
    }
    if party.check_free().is_err() || party.check_time().is_err() {
        return Ok(Vec::new());
    }
    let tip = party.tip_hash();
    if party
        .live
        .iter()
        .any(|half| half.candidate.update.base == tip)
    {
        return Ok(Vec::new());
    }
    if party.rival().is_some() {
        return make(party, Vec::new(), execute);
    }
    if let Some(operations) = left_behind(party) {
        return make(party, operations, execute);
    }
    let next = party.wanted.front();
    if next.is_none_or(|operations| party.other_half_signed(operations).is_some()) {
        return Ok(Vec::new());
    }
    match party.wanted.pop_front() {
        Some(operations) => make(party, operations, execute),
        None => Ok(Vec::new()),
    }
}

/// What was proposed last, or its taking back, where a step on the ledger came first: the peer cannot
/// answer it any more, so it comes once more on the newest state.
fn left_behind(party: &mut Party) -> Option<Vec<Operation>> {
    let last = party
        .live
        .iter()
        .max_by_key(|half| half.candidate.round())?;
    let operations = last.candidate.operations().to_vec();
    let wanted = !last.dropped && !party.has_forced(&operations);
    if !(wanted || operations.is_empty()) || !may_propose_again(party) {
        return None;
    }
    for half in &mut party.live {
        half.dropped |= half.candidate.operations() == operations;
    }
    Some(operations)
}
