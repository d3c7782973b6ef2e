//! The user answers (docs/spec/channel.md, 5.3).

use twinroot_wire::Reason;

use super::message::refuse;
use crate::Illegal;
use crate::effect::{Effect, Record, ToSign};
use crate::party::{Asked, Party, Signing};

pub(crate) fn approve(party: &mut Party) -> Result<Vec<Effect>, Illegal> {
    Ok(match party.asked.take().ok_or(Illegal::NothingAsked)? {
        Asked::Step(candidate, proposal) => {
            let commitment = proposal.commitment.clone();
            party.signing = Some(Signing::Acceptance(candidate, proposal));
            vec![
                Effect::Persist(Record::Signing(commitment.clone())),
                Effect::Sign(ToSign::Commitment(commitment)),
            ]
        }
        Asked::Close(close) => {
            party.signing = Some(Signing::CloseAcceptance(close.clone()));
            vec![
                Effect::Persist(Record::SigningClose(close.clone())),
                Effect::Sign(ToSign::Close(close)),
            ]
        }
    })
}

pub(crate) fn decline(party: &mut Party) -> Result<Vec<Effect>, Illegal> {
    let round = match party.asked.take().ok_or(Illegal::NothingAsked)? {
        Asked::Step(_, proposal) => proposal.commitment.round,
        Asked::Close(close) => close.round,
    };
    Ok(refuse(round, Reason::Declined))
}
