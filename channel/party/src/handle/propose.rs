//! The user wants a step (docs/spec/channel.md, 5.1).

use twinroot_exec::Execute;
use twinroot_rules::{Applied, Consent, Refusal, apply};
use twinroot_state::Tree;
use twinroot_wire::{Operation, Update};

use crate::Illegal;
use crate::effect::{Effect, Record, Report, ToSign};
use crate::party::{Candidate, Party, Signing};

pub(crate) fn propose(
    party: &mut Party,
    operations: Vec<Operation>,
    execute: &dyn Execute,
) -> Result<Vec<Effect>, Illegal> {
    if party.signing.is_some() {
        return Err(Illegal::Busy);
    }
    if let Some(until) = party.closing_until() {
        return Err(Illegal::Closing { until });
    }
    let takes_back = operations.is_empty();
    if let Some(round) = party.other_half_signed(&operations).filter(|_| !takes_back) {
        return Err(Illegal::HalfSigned { round });
    }
    let update = Update {
        channel: party.tip.commitment.channel,
        base: party.base(),
        round: party.next_round()?,
        proposer: party.side,
        env: party.now(),
        operations,
    };
    match apply(&party.tip, &update, Consent::Both, &party.codes, execute) {
        Err(Refusal { reason, .. }) if reason.is_machine() => {
            Err(Illegal::Machine(reason.to_string()))
        }
        Err(Refusal { reason, .. }) => Ok(vec![Effect::Report(Report::Impossible(reason))]),
        Ok(applied) => {
            let candidate = candidate(applied, update);
            let commitment = candidate.next.commitment.clone();
            party.last_round = commitment.round;
            // What was asked rests on the same base as this: to sign both would let the peer choose.
            party.asked = None;
            party.signing = Some(Signing::Proposal(Box::new(candidate)));
            Ok(vec![
                Effect::Persist(Record::Signing(commitment.clone())),
                Effect::Sign(ToSign::Commitment(commitment)),
            ])
        }
    }
}

pub(crate) fn candidate(applied: Applied<Tree>, update: Update) -> Candidate {
    let Applied {
        next,
        receipts,
        gas,
        touched,
    } = applied;
    Candidate {
        next,
        update,
        receipts,
        gas,
        touched,
    }
}
