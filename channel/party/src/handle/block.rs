//! The ledger has a new block (docs/spec/channel.md, 8.1).

use twinroot_exec::{Env, Execute};
use twinroot_wire::Ground;

use super::behind::checkpoint;
use super::duty::duties;
use crate::Illegal;
use crate::effect::{Effect, Record, Report};
use crate::party::Party;

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
    effects.extend(duties(party, execute)?);
    Ok(effects)
}

/// What could be posted or lost up to now, and cannot any more.
fn expire(party: &mut Party) -> Vec<Effect> {
    let now = party.now().height;
    let over = |until: twinroot_abi::Height| until.0.saturating_add(party.policy.depth) < now.0;
    let mut effects = Vec::new();
    if party.bound.as_ref().is_some_and(|bound| over(bound.until)) {
        party.bound = None;
        effects.push(Effect::Report(Report::Unfunded));
    }
    let own = party.base.ground.round();
    let known = party.ledger.as_ref().map(|ledger| ledger.ground.round());
    let there = known.map(|round| round >= own);
    let expiry = match &party.base.ground {
        Ground::Funding(signed) => Some(signed.funding.expiry),
        Ground::CoSigned(_) | Ground::Terms => None,
    };
    match &party.funded {
        Some(funded) if there == Some(true) && over(funded.at) => party.funded = None,
        // A fork lost it, and its time is over.
        Some(funded) if there == Some(false) && expiry.is_some_and(over) => {
            party.base = funded.before.clone();
            party.funded = None;
            let back = Record::Checkpoint(Box::new(checkpoint(party)));
            effects.push(Effect::Persist(back));
            effects.push(Effect::Report(Report::Unfunded));
        }
        _ => {}
    }
    effects
}
