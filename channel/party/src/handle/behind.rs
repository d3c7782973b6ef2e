//! A newer state that both signed was lost here; the peer gives it back (docs/spec/channel.md, 5.10).

use std::collections::BTreeSet;
use std::ops::Bound;

use serde::Serialize;
use serde::de::DeserializeOwned;
use twinroot_abi::{CodeHash, Hash, Round};
use twinroot_exec::{Header, StateKey};
use twinroot_rules::{Position, contract_id};
use twinroot_state::{Changes, Read, State, Tree};
use twinroot_types::{Limits, decode};
use twinroot_wire::{Ground, LEAVES, Leaf, Message};

use crate::effect::{Checkpoint, Effect, Record, Report};
use crate::held::{Base, Behind};
use crate::party::Party;

/// Bytes of leaves in one message, at most.
const LEAVES_BYTES: usize = 256 * 1024;
/// Rounds that a party leaves free where it may have signed states that it has lost.
const LOST_ROUNDS: u64 = 1 << 24;
/// And rounds for each of its lives that may be lost altogether.
const LIFE_ROUNDS: u64 = 1 << 16;

/// There is a newer state. It can be closed at, but nothing can be built on it before it is here.
pub(crate) fn fall_behind(party: &mut Party, ground: Ground) -> Vec<Effect> {
    let round = ground.round();
    let known = party.behind.as_ref().map(|behind| behind.ground.round());
    if known >= Some(round) {
        return Vec::new();
    }
    let mut effects = Vec::new();
    if let Ground::CoSigned(state) = &ground {
        party.newest = Some(state.clone());
        effects.push(Effect::Persist(Record::CoSigned(Box::new(state.clone()))));
    }
    party.last_round = party.last_round.max(round);
    party.behind = Some(Behind {
        ground,
        at: party.now().height,
        leaves: Default::default(),
    });
    party.asked = None;
    effects.push(Effect::Report(Report::Behind { round }));
    effects.extend(fetch(party));
    effects
}

/// Asks for what is still missing. Below a deposit or a withdrawal there is nothing here to go back to, so
/// it is not built on before it is too deep to be lost (docs/spec/channel.md, 6.5).
pub(crate) fn fetch(party: &Party) -> Option<Effect> {
    let behind = party.behind.as_ref()?;
    if matches!(behind.ground, Ground::Funding(_))
        && !(party.is_on_ledger(behind.ground.round()) && party.is_over(behind.at))
    {
        return None;
    }
    let after = behind.leaves.keys().next_back().copied();
    Some(Effect::Send(Message::Fetch {
        round: behind.ground.round(),
        after,
    }))
}

/// The peer lacks a state: it gets the next leaves of it.
pub(crate) fn give(party: &Party, round: Round, after: Option<Hash>) -> Vec<Effect> {
    let base = &party.base.position;
    if base.commitment.round != round {
        return Vec::new();
    }
    let start = after.map_or(Bound::Unbounded, Bound::Excluded);
    let mut leaves = Vec::new();
    let mut bytes = 0_usize;
    let mut last = true;
    for (key, value) in base.state.leaves_from(start) {
        if leaves.len() == LEAVES || bytes > LEAVES_BYTES {
            last = false;
            break;
        }
        bytes = bytes.saturating_add(value.len());
        let value = value.to_vec();
        leaves.push(Leaf { key, value });
    }
    vec![Effect::Send(Message::Leaves {
        round,
        leaves,
        last,
    })]
}

/// A part of the lost state has come. Only the whole can be checked, against the root that both
/// signed; what does not fit is thrown away, and the peer is asked again from the beginning.
pub(crate) fn take(party: &mut Party, round: Round, leaves: Vec<Leaf>, last: bool) -> Vec<Effect> {
    let most = party.policy.leaves;
    let Some(behind) = party.behind.as_mut() else {
        return Vec::new();
    };
    let newest = behind.leaves.keys().next_back().copied();
    let follow = leaves
        .iter()
        .try_fold(newest, |before, leaf| {
            (Some(leaf.key) > before).then_some(Some(leaf.key))
        })
        .is_some();
    let room = behind.leaves.len().saturating_add(leaves.len()) <= most;
    if behind.ground.round() != round || !follow || !room {
        return Vec::new();
    }
    behind
        .leaves
        .extend(leaves.into_iter().map(|leaf| (leaf.key, leaf.value)));
    if last {
        complete(party)
    } else {
        fetch(party).into_iter().collect()
    }
}

fn complete(party: &mut Party) -> Vec<Effect> {
    let Some(behind) = party.behind.as_mut() else {
        return Vec::new();
    };
    let changes: Changes = std::mem::take(&mut behind.leaves)
        .into_iter()
        .map(|(key, value)| (key, Some(value.into())))
        .collect();
    let Some(commitment) = behind.ground.commitment().cloned() else {
        return Vec::new();
    };
    let state = match Tree::new().updated(&changes) {
        Ok(state) if state.root() == commitment.state_root => state,
        _ => return Vec::new(),
    };
    let round = commitment.round;
    party.base = Base::new(Position { commitment, state }, behind.ground.clone());
    party.undo_steps(0);
    let given_up = super::give_up(party);
    party.behind = None;
    party.funded = None;
    party.live.retain(|half| half.candidate.round() > round);
    party.lacking = unknown_codes(party);
    let above = skip_lost_rounds(party);
    let mut effects = vec![
        above,
        Effect::Persist(Record::Checkpoint(Box::new(checkpoint(party)))),
        Effect::Report(Report::CaughtUp { round }),
    ];
    effects.extend(given_up);
    effects.extend(want_code(party));
    effects
}

/// Asks for the next code that is missing.
pub(crate) fn want_code(party: &Party) -> Option<Effect> {
    let code = party.lacking.first()?;
    Some(Effect::Send(Message::WantCode(*code)))
}

/// Codes of its contracts that are not known here.
pub(crate) fn unknown_codes(party: &Party) -> BTreeSet<CodeHash> {
    let Position { commitment, state } = party.tip();
    let count: u64 = read(state, &StateKey::Counter).unwrap_or_default();
    (0..count)
        .filter_map(|number| {
            let contract = contract_id(commitment.channel, number);
            read::<Header>(state, &StateKey::Header(contract))
        })
        .map(|header| header.code)
        .filter(|code| !party.codes.contains_key(code))
        .collect()
}

fn read<T: Serialize + DeserializeOwned>(state: &Tree, key: &StateKey<'_>) -> Option<T> {
    let leaf = state.read(&key.hash()).ok().flatten()?;
    decode(&leaf, Limits::V1.value_bytes).ok()
}

/// Whatever was signed and lost lies below the next round.
pub(crate) fn skip_lost_rounds(party: &mut Party) -> Effect {
    party.doubtful = false;
    let gap = lost_numbers(party.salt);
    let above = party.last_round.0.saturating_add(gap);
    party.last_round = Round(above);
    Effect::Persist(Record::Above(party.last_round))
}

/// How many numbers are left free, of rounds and of notes alike, so that none is used twice.
pub(crate) fn lost_numbers(salt: u32) -> u64 {
    let lives = u64::from(salt).saturating_mul(LIFE_ROUNDS);
    LOST_ROUNDS.saturating_add(lives)
}

pub(crate) fn checkpoint(party: &Party) -> Checkpoint {
    let leaves = party.base.position.state.leaves_from(Bound::Unbounded);
    Checkpoint {
        ground: party.base.ground.clone(),
        newest: party.newest.clone(),
        leaves: leaves
            .map(|(key, value)| Leaf {
                key,
                value: value.to_vec(),
            })
            .collect(),
        last_round: party.last_round,
        heard: party.notes.heard,
        said: party.notes.set_apart,
    }
}
