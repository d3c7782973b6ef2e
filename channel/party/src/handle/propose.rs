//! The user wants a step (docs/spec/channel.md, 5.1).

use twinroot_abi::Height;
use twinroot_exec::Execute;
use twinroot_rules::{Applied, CLOSE_WINDOW, Consent, Refusal, apply};
use twinroot_state::Tree;
use twinroot_wire::{Funding, Operation, Standing, Update};

use super::afford::unaffordable;
use crate::effect::{Effect, Record, Report};
use crate::held::{Agreement, Bound, Candidate, HalfSigned};
use crate::party::Party;
use crate::{Illegal, Otherwise};

pub(crate) fn propose(
    party: &mut Party,
    operations: Vec<Operation>,
    execute: &dyn Execute,
) -> Result<Vec<Effect>, Illegal> {
    party.check_free()?;
    party.check_time()?;
    if let Some(round) = party.other_half_signed(&operations) {
        return Err(Illegal::HalfSigned { round });
    }
    make(party, operations, execute)
}

/// A step without operations in a higher round takes back what is half-signed below it, as soon as
/// the peer signs it (docs/spec/channel.md, 5.7).
pub(crate) fn cancel(party: &mut Party, execute: &dyn Execute) -> Result<Vec<Effect>, Illegal> {
    if party.live.is_empty() && !party.wanted.is_empty() {
        party.wanted.clear();
        return Ok(Vec::new());
    }
    party.check_free()?;
    party.check_time()?;
    if party.live.is_empty() {
        return Err(Illegal::NothingToDo);
    }
    let effects = make(party, Vec::new(), execute)?;
    party.wanted.clear();
    for half in &mut party.live {
        half.dropped = true;
    }
    Ok(effects)
}

/// Carries the step out, and has it signed if that works.
pub(crate) fn make(
    party: &mut Party,
    operations: Vec<Operation>,
    execute: &dyn Execute,
) -> Result<Vec<Effect>, Illegal> {
    let update = Update {
        channel: party.tip().commitment.channel,
        base: party.tip_hash(),
        round: party.next_round()?,
        proposer: party.side,
        env: party.now(),
        operations,
    };
    if let Some((_, coins)) = update.moves() {
        let half = party.live.first().map(|half| half.candidate.round());
        if let Some(round) = half {
            return Err(Illegal::HalfSigned { round });
        }
        check_expiry(party, coins.expiry)?;
    }
    let applied = match apply(party.tip(), &update, Consent::Both, &party.codes, execute) {
        Ok(applied) => applied,
        Err(Refusal { reason, .. }) if reason.is_machine() => {
            return Err(Illegal::Machine(reason.to_string()));
        }
        Err(Refusal { reason, .. }) => {
            return Ok(vec![Effect::Report(Report::Impossible {
                operations: update.operations,
                forced: false,
                why: reason,
            })]);
        }
    };
    let mut effects = Vec::new();
    if party.policy.guarantee.otherwise != Otherwise::Ignore
        && let Some(short) = unaffordable(party, &applied.next)
    {
        effects.push(Effect::Report(short));
        if party.policy.guarantee.otherwise == Otherwise::Refuse {
            effects.push(Effect::Report(Report::NotProposed(update.operations)));
            return Ok(effects);
        }
    }
    let candidate = candidate(applied, update, party.standing());
    let record = Record::Proposing(
        Box::new(candidate.update.clone()),
        Box::new(candidate.next.commitment.clone()),
    );
    effects.push(Effect::Persist(record));
    effects.push(Effect::Sign(candidate.to_sign()));
    party.last_round = candidate.round();
    // What was asked rests on the same base as this: to sign both would let the peer choose.
    party.asked = None;
    hold_to(party, candidate);
    Ok(effects)
}

/// From here on the party may have signed it.
pub(crate) fn hold_to(party: &mut Party, candidate: Candidate) {
    match &candidate.funding {
        Some(funding) => {
            party.bound = Some(Bound {
                until: funding.expiry,
                what: Agreement::Fund(Box::new(candidate)),
                own: None,
                peers: None,
                mine: true,
            });
        }
        None => {
            // Whether by itself or by its user's hand: it is proposed, and not to come once more.
            party
                .wanted
                .retain(|wanted| wanted != candidate.operations());
            party.live.push(HalfSigned {
                candidate,
                signature: None,
                maybe_sent: false,
                dropped: false,
            });
        }
    }
}

/// Whether a close, a deposit or a withdrawal may be signed that can be posted up to this height.
pub(crate) fn check_expiry(party: &Party, expiry: Height) -> Result<(), Illegal> {
    let earliest = party.now().height;
    let latest = Height(earliest.0.saturating_add(CLOSE_WINDOW));
    if expiry < earliest || expiry > latest {
        return Err(Illegal::Expiry { earliest, latest });
    }
    Ok(())
}

pub(crate) fn candidate(applied: Applied<Tree>, update: Update, standing: Standing) -> Candidate {
    let Applied {
        next,
        receipts,
        gas,
        touched,
    } = applied;
    let funding = funding(&update, &next.commitment, standing);
    let hash = funding
        .as_ref()
        .map_or_else(|| next.commitment.hash(), Funding::hash);
    Candidate {
        funding,
        hash,
        next,
        update,
        receipts,
        gas,
        touched,
    }
}

/// What is signed in the place of the commitment, where coins are moved.
pub(crate) fn funding(
    update: &Update,
    commitment: &twinroot_wire::Commitment,
    standing: Standing,
) -> Option<Funding> {
    let (direction, coins) = update.moves()?;
    Some(Funding {
        commitment: commitment.clone(),
        standing,
        side: coins.side,
        direction,
        amount: coins.amount,
        expiry: coins.expiry,
    })
}
