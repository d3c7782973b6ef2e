//! What a party does on the ledger by itself (docs/spec/channel.md, 8.5). It looks at how things
//! stand now, after every block and every look at the ledger; what was posted and is not there
//! after a while is posted again.

use twinroot_abi::Round;
use twinroot_exec::Execute;
use twinroot_wire::{Action, Ground, SignedClose, SignedFunding, Standing};

use super::force::pursue;
use crate::effect::Effect;
use crate::held::{Agreement, Duty};
use crate::party::Party;
use crate::{Illegal, OnLedger};

pub(crate) fn duties(party: &mut Party, execute: &dyn Execute) -> Result<Vec<Effect>, Illegal> {
    let Some(ledger) = party.ledger.clone() else {
        return Ok(Vec::new());
    };
    let mut effects = Vec::new();
    effects.extend(answer(party, &ledger));
    effects.extend(agreement(party, &ledger));
    effects.extend(pursue(party, execute)?);
    Ok(effects)
}

/// A close at an old state is answered with the newest; one whose time is over is settled.
fn answer(party: &mut Party, ledger: &OnLedger) -> Option<Effect> {
    let until = ledger.closing?;
    let channel = ledger.tip.channel;
    if let Some(state) = party.postable().cloned() {
        let round = state.commitment.round;
        return post(party, Duty::Slash, round, Action::Slash { channel, state });
    }
    let over = party.now().height >= until.max(ledger.tip.hold_until);
    if over && party.policy.settle {
        let round = ledger.ground.round();
        return post(party, Duty::Settle, round, Action::Settle { channel });
    }
    None
}

/// What both have agreed on: a close, a deposit, a withdrawal; also one that a fork lost.
fn agreement(party: &mut Party, ledger: &OnLedger) -> Option<Effect> {
    let now = party.now().height;
    if let Some((action, expiry)) = agreed(party) {
        let round = party.base.ground.round();
        return (expiry >= now)
            .then(|| post(party, Duty::Agreement, round, action))
            .flatten();
    }
    let Ground::Funding(signed) = &party.base.ground else {
        return None;
    };
    let lost = ledger.ground.round() < signed.funding.commitment.round;
    if lost && party.funded.is_some() && signed.funding.expiry >= now {
        let (round, signed) = (signed.funding.commitment.round, signed.clone());
        return post(party, Duty::Agreement, round, Action::Fund(signed));
    }
    None
}

/// The transaction that both signed, and its last height.
pub(crate) fn agreed(party: &Party) -> Option<(Action, twinroot_abi::Height)> {
    let bound = party.bound.as_ref()?;
    if is_stale(party, &bound.what) {
        return None;
    }
    let signatures = party.side_by_side(bound.own?, bound.peers?);
    match &bound.what {
        Agreement::Close(close) => {
            let (close, expiry) = (close.clone(), close.expiry);
            let signed = SignedClose { close, signatures };
            Some((Action::CloseMutual(signed), expiry))
        }
        Agreement::Fund(candidate) => {
            let funding = candidate.funding.clone()?;
            let expiry = funding.expiry;
            let signed = SignedFunding {
                funding,
                signatures,
            };
            Some((Action::Fund(signed), expiry))
        }
    }
}

/// Whether the ledger knows a newer state than the one that this rests on, and would not take it.
fn is_stale(party: &Party, what: &Agreement) -> bool {
    let named = match what {
        Agreement::Close(close) => Some(close.standing),
        Agreement::Fund(candidate) => candidate.funding.as_ref().map(|funding| funding.standing),
    };
    let known = |ledger: &OnLedger| Standing {
        round: ledger.ground.round(),
        forced: u32::try_from(ledger.steps.len()).unwrap_or(u32::MAX),
    };
    party
        .ledger
        .as_ref()
        .is_some_and(|ledger| named < Some(known(ledger)))
}

/// Posts it, unless that was done a little while ago.
pub(crate) fn post(party: &mut Party, duty: Duty, round: Round, action: Action) -> Option<Effect> {
    let now = party.now().height;
    let again = party.policy.repost;
    if let Some((posted, at)) = party.posted.get(&duty)
        && *posted == round
        && now.0 < at.0.saturating_add(again)
    {
        return None;
    }
    party.posted.insert(duty, (round, now));
    Some(Effect::Post(Box::new(action)))
}
