//! The user wants the channel to end (docs/spec/channel.md, 6).

use twinroot_abi::Height;
use twinroot_wire::Action;

use crate::Illegal;
use crate::effect::{Effect, Record, ToSign};
use crate::party::{Party, Signing};

pub(crate) fn propose_close(party: &mut Party, expiry: Height) -> Result<Vec<Effect>, Illegal> {
    if party.signing.is_some() {
        return Err(Illegal::Busy);
    }
    if let Some(live) = &party.outgoing {
        return Err(Illegal::HalfSigned {
            round: live.candidate.next.commitment.round,
        });
    }
    let close = party.close_at(expiry);
    party.signing = Some(Signing::Close(close.clone()));
    Ok(vec![
        Effect::Persist(Record::SigningClose(close.clone())),
        Effect::Sign(ToSign::Close(close)),
    ])
}

/// Closes at the newest co-signed state, or at the one the ledger knows where that is as new.
pub(crate) fn close_solo(party: &Party) -> Vec<Effect> {
    let state = party
        .newest
        .clone()
        .filter(|state| state.commitment.round > party.on_chain);
    vec![Effect::Post(Box::new(Action::CloseSolo {
        channel: party.tip.commitment.channel,
        state,
    }))]
}
