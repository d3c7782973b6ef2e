//! The ledger has a new block (docs/spec/channel.md, 8.1).

use twinroot_exec::{Env, Execute};
use twinroot_wire::Ground;

use super::behind::checkpoint;
use super::duty::duties;
use super::hello::hello;
use super::ledger::look_again;
use crate::Illegal;
use crate::effect::{Effect, Record, Report};
use crate::held::{Agreement, Bound};
use crate::party::Party;

/// Nothing is proposed by itself on a block alone: where the party was away, the channel as it is now
/// is still to come.
pub(crate) fn block(
    party: &mut Party,
    block: Env,
    execute: &dyn Execute,
) -> Result<Vec<Effect>, Illegal> {
    if block.height <= party.now().height {
        // A fork: what was posted may be gone with the blocks.
        party.posted.clear();
    }
    party.see(block);
    let mut effects = expire(party);
    effects.extend(look_again(party, execute)?);
    effects.extend(duties(party, execute)?);
    Ok(effects)
}

/// What could be posted or lost up to now, and cannot any more.
fn expire(party: &mut Party) -> Vec<Effect> {
    let mut effects = Vec::new();
    let bound = party.bound.as_ref();
    let is_over = |bound: &Bound| bound.own.is_some() && party.is_over(bound.until);
    if bound.is_some_and(is_over)
        && let Some(bound) = party.bound.take()
    {
        if let Agreement::Fund(candidate) = bound.what {
            party.expired = Some(candidate);
        }
        effects.push(Effect::Report(Report::Unfunded));
    }
    if is_lost(party, &party.base.ground)
        && let Some(funded) = party.funded.take()
    {
        party.base = funded.before;
        party.expired = Some(funded.candidate);
        let back = Record::Checkpoint(Box::new(checkpoint(party)));
        effects.push(Effect::Persist(back));
        effects.push(Effect::Report(Report::Unfunded));
    }
    let behind = party.behind.as_ref();
    if behind.is_some_and(|behind| is_lost(party, &behind.ground)) {
        // The peer is back at the state before, which may be lost here as well: it is asked.
        party.behind = None;
        effects.push(Effect::Report(Report::Unfunded));
        effects.push(hello(party, true));
    }
    effects
}

/// Whether `ground` is a deposit or a withdrawal that a fork lost, and whose time is over.
fn is_lost(party: &Party, ground: &Ground) -> bool {
    let Ground::Funding(signed) = ground else {
        return false;
    };
    party.ledger.is_some()
        && !party.is_on_ledger(ground.round())
        && party.is_over(signed.funding.expiry)
}
