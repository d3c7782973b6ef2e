//! The peer wants a step (docs/spec/channel.md, 5.2).

use twinroot_abi::Round;
use twinroot_exec::Execute;
use twinroot_rules::{Consent, Refusal, Refused, apply};
use twinroot_wire::{Ground, Message, Operation, Proposal, Reason};

use super::adopt::adopt;
use super::afford::unaffordable;
use super::decide::accept;
use super::hello::hello;
use super::propose::{candidate, check_expiry, make};
use crate::effect::{Effect, Question, Report};
use crate::held::{Agreement, Asked, Candidate};
use crate::party::Party;
use crate::{Illegal, Otherwise};

/// Rounds that a peer may skip at once. It may skip some, if it lost its newest states; but one
/// that skips further would use the rounds up.
pub(crate) const ROUND_GAP: u64 = 1 << 49;
/// Characters of a refusal that are told to the peer.
pub(crate) const REASON_CHARACTERS: usize = 200;

/// Carries the step out and compares before anything is asked or signed.
pub(crate) fn proposed(
    party: &mut Party,
    proposal: Box<Proposal>,
    execute: &dyn Execute,
) -> Result<Vec<Effect>, Illegal> {
    if let Some(effects) = again(party, &proposal) {
        return Ok(effects);
    }
    let round = proposal.commitment.round;
    let refused = |reason| Ok(refuse(round, reason));
    if proposal.update.proposer != party.side.other() {
        return refused(Reason::OutOfOrder);
    }
    if party.check_free().is_err() {
        return refused(Reason::Busy);
    }
    if proposal.update.base != party.tip_hash() {
        // One of the two lacks a state: the other can tell it.
        let mut effects = refuse(round, Reason::OutOfOrder);
        effects.push(hello(party, true));
        return Ok(effects);
    }
    if round <= party.last_round {
        return collided(party, round, execute);
    }
    if round.0 > party.last_round.0.saturating_add(ROUND_GAP) {
        return refused(Reason::OutOfOrder);
    }
    match check(party, &proposal, execute)? {
        Checked::Good(candidate) => take(party, candidate, proposal),
        Checked::Bad(reason) => refused(reason),
        Checked::LacksCode(effects) => Ok(effects),
    }
}

/// What became of a proposal that was looked into.
enum Checked {
    Good(Box<Candidate>),
    Bad(Reason),
    LacksCode(Vec<Effect>),
}

/// A proposal that was dealt with already: an answer that was lost is given again.
fn again(party: &Party, proposal: &Proposal) -> Option<Vec<Effect>> {
    let commitment = &proposal.commitment;
    let round = commitment.round;
    if *commitment == party.base.position.commitment {
        let signatures = match &party.base.ground {
            Ground::Terms => return Some(Vec::new()),
            Ground::CoSigned(state) => &state.signatures,
            Ground::Funding(signed) => &signed.signatures,
        };
        let signature = signatures[party.side.index()];
        return Some(vec![Effect::Send(Message::Accept { round, signature })]);
    }
    if let Some(bound) = &party.bound
        && let Agreement::Fund(candidate) = &bound.what
        && candidate.is(commitment)
    {
        let accept = |signature| Effect::Send(Message::Accept { round, signature });
        return Some(bound.own.map(accept).into_iter().collect());
    }
    let is_asked = match &party.asked {
        Some(Asked::Step(candidate, _)) => candidate.is(commitment),
        _ => false,
    };
    let is_accepting = party
        .accepting
        .as_ref()
        .is_some_and(|(candidate, _)| candidate.is(commitment));
    if is_asked || is_accepting {
        return Some(Vec::new());
    }
    if party
        .declined
        .is_some_and(|declined| declined == commitment.hash())
    {
        let reason = Reason::Declined;
        return Some(vec![Effect::Send(Message::Refuse { round, reason })]);
    }
    None
}

/// The round is taken. Where this party has proposed in it as well, the two have crossed: one of
/// them goes first, and proposes again in a higher round (docs/spec/channel.md, 5.8).
fn collided(
    party: &mut Party,
    round: Round,
    execute: &dyn Execute,
) -> Result<Vec<Effect>, Illegal> {
    let own = newest_own(party).filter(|(highest, _)| *highest == round);
    match own {
        Some((_, operations)) if party.goes_first() && may_propose_again(party) => {
            make(party, operations, execute)
        }
        _ => Ok(vec![Effect::Send(Message::Refuse {
            round,
            reason: Reason::Taken(party.last_round),
        })]),
    }
}

/// The peer has seen a signature of this round or a higher one: what this party proposed last goes
/// above it, unless the peer's own step is being looked at, which goes first.
pub(crate) fn taken(
    party: &mut Party,
    round: Round,
    last: Round,
    execute: &dyn Execute,
) -> Result<Vec<Effect>, Illegal> {
    let near = last.0 <= party.last_round.0.saturating_add(ROUND_GAP);
    let own = newest_own(party).filter(|(highest, _)| near && *highest == round);
    let Some((_, operations)) = own else {
        return Ok(Vec::new());
    };
    // Also where nothing goes out by itself: what its user does next is to lie above it.
    party.last_round = party.last_round.max(last);
    if party.asked.is_none() && may_propose_again(party) && party.check_free().is_ok() {
        make(party, operations, execute)
    } else {
        Ok(Vec::new())
    }
}

/// Half-signed steps are kept until a higher round is co-signed, so a peer that only ever asks for
/// higher ones could fill the memory.
const REPEATS: usize = 8;

pub(crate) fn may_propose_again(party: &Party) -> bool {
    party.live.len() < REPEATS && party.check_time().is_ok()
}

/// The newest proposal of this party that rests on the newest state.
fn newest_own(party: &Party) -> Option<(Round, Vec<Operation>)> {
    let tip = party.tip_hash();
    party
        .live
        .iter()
        .filter(|half| half.candidate.update.base == tip)
        .max_by_key(|half| half.candidate.round())
        .map(|half| (half.candidate.round(), half.candidate.operations().to_vec()))
}

fn check(party: &Party, proposal: &Proposal, execute: &dyn Execute) -> Result<Checked, Illegal> {
    let Proposal {
        update,
        commitment,
        signature,
    } = proposal;
    let bad = |reason| Ok(Checked::Bad(reason));
    if !party.may_pin(update.env) {
        return bad(Reason::Environment);
    }
    if let Some((_, coins)) = update.moves()
        && (!party.live.is_empty() || check_expiry(party, coins.expiry).is_err())
    {
        return bad(Reason::OutOfOrder);
    }
    let peer = party.side.other();
    let signed = super::funding(update, commitment, party.standing()).map_or_else(
        || party.keys.verify_commitment(peer, commitment, signature),
        |funding| party.keys.verify_funding_by(peer, &funding, signature),
    );
    if signed.is_err() {
        return bad(Reason::Signature);
    }
    let applied = match apply(party.tip(), update, Consent::Both, &party.codes, execute) {
        Ok(applied) => applied,
        Err(Refusal { reason, .. }) if reason.is_machine() => {
            return Err(Illegal::Machine(reason.to_string()));
        }
        Err(Refusal {
            reason: Refused::CodeUnknown { code, .. },
            ..
        }) => {
            return Ok(Checked::LacksCode(vec![Effect::Send(Message::WantCode(
                code,
            ))]));
        }
        Err(Refusal { reason, .. }) => {
            let text = reason.to_string().chars().take(REASON_CHARACTERS).collect();
            return bad(Reason::Rules(text));
        }
    };
    if applied.next.commitment != *commitment {
        return bad(Reason::Mismatch);
    }
    if party.policy.guarantee.otherwise == Otherwise::Refuse
        && unaffordable(party, &applied.next).is_some()
    {
        return bad(Reason::Unaffordable);
    }
    let candidate = candidate(applied, update.clone(), party.standing());
    Ok(Checked::Good(Box::new(candidate)))
}

/// The peer has signed this round; a later proposal of this party must go above it.
fn take(
    party: &mut Party,
    candidate: Box<Candidate>,
    proposal: Box<Proposal>,
) -> Result<Vec<Effect>, Illegal> {
    party.last_round = candidate.round();
    let base = &party.tip().commitment;
    // A step that does nothing but take back is nothing to ask about.
    let by_itself =
        candidate.operations().is_empty() || party.policy.signs(party.side, base, &candidate);
    let stake = [base, &candidate.next.commitment].map(|state| state.payout[party.side.index()]);
    let mut effects = Vec::new();
    if party.policy.guarantee.otherwise == Otherwise::Warn {
        effects.extend(unaffordable(party, &candidate.next).map(Effect::Report));
    }
    if by_itself {
        effects.extend(accept(party, candidate, proposal));
        return Ok(effects);
    }
    let creates = candidate
        .operations()
        .iter()
        .filter_map(|operation| match operation {
            Operation::Create { code, .. } => Some(*code),
            _ => None,
        });
    effects.push(Effect::Ask(Question::Step {
        proposal: proposal.clone(),
        receipts: candidate.receipts.clone(),
        stake,
        creates: creates.collect(),
    }));
    party.asked = Some(Asked::Step(candidate, proposal));
    Ok(effects)
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

/// The peer has signed what this party proposed (docs/spec/channel.md, 5.4).
pub(crate) fn accepted(
    party: &mut Party,
    round: Round,
    signature: twinroot_types::Signature,
) -> Vec<Effect> {
    let peer = party.side.other();
    if let Some(bound) = &party.bound
        && let Agreement::Fund(candidate) = &bound.what
        && candidate.round() == round
    {
        if candidate.verify(&party.keys, peer, &signature).is_ok() {
            return super::close::complete(party, signature);
        }
        return Vec::new();
    }
    let place = party
        .live
        .iter()
        .position(|half| half.candidate.round() == round);
    let Some((place, own)) = place.and_then(|place| Some((place, party.live[place].signature?)))
    else {
        return unknown(party, round);
    };
    let candidate = &party.live[place].candidate;
    if candidate.verify(&party.keys, peer, &signature).is_err() {
        return Vec::new();
    }
    let candidate = party.live.remove(place).candidate;
    let state = twinroot_wire::CoSigned {
        commitment: candidate.next.commitment.clone(),
        signatures: party.side_by_side(own, signature),
    };
    adopt(party, candidate, Ground::CoSigned(state))
}

/// What the peer accepts may have been proposed in a life that was lost: then the peer has a newer state.
fn unknown(party: &Party, round: Round) -> Vec<Effect> {
    if round > party.base.position.commitment.round {
        vec![hello(party, true)]
    } else {
        Vec::new()
    }
}
