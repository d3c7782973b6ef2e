//! The channel changed on the ledger (docs/spec/channel.md, 8).

use twinroot_exec::Execute;
use twinroot_rules::{Consent, apply};
use twinroot_wire::{Action, Commitment, Update};

use crate::Illegal;
use crate::effect::{Effect, Report};
use crate::input::ChainEvent;
use crate::party::{Agreed, Party};

pub(crate) fn chain(
    party: &mut Party,
    event: ChainEvent,
    execute: &dyn Execute,
) -> Result<Vec<Effect>, Illegal> {
    match event {
        ChainEvent::Closing(commitment) => Ok(closing(party, &commitment)),
        ChainEvent::Forced {
            base,
            update,
            commitment,
        } => {
            if let Some(base) = &base {
                party.on_chain = party.on_chain.max(base.commitment.round);
            }
            forced(party, &update, &commitment, execute)
        }
        ChainEvent::Closed => {
            party.closed = true;
            Ok(vec![Effect::Report(Report::Closed)])
        }
    }
}

/// A close at an old state is answered with the newest.
fn closing(party: &mut Party, at: &Commitment) -> Vec<Effect> {
    party.on_chain = party.on_chain.max(at.round);
    match &party.newest {
        Some(newest) if newest.commitment.round > at.round => vec![
            Effect::Report(Report::StaleClose { round: at.round }),
            Effect::Post(Box::new(Action::Slash {
                channel: at.channel,
                state: newest.clone(),
            })),
        ],
        _ => Vec::new(),
    }
}

/// A step on the newest state is carried out here too and taken over; one on an older state will
/// be beaten by the newest.
fn forced(
    party: &mut Party,
    update: &Update,
    commitment: &Commitment,
    execute: &dyn Execute,
) -> Result<Vec<Effect>, Illegal> {
    if update.base != party.base() {
        return Ok(Vec::new());
    }
    let applied = apply(
        &party.tip,
        update,
        Consent::PosterOnly,
        &party.codes,
        execute,
    )
    .map_err(|refusal| Illegal::Diverged(refusal.reason.to_string()))?;
    if applied.next.commitment != *commitment {
        return Err(Illegal::Diverged(format!(
            "root {}",
            applied.next.commitment.state_root
        )));
    }
    party.on_chain = party.on_chain.max(commitment.round);
    party.standing = party.standing.forced().ok_or(Illegal::NoRound)?;
    party.tip = applied.next;
    party.asked = None;
    let agreed = Agreed {
        commitment: commitment.clone(),
        receipts: applied.receipts,
        gas: applied.gas,
        touched: applied.touched,
    };
    Ok(vec![Effect::Report(Report::AdoptedForced(Box::new(
        agreed,
    )))])
}
