//! The end of the channel, and what else needs both signatures on a transaction
//! (docs/spec/channel.md, 6 and 7).

use twinroot_abi::{Hash, Height};
use twinroot_types::Signature;
use twinroot_wire::{Action, Message, MutualClose, Proposal, Reason};

use super::duty::{agreed, post};
use super::message::cut;
use super::propose::check_expiry;
use crate::Illegal;
use crate::effect::{Effect, Question, Record, Report, ToSign};
use crate::held::{Agreement, Asked, Bound, Duty};
use crate::party::Party;

pub(crate) fn propose_close(party: &mut Party, expiry: Height) -> Result<Vec<Effect>, Illegal> {
    party.check_unbound()?;
    if let Some(half) = party.live.first() {
        let round = half.candidate.round();
        return Err(Illegal::HalfSigned { round });
    }
    check_expiry(party, expiry)?;
    let close = close_at(party, expiry);
    party.asked = None;
    Ok(bind(party, close, None))
}

/// The mutual close at the newest state.
fn close_at(party: &Party, expiry: Height) -> MutualClose {
    let tip = &party.tip().commitment;
    MutualClose {
        chain: tip.chain,
        channel: tip.channel,
        version: tip.version,
        standing: party.standing(),
        payout: tip.payout,
        expiry,
    }
}

/// Has a close signed; from here on the party may have signed it.
fn bind(party: &mut Party, close: MutualClose, peers: Option<Signature>) -> Vec<Effect> {
    let before = party.bound.as_ref().map_or(Height(0), |bound| bound.until);
    party.bound = Some(Bound {
        until: close.expiry.max(before),
        what: Agreement::Close(close.clone()),
        own: None,
        peers,
        mine: peers.is_none(),
    });
    vec![
        Effect::Persist(Record::Closing(Box::new(close.clone()), peers)),
        Effect::Sign(ToSign::Close(close)),
    ]
}

/// The end is asked about only if it is at the newest state, pays what that state pays, does not
/// bind for long, and nothing else of this party is open to the peer's choice
/// (docs/spec/channel.md, 6.3).
pub(crate) fn close_proposed(
    party: &mut Party,
    close: MutualClose,
    signature: Signature,
) -> Vec<Effect> {
    let peer = party.side.other();
    let newest = close == close_at(party, close.expiry);
    let good = newest
        && party.live.is_empty()
        && check_expiry(party, close.expiry).is_ok()
        && party.keys.verify_close_by(peer, &close, &signature).is_ok();
    if !good {
        return refuse_close(&close, Reason::OutOfOrder);
    }
    match &party.bound {
        // It was answered, and the answer was lost.
        Some(Bound {
            what: Agreement::Close(own),
            own: Some(signature),
            ..
        }) if *own == close && party.bound.as_ref().is_some_and(|bound| !bound.mine) => {
            let signature = *signature;
            vec![Effect::Send(Message::AcceptClose { signature })]
        }
        // Both want the same end, and only its last height differs: there is nothing to ask.
        Some(Bound {
            what: Agreement::Close(own),
            own: Some(_),
            ..
        }) if own.standing == close.standing => accept_close(party, close, signature),
        _ if party.check_unbound().is_err() => refuse_close(&close, Reason::Busy),
        _ => {
            let asked = match &party.asked {
                Some(Asked::Close(asked, _)) => *asked == close,
                _ => false,
            };
            party.asked = Some(Asked::Close(close.clone(), signature));
            let question = Effect::Ask(Question::Close(close));
            if asked { Vec::new() } else { vec![question] }
        }
    }
}

pub(crate) fn refuse_close(close: &MutualClose, reason: Reason) -> Vec<Effect> {
    let round = close.standing.round;
    vec![
        Effect::Send(Message::RefuseClose {
            close: close.hash(),
            reason: reason.clone(),
        }),
        Effect::Report(Report::Refused { round, reason }),
    ]
}

pub(crate) fn accept_close(party: &mut Party, close: MutualClose, peers: Signature) -> Vec<Effect> {
    bind(party, close, Some(peers))
}

/// The peer has signed the close that this party proposed.
pub(crate) fn close_accepted(party: &mut Party, signature: Signature) -> Vec<Effect> {
    let peer = party.side.other();
    let good = match &party.bound {
        Some(Bound {
            what: Agreement::Close(close),
            own: Some(_),
            peers: None,
            ..
        }) => party.keys.verify_close_by(peer, close, &signature).is_ok(),
        _ => false,
    };
    if good {
        complete(party, signature)
    } else {
        Vec::new()
    }
}

pub(crate) fn close_refused(party: &Party, close: Hash, reason: Reason) -> Vec<Effect> {
    let round = party.bound.as_ref().and_then(|bound| match &bound.what {
        Agreement::Close(own) if own.hash() == close => Some(own.standing.round),
        _ => None,
    });
    let reason = cut(reason);
    round
        .map(|round| {
            Effect::Report(Report::PeerRefused {
                round,
                operations: Vec::new(),
                reason,
            })
        })
        .into_iter()
        .collect()
}

/// This party's signature of what it is bound by is there.
pub(crate) fn signed_agreement(party: &mut Party, signature: Signature) -> Vec<Effect> {
    let now = party.now().height;
    let Some(bound) = party.bound.as_mut() else {
        return Vec::new();
    };
    bound.own = Some(signature);
    let message = match &bound.what {
        Agreement::Close(close) if bound.mine => Message::ProposeClose {
            close: close.clone(),
            signature,
        },
        Agreement::Close(_) => Message::AcceptClose { signature },
        Agreement::Fund(candidate) if bound.mine => Message::Propose(Box::new(Proposal {
            update: candidate.update.clone(),
            commitment: candidate.next.commitment.clone(),
            signature,
        })),
        Agreement::Fund(candidate) => Message::Accept {
            round: candidate.round(),
            signature,
        },
    };
    if !bound.mine {
        // The proposer posts it; this party only if that does not happen in a while.
        let round = party.base.ground.round();
        party.posted.insert(Duty::Agreement, (round, now));
    }
    vec![Effect::Send(message)]
}

/// Both have signed: this party posts it.
pub(crate) fn complete(party: &mut Party, peers: Signature) -> Vec<Effect> {
    if let Some(bound) = party.bound.as_mut() {
        bound.peers = Some(peers);
    }
    let round = party.base.ground.round();
    agreed(party)
        .and_then(|(action, _)| post(party, Duty::Agreement, round, action))
        .into_iter()
        .collect()
}

/// Closes (docs/spec/channel.md, 7.5) as both agreed, if they did and that is still possible; else at the newest co-signed
/// state, or at the one that the ledger knows where that is as new.
pub(crate) fn close_solo(party: &mut Party) -> Vec<Effect> {
    let now = party.now().height;
    let action = match agreed(party) {
        Some((action @ Action::CloseMutual(_), expiry)) if expiry >= now => action,
        _ => Action::CloseSolo {
            channel: party.tip().commitment.channel,
            state: party.postable().cloned(),
        },
    };
    vec![Effect::Post(Box::new(action))]
}

/// Lets the ledger know the newest state, so that nothing older can be closed at.
pub(crate) fn snapshot(party: &Party) -> Result<Vec<Effect>, Illegal> {
    let state = party.postable().cloned().ok_or(Illegal::NothingToDo)?;
    Ok(vec![Effect::Post(Box::new(Action::Snapshot {
        channel: state.commitment.channel,
        state,
    }))])
}
