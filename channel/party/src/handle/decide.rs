//! The user answers (docs/spec/channel.md, 5.3).

use twinroot_abi::Hash;
use twinroot_wire::Reason;

use super::message::refuse;
use crate::Illegal;
use crate::effect::{Effect, Record, ToSign};
use crate::party::{Asked, Party, Signing};

pub(crate) fn approve(party: &mut Party, asked: Hash) -> Result<Vec<Effect>, Illegal> {
    if party.signing.is_some() {
        return Err(Illegal::Busy);
    }
    if let Some(until) = party.closing_until() {
        return Err(Illegal::Closing { until });
    }
    Ok(match take(party, asked)? {
        Asked::Step(candidate, proposal) => {
            let commitment = proposal.commitment.clone();
            party.signing = Some(Signing::Acceptance(candidate, proposal));
            vec![
                Effect::Persist(Record::Signing(commitment.clone())),
                Effect::Sign(ToSign::Commitment(commitment)),
            ]
        }
        Asked::Close(close, peers) => {
            party.signing = Some(Signing::CloseAcceptance(close.clone(), peers));
            vec![
                Effect::Persist(Record::SigningClose(close.clone())),
                Effect::Sign(ToSign::Close(close)),
            ]
        }
    })
}

pub(crate) fn decline(party: &mut Party, asked: Hash) -> Result<Vec<Effect>, Illegal> {
    let round = match take(party, asked)? {
        Asked::Step(_, proposal) => proposal.commitment.round,
        Asked::Close(close, _) => close.round,
    };
    Ok(refuse(round, Reason::Declined))
}

/// An answer counts only for the question it names: the peer may have put another in its place.
fn take(party: &mut Party, asked: Hash) -> Result<Asked, Illegal> {
    let same = |question: &mut Asked| match question {
        Asked::Step(_, proposal) => proposal.commitment.hash() == asked,
        Asked::Close(close, _) => close.hash() == asked,
    };
    party.asked.take_if(same).ok_or(Illegal::NothingAsked)
}
