//! The peer says something (docs/spec/channel.md, 5.2 to 5.5). Nothing it says is an error here:
//! what is wrong is answered or ignored.

use twinroot_abi::Round;
use twinroot_exec::Execute;
use twinroot_rules::{Consent, apply};
use twinroot_types::Signature;
use twinroot_wire::{Action, CoSigned, Message, MutualClose, Proposal, Reason, SignedClose};

use super::propose::candidate;
use crate::effect::{Effect, Question, Record, Report};
use crate::party::{Asked, Candidate, Party};

/// How far a peer's round may lie above the last one. A peer that lost its newest states signs above
/// a gap; one that skips further would use the rounds up.
const ROUND_GAP: u64 = 1 << 32;

pub(crate) fn message(party: &mut Party, message: Message, execute: &dyn Execute) -> Vec<Effect> {
    match message {
        Message::Propose(proposal) => proposed(party, proposal, execute),
        Message::Accept { round, signature } => accepted(party, round, &signature),
        Message::Refuse { round, reason } => refused(party, round, reason),
        Message::ProposeClose { close, signature } => close_proposed(party, close, &signature),
        Message::AcceptClose { signature } => close_accepted(party, &signature),
    }
}

/// Carries the step out and compares before anything is asked or signed.
fn proposed(party: &mut Party, proposal: Box<Proposal>, execute: &dyn Execute) -> Vec<Effect> {
    let round = proposal.commitment.round;
    match check(party, &proposal, execute) {
        Ok(candidate) => {
            let receipts = candidate.receipts.clone();
            // The peer has signed this round; a later proposal of ours must go above it.
            party.last_round = round;
            party.asked = Some(Asked::Step(Box::new(candidate), proposal.clone()));
            vec![Effect::Ask(Question::Step { proposal, receipts })]
        }
        Err(reason) => refuse(round, reason),
    }
}

fn check(party: &Party, proposal: &Proposal, execute: &dyn Execute) -> Result<Candidate, Reason> {
    let Proposal {
        update,
        commitment,
        signature,
    } = proposal;
    let peer = party.side.other();
    let rounds = commitment.round > party.last_round
        && commitment.round.0.saturating_sub(party.last_round.0) <= ROUND_GAP;
    let closing = party.closing_until().is_some();
    if party.busy() || closing || !rounds || update.proposer != peer || update.base != party.base()
    {
        return Err(Reason::OutOfOrder);
    }
    if !party.may_pin(update.env) {
        return Err(Reason::Environment);
    }
    party
        .keys
        .verify_commitment(peer, commitment, signature)
        .map_err(|_| Reason::Signature)?;
    let applied = apply(&party.tip, update, Consent::Both, &party.codes, execute)
        .map_err(|refusal| Reason::Rules(refusal.reason.to_string()))?;
    if applied.next.commitment != *commitment {
        return Err(Reason::Mismatch);
    }
    Ok(candidate(applied, update.clone()))
}

pub(crate) fn refuse(round: Round, reason: Reason) -> Vec<Effect> {
    vec![
        Effect::Send(Message::Refuse {
            round,
            reason: reason.clone(),
        }),
        Effect::Report(Report::Refused { round, reason }),
    ]
}

fn accepted(party: &mut Party, round: Round, signature: &Signature) -> Vec<Effect> {
    let Some(live) = party
        .outgoing
        .take_if(|live| live.candidate.next.commitment.round == round)
    else {
        return Vec::new();
    };
    let commitment = live.candidate.next.commitment.clone();
    if party
        .keys
        .verify_commitment(party.side.other(), &commitment, signature)
        .is_err()
    {
        party.outgoing = Some(live);
        return Vec::new();
    }
    let signatures = party.side_by_side(live.signature, *signature);
    let state = CoSigned {
        commitment,
        signatures,
    };
    let agreed = party.adopt(live.candidate, state.clone());
    vec![
        Effect::Persist(Record::CoSigned(state)),
        Effect::Report(Report::Agreed(Box::new(agreed))),
    ]
}

fn refused(party: &mut Party, round: Round, reason: Reason) -> Vec<Effect> {
    match &mut party.outgoing {
        Some(live) if live.candidate.next.commitment.round == round => {
            live.refused = true;
            vec![Effect::Report(Report::PeerRefused { round, reason })]
        }
        _ => Vec::new(),
    }
}

/// The end is asked about only if it is at the newest state and pays what that state pays.
fn close_proposed(party: &mut Party, close: MutualClose, signature: &Signature) -> Vec<Effect> {
    let signed = party
        .keys
        .verify_close_by(party.side.other(), &close, signature);
    if party.busy() || close != party.close_at(close.expiry) || signed.is_err() {
        return refuse(close.round, Reason::OutOfOrder);
    }
    party.asked = Some(Asked::Close(close.clone()));
    vec![Effect::Ask(Question::Close(close))]
}

fn close_accepted(party: &mut Party, signature: &Signature) -> Vec<Effect> {
    let Some((close, own)) = party.closing.clone() else {
        return Vec::new();
    };
    if party
        .keys
        .verify_close_by(party.side.other(), &close, signature)
        .is_err()
    {
        return Vec::new();
    }
    let signatures = party.side_by_side(own, *signature);
    vec![Effect::Post(Box::new(Action::CloseMutual(SignedClose {
        close,
        signatures,
    })))]
}
