//! The rule once more, written case by case: what docs/spec/oracles.md, 8.3, comes to.

use twinroot_feed::{Conflict, Observation, Signed};

use super::NONE;

/// How the two contradict each other.
pub(crate) fn conflict(one: &Signed, other: &Signed) -> Option<Conflict> {
    let place = |message: &Signed| {
        let said = message.observation();
        (said.epoch, said.seq)
    };
    if one.id() == other.id() {
        return None;
    }
    let (low, high) = if place(one) < place(other) {
        (one, other)
    } else {
        (other, one)
    };
    let (first, second) = (low.observation(), high.observation());
    if place(low) == place(high) || (is_next(first, second) && second.prev != low.id()) {
        return Some(Conflict::Fork);
    }
    if first.prev == high.id() || names_wrongly(low, second) || disagree(first, second) {
        return Some(Conflict::Link);
    }
    let since = if second.seq == 0 {
        second.t
    } else {
        second.prev_t
    };
    if first.t <= since {
        None
    } else if first.epoch == second.epoch {
        Some(Conflict::Time)
    } else {
        Some(Conflict::Clock)
    }
}

fn is_next(first: &Observation, second: &Observation) -> bool {
    first.epoch == second.epoch && first.seq + 1 == second.seq
}

fn names_wrongly(low: &Signed, second: &Observation) -> bool {
    let first = low.observation();
    let begins_later = second.seq == 0 && first.epoch < second.epoch;
    let rightly = (is_next(first, second) || begins_later) && second.prev_t == first.t;
    second.prev == low.id() && !rightly
}

/// Whether both name one message and cannot both be right about it.
fn disagree(first: &Observation, second: &Observation) -> bool {
    let possible = match (first.seq, second.seq) {
        (_, 0) => first.seq == 0 || first.epoch < second.epoch,
        _ => false,
    };
    let right = possible && first.prev_t == second.prev_t;
    first.prev == second.prev && first.prev != NONE && !right
}
