//! The user answers (docs/spec/channel.md, 5.3).

use twinroot_abi::Hash;
use twinroot_wire::{Proposal, Reason};

use super::close::{accept_close, refuse_close};
use super::proposed::refuse;
use crate::Illegal;
use crate::effect::{Effect, Record};
use crate::held::{Agreement, Asked, Bound, Candidate};
use crate::party::Party;

pub(crate) fn approve(party: &mut Party, asked: Hash) -> Result<Vec<Effect>, Illegal> {
    party.check_unbound()?;
    if matches!(party.asked, Some(Asked::Step(..))) {
        party.check_free()?;
    }
    Ok(match take(party, asked)? {
        Asked::Step(candidate, proposal) => accept(party, candidate, proposal),
        Asked::Close(close, peers) => accept_close(party, close, peers),
    })
}

/// Has a step of the peer signed.
pub(crate) fn accept(
    party: &mut Party,
    candidate: Box<Candidate>,
    proposal: Box<Proposal>,
) -> Vec<Effect> {
    let effects = vec![
        Effect::Persist(Record::Accepting(proposal.clone())),
        Effect::Sign(candidate.to_sign()),
    ];
    match &candidate.funding {
        Some(funding) => {
            party.bound = Some(Bound {
                until: funding.expiry,
                what: Agreement::Fund(candidate),
                own: None,
                peers: Some(proposal.signature),
                mine: false,
            });
        }
        None => party.accepting = Some((candidate, proposal)),
    }
    effects
}

pub(crate) fn decline(party: &mut Party, asked: Hash) -> Result<Vec<Effect>, Illegal> {
    let reason = Reason::Declined;
    Ok(match take(party, asked)? {
        Asked::Step(_, proposal) => {
            party.declined = Some(asked);
            refuse(proposal.commitment.round, reason)
        }
        Asked::Close(close, _) => refuse_close(&close, reason),
    })
}

/// An answer counts only for the question it names: the peer may have put another in its place.
fn take(party: &mut Party, asked: Hash) -> Result<Asked, Illegal> {
    let same = |question: &mut Asked| match question {
        Asked::Step(_, proposal) => proposal.commitment.hash() == asked,
        Asked::Close(close, _) => close.hash() == asked,
    };
    party.asked.take_if(same).ok_or(Illegal::NothingAsked)
}
