//! The party's own signature is there.

use twinroot_types::Signature;
use twinroot_wire::{CoSigned, Message, Proposal};

use crate::Illegal;
use crate::effect::{Effect, Record, Report};
use crate::party::{Outgoing, Party, Signing};

pub(crate) fn signed(party: &mut Party, signature: Signature) -> Result<Vec<Effect>, Illegal> {
    let signing = party.signing.as_ref().ok_or(Illegal::NothingToSign)?;
    let own = match signing {
        Signing::Proposal(candidate) | Signing::Acceptance(candidate, _) => party
            .keys
            .verify_commitment(party.side, &candidate.next.commitment, &signature),
        Signing::Close(close) | Signing::CloseAcceptance(close) => {
            party.keys.verify_close_by(party.side, close, &signature)
        }
    };
    own.map_err(Illegal::WrongSignature)?;
    let Some(signing) = party.signing.take() else {
        return Err(Illegal::NothingToSign);
    };
    Ok(match signing {
        Signing::Proposal(candidate) => {
            let update = candidate.update.clone();
            let commitment = candidate.next.commitment.clone();
            party.outgoing = Some(Outgoing {
                candidate: *candidate,
                signature,
                refused: false,
            });
            vec![Effect::Send(Message::Propose(Box::new(Proposal {
                update,
                commitment,
                signature,
            })))]
        }
        Signing::Acceptance(candidate, proposal) => {
            let Proposal {
                commitment,
                signature: peers,
                ..
            } = *proposal;
            let round = commitment.round;
            let state = CoSigned {
                commitment,
                signatures: party.side_by_side(signature, peers),
            };
            let agreed = party.adopt(*candidate, state.clone());
            vec![
                Effect::Persist(Record::CoSigned(state)),
                Effect::Send(Message::Accept { round, signature }),
                Effect::Report(Report::Agreed(Box::new(agreed))),
            ]
        }
        Signing::Close(close) => {
            party.closing = Some((close.clone(), signature));
            vec![Effect::Send(Message::ProposeClose { close, signature })]
        }
        Signing::CloseAcceptance(close) => {
            party.closing = Some((close, signature));
            vec![Effect::Send(Message::AcceptClose { signature })]
        }
    })
}
