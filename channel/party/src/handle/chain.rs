//! The channel changed on the ledger (docs/spec/channel.md, 8).

use twinroot_exec::Execute;
use twinroot_rules::{Applied, Consent, Position, Refusal, Refused, apply};
use twinroot_state::Tree;
use twinroot_wire::{Action, CoSigned, Commitment, Update};

use crate::Illegal;
use crate::effect::{Effect, Record, Report};
use crate::input::ChainEvent;
use crate::party::{Agreed, Party};

pub(crate) fn chain(
    party: &mut Party,
    event: ChainEvent,
    execute: &dyn Execute,
) -> Result<Vec<Effect>, Illegal> {
    match event {
        ChainEvent::Closing { commitment, posted } => {
            Ok(closing(party, &commitment, posted.as_deref()))
        }
        ChainEvent::Forced {
            base,
            update,
            commitment,
        } => forced(party, base.as_deref(), &update, &commitment, execute),
        ChainEvent::Closed => {
            party.closed = true;
            Ok(vec![Effect::Report(Report::Closed)])
        }
    }
}

/// A close at an old state is answered with the newest.
fn closing(party: &mut Party, at: &Commitment, posted: Option<&CoSigned>) -> Vec<Effect> {
    let mut effects = posted.map_or_else(Vec::new, |posted| co_signed_by_peer(party, posted));
    party.on_chain = party.on_chain.max(at.round);
    match &party.newest {
        Some(newest) if newest.commitment.round > at.round => {
            effects.push(Effect::Report(Report::StaleClose { round: at.round }));
            effects.push(Effect::Post(Box::new(Action::Slash {
                channel: at.channel,
                state: newest.clone(),
            })));
        }
        _ => effects.push(Effect::Report(Report::Closing { round: at.round })),
    }
    effects
}

/// The peer posted a state that this party proposed: it has signed it after all, so it stands.
fn co_signed_by_peer(party: &mut Party, posted: &CoSigned) -> Vec<Effect> {
    let newer = posted.commitment.round > party.standing.round;
    let half = if newer {
        party.take_half_signed(&posted.commitment)
    } else {
        None
    };
    let Some(half) = half else { return Vec::new() };
    let agreed = party.adopt(half.candidate, posted.clone());
    vec![
        Effect::Persist(Record::CoSigned(posted.clone())),
        Effect::Report(Report::Agreed(Box::new(agreed))),
    ]
}

/// A step on the newest state is carried out here too and taken over; one on an older state will
/// be beaten by the newest.
fn forced(
    party: &mut Party,
    posted: Option<&CoSigned>,
    update: &Update,
    commitment: &Commitment,
    execute: &dyn Execute,
) -> Result<Vec<Effect>, Illegal> {
    let Some(base) = position_of(party, update) else {
        party.on_chain = party.on_chain.max(commitment.round);
        let round = commitment.round;
        return Ok(vec![Effect::Report(Report::ForcedElsewhere { round })]);
    };
    let applied = carry_out(party, base, update, commitment, execute)?;
    let mut effects = posted.map_or_else(Vec::new, |posted| co_signed_by_peer(party, posted));
    party.on_chain = party.on_chain.max(commitment.round);
    party.standing = party.standing.forced().ok_or(Illegal::NoRound)?;
    party.tip = applied.next;
    party.asked = None;
    for half in &mut party.live {
        half.forced |=
            update.proposer == party.side && half.candidate.operations() == update.operations;
    }
    effects.push(Effect::Report(Report::AdoptedForced(Box::new(Agreed {
        commitment: commitment.clone(),
        receipts: applied.receipts,
        gas: applied.gas,
        touched: applied.touched,
    }))));
    Ok(effects)
}

/// The state that a forced step changes: the newest, or a half-signed one that the peer has signed
/// and posted.
fn position_of<'a>(party: &'a Party, update: &Update) -> Option<&'a Position<Tree>> {
    let half_signed = party.live.iter().map(|half| &half.candidate.next);
    std::iter::once(&party.tip)
        .chain(half_signed)
        .find(|position| position.commitment.hash() == update.base)
}

fn carry_out(
    party: &Party,
    base: &Position<Tree>,
    update: &Update,
    commitment: &Commitment,
    execute: &dyn Execute,
) -> Result<Applied<Tree>, Illegal> {
    match apply(base, update, Consent::PosterOnly, &party.codes, execute) {
        Ok(applied) if applied.next.commitment == *commitment => Ok(applied),
        Ok(applied) => Err(Illegal::Diverged(format!(
            "root {}",
            applied.next.commitment.state_root
        ))),
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
