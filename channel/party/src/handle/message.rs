//! The peer says something (docs/spec/channel.md, 5.2 to 5.5). Nothing it says is an error here:
//! what is wrong is answered or ignored.

use twinroot_abi::Round;
use twinroot_exec::Execute;
use twinroot_rules::{CLOSE_WINDOW, Consent, Refusal, apply};
use twinroot_types::Signature;
use twinroot_wire::{Action, CoSigned, Message, MutualClose, Proposal, Reason, SignedClose};

use super::propose::candidate;
use crate::Illegal;
use crate::effect::{Effect, Question, Record, Report};
use crate::party::{Asked, Candidate, Party};

/// How far a peer's round may lie above the last one. A peer that lost its newest states signs above
/// a gap; one that skips further would use the rounds up.
const ROUND_GAP: u64 = 1 << 32;

pub(crate) fn message(
    party: &mut Party,
    message: Message,
    execute: &dyn Execute,
) -> Result<Vec<Effect>, Illegal> {
    match message {
        Message::Propose(proposal) => proposed(party, proposal, execute),
        Message::Accept { round, signature } => Ok(accepted(party, round, signature)),
        Message::Refuse { round, reason } => Ok(refused(party, round, reason)),
        Message::ProposeClose { close, signature } => Ok(close_proposed(party, close, signature)),
        Message::AcceptClose { signature } => Ok(close_accepted(party, signature)),
    }
}

/// Carries the step out and compares before anything is asked or signed.
fn proposed(
    party: &mut Party,
    proposal: Box<Proposal>,
    execute: &dyn Execute,
) -> Result<Vec<Effect>, Illegal> {
    let round = proposal.commitment.round;
    match check(party, &proposal, execute)? {
        Ok(candidate) => {
            let receipts = candidate.receipts.clone();
            // The peer has signed this round; a later proposal of ours must go above it.
            party.last_round = round;
            party.asked = Some(Asked::Step(Box::new(candidate), proposal.clone()));
            Ok(vec![Effect::Ask(Question::Step { proposal, receipts })])
        }
        Err(reason) => Ok(refuse(round, reason)),
    }
}

fn check(
    party: &Party,
    proposal: &Proposal,
    execute: &dyn Execute,
) -> Result<Result<Candidate, Reason>, Illegal> {
    let Proposal {
        update,
        commitment,
        signature,
    } = proposal;
    let peer = party.side.other();
    let gap = commitment.round.0.checked_sub(party.last_round.0);
    let in_order =
        gap.is_some_and(|gap| gap > 0 && gap <= ROUND_GAP) && update.base == party.base();
    let free = party.signing.is_none() && party.closing_until().is_none();
    if !in_order || !free || update.proposer != peer {
        return Ok(Err(Reason::OutOfOrder));
    }
    if !party.may_pin(update.env) {
        return Ok(Err(Reason::Environment));
    }
    if party
        .keys
        .verify_commitment(peer, commitment, signature)
        .is_err()
    {
        return Ok(Err(Reason::Signature));
    }
    Ok(
        match apply(&party.tip, update, Consent::Both, &party.codes, execute) {
            Err(Refusal { reason, .. }) if reason.is_machine() => {
                return Err(Illegal::Machine(reason.to_string()));
            }
            Err(Refusal { reason, .. }) => Err(Reason::Rules(reason.to_string())),
            Ok(applied) if applied.next.commitment != *commitment => Err(Reason::Mismatch),
            Ok(applied) => Ok(candidate(applied, update.clone())),
        },
    )
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

fn accepted(party: &mut Party, round: Round, signature: Signature) -> Vec<Effect> {
    let Some(place) = party
        .live
        .iter()
        .position(|half| half.candidate.round() == round)
    else {
        return Vec::new();
    };
    let commitment = &party.live[place].candidate.next.commitment;
    let peer = party.side.other();
    if party
        .keys
        .verify_commitment(peer, commitment, &signature)
        .is_err()
    {
        return Vec::new();
    }
    let half = party.live.remove(place);
    let state = CoSigned {
        commitment: half.candidate.next.commitment.clone(),
        signatures: party.side_by_side(half.signature, signature),
    };
    let agreed = party.adopt(half.candidate, state.clone());
    vec![
        Effect::Persist(Record::CoSigned(state)),
        Effect::Report(Report::Agreed(Box::new(agreed))),
    ]
}

fn refused(party: &Party, round: Round, reason: Reason) -> Vec<Effect> {
    let step = party
        .live
        .iter()
        .any(|half| half.candidate.round() == round);
    let close = party.closing.iter().any(|(close, _)| close.round == round);
    if step || close {
        vec![Effect::Report(Report::PeerRefused { round, reason })]
    } else {
        Vec::new()
    }
}

/// The end is asked about only if it is at the newest state, pays what that state pays, does not
/// bind for long, and nothing else of this party is open to the peer's choice.
fn close_proposed(party: &mut Party, close: MutualClose, signature: Signature) -> Vec<Effect> {
    let peer = party.side.other();
    let signed = party.keys.verify_close_by(peer, &close, &signature).is_ok();
    let latest = party.now().height.0.saturating_add(CLOSE_WINDOW);
    let newest = close == party.close_at(close.expiry) && close.expiry.0 <= latest;
    let free = party.signing.is_none() && party.live.is_empty() && party.closing_until().is_none();
    if !signed || !newest || !free {
        return refuse(close.round, Reason::OutOfOrder);
    }
    party.asked = Some(Asked::Close(close.clone(), signature));
    vec![Effect::Ask(Question::Close(close))]
}

fn close_accepted(party: &mut Party, signature: Signature) -> Vec<Effect> {
    let Some((close, own)) = party.closing.clone() else {
        return Vec::new();
    };
    let peer = party.side.other();
    if party
        .keys
        .verify_close_by(peer, &close, &signature)
        .is_err()
    {
        return Vec::new();
    }
    let signatures = party.side_by_side(own, signature);
    let agreed = SignedClose { close, signatures };
    party.agreed_close = Some(agreed.clone());
    vec![Effect::Post(Box::new(Action::CloseMutual(agreed)))]
}
