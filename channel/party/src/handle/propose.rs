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
    if let Some(live) = &party.outgoing {
        if !live.refused {
            return Err(Illegal::Busy);
        }
        // The peer can still sign the live one. Another step beside it would let the peer choose.
        if !operations.is_empty() && operations != live.candidate.operations {
            return Err(Illegal::HalfSigned {
                round: live.candidate.next.commitment.round,
            });
        }
    }
    let update = Update {
        channel: party.tip.commitment.channel,
        base: party.base(),
        round: party.next_round()?,
        proposer: party.side,
        env: party.now(),
        operations,
    };
    Ok(
        match apply(&party.tip, &update, Consent::Both, &party.codes, execute) {
            Err(Refusal { reason, .. }) => vec![Effect::Report(Report::Impossible(reason))],
            Ok(applied) => {
                let candidate = candidate(applied, update);
                let commitment = candidate.next.commitment.clone();
                party.last_round = commitment.round;
                party.signing = Some(Signing::Proposal(Box::new(candidate)));
                vec![
                    Effect::Persist(Record::Signing(commitment.clone())),
                    Effect::Sign(ToSign::Commitment(commitment)),
                ]
            }
        },
    )
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
        operations: update.operations.clone(),
        update,
        receipts,
        gas,
        touched,
    }
}
