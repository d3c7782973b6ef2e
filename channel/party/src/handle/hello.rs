//! Finding each other again (docs/spec/channel.md, 5.10).

use twinroot_abi::Round;
use twinroot_wire::{Ground, Hello, Message, Proposal};

use super::adopt::adopt;
use super::behind::{fall_behind, fetch, skip_lost_rounds, want_code};
use super::note::{first, heard, say_again, skip};
use super::proposed::ROUND_GAP;
use crate::effect::Effect;
use crate::held::Agreement;
use crate::party::Party;

/// Where this party stands.
pub(crate) fn hello(party: &Party, answer: bool) -> Effect {
    Effect::Send(Message::Hello(Box::new(Hello {
        newest: party.newest.clone(),
        last_round: party.last_round,
        heard: party.notes.heard,
        notes_from: first(party),
        answer,
    })))
}

/// The peer can be reached again: it is told where this party stands, and what was not answered.
///
/// Only here and with time is anything said again. If a greeting alone led to it, two parties that
/// look at different blocks would greet and refuse each other without an end.
pub(crate) fn connected(party: &Party) -> Vec<Effect> {
    let mut effects = vec![hello(party, true)];
    effects.extend(want_code(party));
    effects.extend(ask_again(party));
    effects.extend(say_again(party));
    effects
}

/// Time has passed: says again what was not answered.
pub(crate) fn tick(party: &mut Party) -> Vec<Effect> {
    party.gave = None;
    let mut effects = Vec::new();
    let lost = party.behind.is_some() || party.doubtful;
    if lost {
        effects.push(hello(party, true));
    }
    effects.extend(fetch(party));
    effects.extend(want_code(party));
    effects.extend(ask_again(party));
    effects.extend(say_again(party));
    effects
}

/// The peer says where it stands.
pub(crate) fn greeted(party: &mut Party, hello: Hello) -> Vec<Effect> {
    let mut effects = Vec::new();
    if hello.answer {
        effects.push(self::hello(party, false));
    }
    let near = |from: Round| hello.last_round.0 <= from.0.saturating_add(ROUND_GAP);
    // However far above a copy of long ago it is: what this party has signed itself is no trick of the peer.
    let is_known = near(party.last_round) || signed_by_both(party, &hello).is_some_and(near);
    if !is_known {
        return effects;
    }
    effects.extend(learn(party, &hello));
    // Only whoever lost something can learn here which rounds it may have signed. For any other party
    // the peer's last round may be one of a proposal that is still on its way, and not to be refused.
    if party.doubtful {
        party.last_round = party.last_round.max(hello.last_round);
        if party.behind.is_none() {
            effects.push(skip_lost_rounds(party));
        }
    }
    effects.extend(heard(party, hello.heard));
    effects.extend(skip(party, hello.notes_from));
    effects
}

/// Round of the peer's newest state, if that is newer than the one here and both have signed it.
fn signed_by_both(party: &Party, hello: &Hello) -> Option<Round> {
    let state = hello.newest.as_ref()?;
    let own = &party.base.position.commitment;
    // The two may have more channels, under the same keys.
    let newer = state.commitment.channel == own.channel && state.commitment.round > own.round;
    (newer && party.keys.verify_both(state).is_ok()).then_some(state.commitment.round)
}

/// The peer's newest state may be one that it has signed meanwhile, or one that was lost here.
fn learn(party: &mut Party, hello: &Hello) -> Vec<Effect> {
    let Some(state) = &hello.newest else {
        return Vec::new();
    };
    if signed_by_both(party, hello).is_none() {
        return Vec::new();
    }
    let ground = Ground::CoSigned(state.clone());
    match party.take_half_signed(&state.commitment) {
        Some(candidate) => adopt(party, candidate, ground),
        None => fall_behind(party, ground),
    }
}

/// What was proposed and not answered, in the very bytes of before.
fn ask_again(party: &Party) -> Vec<Effect> {
    let tip = party.tip_hash();
    let mut effects = Vec::new();
    let newest = party
        .live
        .iter()
        .filter(|half| half.candidate.update.base == tip)
        .max_by_key(|half| half.candidate.round());
    if let Some((half, signature)) = newest.and_then(|half| Some((half, half.signature?))) {
        effects.push(Effect::Send(Message::Propose(Box::new(Proposal {
            update: half.candidate.update.clone(),
            commitment: half.candidate.next.commitment.clone(),
            signature,
        }))));
    }
    effects.extend(party.bound.as_ref().and_then(|bound| {
        let signature = bound.own?;
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
        Some(Effect::Send(message))
    }));
    effects
}
