//! A state that both signed is there: it is the newest from now on.

use std::mem;

use twinroot_wire::{Ground, Operation, Standing, Update};

use crate::effect::{Effect, Record, Report};
use crate::held::{Base, Behind, Candidate, Funded};
use crate::party::{Agreed, Party};

/// Takes a state over that both signed, and every half-signed one below it is void
/// (docs/spec/channel.md, 5.7).
pub(crate) fn adopt(party: &mut Party, candidate: Candidate, ground: Ground) -> Vec<Effect> {
    let record = match &ground {
        Ground::Funding(signed) => Record::Funded(Box::new(signed.clone())),
        Ground::CoSigned(state) => Record::CoSigned(Box::new(state.clone())),
        Ground::Terms => return Vec::new(),
    };
    let mut effects = vec![Effect::Persist(record)];
    let from = party.standing();
    let rests_elsewhere = candidate.update.base != party.tip_hash();
    effects.extend(give_way(party, &candidate));
    if from.forced > 0 && rests_elsewhere {
        let to = Standing::co_signed(candidate.round());
        effects.push(Effect::Report(Report::Undone { from, to }));
    }
    let has_lost_steps = party.lost.contains(&candidate.update.base);
    let undone = party.undo_steps(party.steps_below(candidate.update.base));
    if is_own(party, &candidate) {
        party.need_not_force(candidate.operations());
    }
    if has_lost_steps {
        effects.extend(give_up(party));
    }
    // The peer is there, and may sign what this has beaten sooner than the ledger carries it out again. What was to be forced
    // and was not there yet is its user's: it comes by force only.
    for operations in undone {
        if party.redo.contains(&operations) && !party.wanted.contains(&operations) {
            party.wanted.push_back(operations);
        }
    }
    if party.live.is_empty() {
        party.lost.clear();
    }
    let round = candidate.round();
    party.steps.clear();
    party.last_round = party.last_round.max(round);
    let base = Base {
        position: candidate.next.clone(),
        ground: ground.clone(),
        hash: candidate.state_hash(),
    };
    let before = mem::replace(&mut party.base, base);
    match ground {
        Ground::Funding(signed) => {
            let at = party.now().height;
            party.funded = Some(Funded {
                candidate: Box::new(candidate.clone()),
                before,
                at,
            });
            party.bound = None;
            party.expired = None;
            effects.push(Effect::Report(Report::Funded(Box::new(signed))));
        }
        Ground::CoSigned(state) => {
            party.newest = Some(state);
            // Whoever signed this took the coins for moved for good.
            party.funded = None;
        }
        Ground::Terms => {}
    }
    let caught_up = |behind: &mut Behind| behind.ground.round() <= round;
    party.behind.take_if(caught_up);
    party.asked = None;
    let rival = party.rival();
    effects.push(Effect::Report(Report::Agreed(Box::new(Agreed {
        commitment: candidate.next.commitment,
        operations: candidate.update.operations.len(),
        receipts: candidate.receipts,
        gas: candidate.gas,
        touched: candidate.touched,
        rival,
    }))));
    effects
}

/// The newest state rests on forced steps that a fork lost, or was lost itself. What was to be forced
/// may be in it, and is not to be done twice: its user decides.
pub(crate) fn give_up(party: &mut Party) -> Vec<Effect> {
    let forcing = party
        .forcing
        .take()
        .map(|forcing| forcing.update.operations);
    forcing
        .into_iter()
        .chain(mem::take(&mut party.redo))
        .map(|operations| Effect::Report(Report::NotForced(operations)))
        .collect()
}

/// Whether a step is this party's. The same operations of the peer are another step: a contract sees who calls it.
fn is_own(party: &Party, step: &Candidate) -> bool {
    step.update.proposer == party.side
}

/// The user's own steps that are void now come after this one, unless somebody does not want them.
fn give_way(party: &mut Party, adopted: &Candidate) -> Vec<Effect> {
    let (above, below): (Vec<_>, Vec<_>) = mem::take(&mut party.live)
        .into_iter()
        .partition(|half| half.candidate.round() > adopted.round());
    party.live = above;
    let own = is_own(party, adopted);
    let done = |operations: &[Operation]| own && operations == adopted.operations();
    // The same step in a higher round was carried out with this one, and is not to come once more.
    for half in &mut party.live {
        half.dropped |= done(half.candidate.operations());
    }
    party.wanted.retain(|wanted| !done(wanted));
    let mut effects = Vec::new();
    for half in below {
        let Update {
            operations, round, ..
        } = half.candidate.update;
        let done = done(&operations) || party.has_forced(&operations);
        if half.dropped || done || operations.is_empty() || party.wanted.contains(&operations) {
            continue;
        }
        party.wanted.push_back(operations);
        effects.push(Effect::Report(Report::Collided { round }));
    }
    effects
}
