//! The party's own signature is there.

use twinroot_abi::{Hash, Round};
use twinroot_types::Signature;
use twinroot_wire::{CoSigned, Ground, Message, Proposal};

use super::adopt::adopt;
use super::close::signed_agreement;
use crate::Illegal;
use crate::effect::{Effect, Report};
use crate::party::Party;

pub(crate) fn signed(
    party: &mut Party,
    what: Hash,
    signature: Signature,
) -> Result<Vec<Effect>, Illegal> {
    let accepting = party
        .accepting
        .take_if(|(candidate, _)| candidate.hash == what);
    if let Some((candidate, proposal)) = accepting {
        let round = candidate.round();
        if candidate.update.base != party.tip_hash() {
            return Ok(overtaken(round));
        }
        let peers = proposal.signature;
        let state = CoSigned {
            commitment: proposal.commitment,
            signatures: party.side_by_side(signature, peers),
        };
        let mut effects = adopt(party, *candidate, Ground::CoSigned(state));
        // Right behind the record of both signatures, and before anybody is told.
        effects.insert(1, Effect::Send(Message::Accept { round, signature }));
        return Ok(effects);
    }
    let unsigned = party
        .live
        .iter()
        .position(|half| half.signature.is_none() && half.candidate.hash == what);
    if let Some(place) = unsigned {
        return Ok(signed_proposal(party, place, signature));
    }
    let bound = party.bound.as_ref();
    if bound.is_some_and(|bound| bound.own.is_none() && bound.what.to_sign().hash() == what) {
        return Ok(signed_agreement(party, signature));
    }
    Err(Illegal::NothingToSign)
}

fn signed_proposal(party: &mut Party, place: usize, signature: Signature) -> Vec<Effect> {
    let tip = party.tip_hash();
    let half = &mut party.live[place];
    half.signature = Some(signature);
    if half.candidate.update.base != tip {
        let round = half.candidate.round();
        // What an earlier life may have sent can be signed by the peer, sent again or not.
        if !half.maybe_sent {
            party.live.remove(place);
        }
        return overtaken(round);
    }
    vec![Effect::Send(Message::Propose(Box::new(Proposal {
        update: half.candidate.update.clone(),
        commitment: half.candidate.next.commitment.clone(),
        signature,
    })))]
}

/// The newest state is another one by now: the signature does not leave this party.
fn overtaken(round: Round) -> Vec<Effect> {
    vec![Effect::Report(Report::Overtaken { round })]
}
