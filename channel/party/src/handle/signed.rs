//! The party's own signature is there.

use twinroot_types::Signature;
use twinroot_wire::{CoSigned, Message, Proposal, SignedClose};

use crate::Illegal;
use crate::effect::{Effect, Record, Report};
use crate::party::{HalfSigned, Party, Signing};

pub(crate) fn signed(party: &mut Party, signature: Signature) -> Result<Vec<Effect>, Illegal> {
    let signing = party.signing.as_ref().ok_or(Illegal::NothingToSign)?;
    let (side, keys) = (party.side, &party.keys);
    let own = match signing {
        Signing::Proposal(candidate) | Signing::Acceptance(candidate, _) => {
            keys.verify_commitment(side, &candidate.next.commitment, &signature)
        }
        Signing::Close(close) | Signing::CloseAcceptance(close, _) => {
            keys.verify_close_by(side, close, &signature)
        }
    };
    own.map_err(Illegal::WrongSignature)?;
    let Some(signing) = party.signing.take() else {
        return Err(Illegal::NothingToSign);
    };
    Ok(match signing {
        // The newest state is another one by now: the signature does not leave this party.
        Signing::Proposal(candidate) | Signing::Acceptance(candidate, _)
            if candidate.update.base != party.base() =>
        {
            let round = candidate.round();
            vec![Effect::Report(Report::Overtaken { round })]
        }
        Signing::Proposal(candidate) => {
            let update = candidate.update.clone();
            let commitment = candidate.next.commitment.clone();
            party.live.push(HalfSigned {
                candidate: *candidate,
                signature,
                forced: false,
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
        Signing::CloseAcceptance(close, peers) => {
            let signatures = party.side_by_side(signature, peers);
            party.agreed_close = Some(SignedClose {
                close: close.clone(),
                signatures,
            });
            party.closing = Some((close, signature));
            vec![Effect::Send(Message::AcceptClose { signature })]
        }
    })
}
