//! The user wants the channel to end (docs/spec/channel.md, 6).

use twinroot_abi::Height;
use twinroot_rules::{CLOSE_WINDOW, Standing};
use twinroot_wire::{Action, SignedClose};

use crate::Illegal;
use crate::effect::{Effect, Record, ToSign};
use crate::party::{Party, Signing};

pub(crate) fn propose_close(party: &mut Party, expiry: Height) -> Result<Vec<Effect>, Illegal> {
    if party.signing.is_some() {
        return Err(Illegal::Busy);
    }
    if let Some(until) = party.closing_until() {
        return Err(Illegal::Closing { until });
    }
    if let Some(half) = party.live.first() {
        let round = half.candidate.round();
        return Err(Illegal::HalfSigned { round });
    }
    let latest = Height(party.now().height.0.saturating_add(CLOSE_WINDOW));
    if expiry > latest {
        return Err(Illegal::Expiry { latest });
    }
    let close = party.close_at(expiry);
    party.asked = None;
    party.signing = Some(Signing::Close(close.clone()));
    Ok(vec![
        Effect::Persist(Record::SigningClose(close.clone())),
        Effect::Sign(ToSign::Close(close)),
    ])
}

/// Closes as both agreed, if they did; else at the newest co-signed state, or at the one the ledger
/// knows where that is as new.
pub(crate) fn close_solo(party: &Party) -> Vec<Effect> {
    let now = party.now().height;
    let postable = |agreed: &SignedClose| {
        let close = &agreed.close;
        let standing = Standing {
            round: close.round,
            forced: close.forced,
        };
        close.expiry >= now && standing >= party.standing
    };
    let agreed = party.agreed_close.clone().filter(postable);
    let action = match agreed {
        Some(agreed) => Action::CloseMutual(agreed),
        None => Action::CloseSolo {
            channel: party.tip.commitment.channel,
            state: party
                .newest
                .clone()
                .filter(|state| state.commitment.round > party.on_chain),
        },
    };
    vec![Effect::Post(Box::new(action))]
}
