//! What a side does that does not keep to the protocol. It forges nothing, but it forgets nothing
//! either, signs what it likes and posts what it likes.

use std::collections::BTreeMap;

use twinroot_abi::{Amount, Height, Round, Side};
use twinroot_exec::Codes;
use twinroot_rules::{Consent, Position, apply};
use twinroot_types::{Signature, Tag};
use twinroot_wire::{
    Action as Post, CoSigned, Commitment, Direction, Force, Funding, Message, MutualClose,
    Operation, Proposal, SignedClose, SignedFunding, Standing, Update,
};

use crate::toy::code;
use crate::{Happened, Sim, Wish};

/// The co-signed state so many before the newest.
fn old(sim: &Sim<'_>, side: Side, age: usize) -> Option<CoSigned> {
    let known = &sim.nodes[side.index()].memory.co_signed;
    let place = known.len().checked_sub(age.checked_add(1)?)?;
    known.get(place).map(|(state, _)| state.clone())
}

pub(crate) fn post(sim: &mut Sim<'_>, side: Side, action: Option<Post>) {
    let Some(action) = action else {
        sim.happened.push(Happened::Nothing);
        return;
    };
    sim.happened
        .push(Happened::Posted(side, Box::new(action.clone())));
    sim.chain.mempool.push_back((side, action));
}

pub(crate) fn close(sim: &mut Sim<'_>, side: Side, age: usize) {
    let (channel, state) = (sim.channel, old(sim, side, age));
    post(sim, side, Some(Post::CloseSolo { channel, state }));
}

pub(crate) fn slash(sim: &mut Sim<'_>, side: Side, age: usize) {
    let channel = sim.channel;
    let action = old(sim, side, age).map(|state| Post::Slash { channel, state });
    post(sim, side, action);
}

pub(crate) fn snapshot(sim: &mut Sim<'_>, side: Side, age: usize) {
    let channel = sim.channel;
    let action = old(sim, side, age).map(|state| Post::Snapshot { channel, state });
    post(sim, side, action);
}

/// A forced step on an old state, with a witness of it and all. The state is brought along, unless the
/// ledger knows it.
pub(crate) fn force(sim: &mut Sim<'_>, side: Side, age: usize, wish: Wish) {
    let known = &sim.nodes[side.index()].memory.co_signed;
    let place = age
        .checked_add(1)
        .and_then(|age| known.len().checked_sub(age));
    let Some((state, tree)) = place.and_then(|place| known.get(place)).cloned() else {
        post(sim, side, None);
        return;
    };
    let base = Position {
        commitment: state.commitment.clone(),
        state: tree,
    };
    let update = Update {
        channel: sim.channel,
        base: base.commitment.hash(),
        round: base.commitment.round,
        proposer: side,
        env: sim.chain.block(),
        operations: vec![sim.operation(side, wish)],
    };
    let toy = code(b"toy");
    let codes = BTreeMap::from([(toy.hash, toy.bytes)]).into();
    let view = sim.chain.view();
    let known = view.is_some_and(|view| view.ground.round() == state.commitment.round);
    let brought = (!known).then_some(state);
    let action = match apply(&base, &update, Consent::PosterOnly, &codes, sim.execute) {
        Ok(applied) => Force {
            base: brought,
            update,
            witness: base.state.prove(&applied.touched),
            predicted: applied.next.commitment.state_root,
        },
        // It does not work: let the ledger find out, which costs the poster something.
        Err(_) => Force {
            base: brought,
            update,
            witness: base.state.prove(&twinroot_state::Touched::default()),
            predicted: base.commitment.state_root,
        },
    };
    post(sim, side, Some(Post::Force(action)));
}

/// Signs what the peer proposed, and posts it instead of answering.
pub(crate) fn sign_secretly(sim: &mut Sim<'_>, side: Side, place: usize) {
    let node = &sim.nodes[side.index()];
    let known = &node.memory.proposals;
    let proposal = place
        .checked_add(1)
        .and_then(|age| known.len().checked_sub(age))
        .and_then(|place| known.get(place));
    let Some(proposal) = proposal.filter(|proposal| proposal.update.moves().is_none()) else {
        post(sim, side, None);
        return;
    };
    let commitment = proposal.commitment.clone();
    let own = node.key.sign(Tag::COMMITMENT, &commitment.signed_bytes());
    let signatures = match side {
        Side::Initiator => [own, proposal.signature],
        Side::Responder => [proposal.signature, own],
    };
    let state = CoSigned {
        commitment,
        signatures,
    };
    let channel = sim.channel;
    let closing = sim.chain.view().is_some_and(|view| view.closing.is_some());
    let action = if closing {
        Post::Slash { channel, state }
    } else {
        Post::Snapshot { channel, state }
    };
    post(sim, side, Some(action));
}

/// Signs two steps of one round and sends the other one as well.
pub(crate) fn propose_twice(sim: &mut Sim<'_>, side: Side, coins: u64) {
    let party = sim.nodes[side.index()].party.as_ref();
    let round = party.and_then(|party| party.half_signed().map(|half| half.round).max());
    match round.and_then(|round| step(sim, side, round, coins)) {
        Some((update, commitment)) => propose(sim, side, update, commitment),
        None => sim.happened.push(Happened::Nothing),
    }
}

/// Signs and sends a step that does not come out as the commitment says.
pub(crate) fn propose_falsely(sim: &mut Sim<'_>, side: Side, number: u64) {
    let party = sim.nodes[side.index()].party.as_ref();
    let round = party.map(|party| {
        let half_signed = party.half_signed().map(|half| half.round).max();
        let newest = half_signed.max(Some(party.standing().round));
        Round(newest.map_or(0, |round| round.0).saturating_add(1))
    });
    let Some((mut update, mut commitment)) = round.and_then(|round| step(sim, side, round, 1))
    else {
        sim.happened.push(Happened::Nothing);
        return;
    };
    match number % 8 {
        0 => commitment.payout.reverse(),
        1 => commitment.state_root.0 = [7; 32],
        2 => commitment.hold_until.0 = commitment.hold_until.0.saturating_add(1),
        3 => commitment.total.0 = commitment.total.0.saturating_add(1),
        4 => commitment.prev.0 = [7; 32],
        5 => update.base.0 = [7; 32],
        6 => update.env.block.0 = [7; 32],
        _ => commitment.env.height.0 = commitment.env.height.0.saturating_add(1),
    }
    propose(sim, side, update, commitment);
}

/// A payment on the newest state of a side, in that round.
fn step(sim: &Sim<'_>, side: Side, round: Round, coins: u64) -> Option<(Update, Commitment)> {
    let party = sim.nodes[side.index()].party.as_ref()?;
    let base = Position {
        commitment: party.commitment().clone(),
        state: party.state().clone(),
    };
    let update = Update {
        channel: sim.channel,
        base: base.commitment.hash(),
        round,
        proposer: side,
        env: sim.chain.block(),
        operations: vec![Operation::Transfer {
            from: side,
            amount: Amount(coins),
        }],
    };
    let codes = Codes::default();
    let applied = apply(&base, &update, Consent::Both, &codes, sim.execute).ok()?;
    Some((update, applied.next.commitment))
}

fn propose(sim: &mut Sim<'_>, side: Side, update: Update, commitment: Commitment) {
    let key = &sim.nodes[side.index()].key;
    let signature = key.sign(Tag::COMMITMENT, &commitment.signed_bytes());
    let message = Message::Propose(Box::new(Proposal {
        update,
        commitment,
        signature,
    }));
    sim.network.send(side.other(), message.encode());
}

/// Settles, whether or not its time has come.
pub(crate) fn settle(sim: &mut Sim<'_>, side: Side) {
    let channel = sim.channel;
    post(sim, side, Some(Post::Settle { channel }));
}

/// Whoever means no good settles as soon as that can be done, and before anything else is included.
pub(crate) fn settle_at_once(sim: &mut Sim<'_>) {
    let bad = Side::BOTH
        .into_iter()
        .find(|side| !sim.config.honest[side.index()]);
    let (Some(bad), Some(view)) = (bad, sim.chain.view()) else {
        return;
    };
    let settles = view.closing.map(|until| until.max(view.tip.hold_until));
    if settles.is_some_and(|settles| sim.chain.block().height >= settles) {
        let channel = sim.channel;
        let first = (bad, Post::Settle { channel });
        sim.chain.mempool.push_front(first);
    }
}

/// Both sign what no rule leads to. It may hurt nobody but the two.
pub(crate) fn collude(sim: &mut Sim<'_>, side: Side, number: u64) {
    let known = sim.chain.ledger().channel(sim.channel).cloned();
    let Some(channel) = known.filter(|_| sim.config.honest == [false; 2]) else {
        sim.happened.push(Happened::Nothing);
        return;
    };
    let amount = number.div_euclid(32);
    let mut commitment = channel.tip.clone();
    commitment.round.0 = commitment.round.0.saturating_add(1 + amount);
    match number % 8 {
        0 => commitment.payout.reverse(),
        1 => commitment.payout[side.index()].0 += 1 + amount,
        2 => commitment.total.0 += 1 + amount,
        3 => {
            commitment.payout[side.index()].0 += 1 + amount;
            commitment.total.0 += 1 + amount;
        }
        4 => commitment.hold_until.0 = commitment.env.height.0 + amount,
        5 => commitment.state_root.0 = [7; 32],
        6 => commitment.round = channel.tip.round,
        _ => commitment.payout = [Amount(u64::MAX); 2],
    }
    let action = match number.div_euclid(8) % 4 {
        0 => Post::Snapshot {
            channel: sim.channel,
            state: co_signed(sim, commitment),
        },
        1 => Post::Slash {
            channel: sim.channel,
            state: co_signed(sim, commitment),
        },
        2 => {
            let close = MutualClose {
                chain: commitment.chain,
                channel: commitment.channel,
                version: commitment.version,
                standing: Standing::co_signed(commitment.round),
                payout: commitment.payout,
                expiry: Height(sim.chain.block().height.0 + amount),
            };
            let signatures = both(sim, Tag::CLOSE, &close.signed_bytes());
            Post::CloseMutual(SignedClose { close, signatures })
        }
        _ => {
            let funding = Funding {
                standing: channel.standing,
                side,
                direction: if amount.is_multiple_of(2) {
                    Direction::Deposit
                } else {
                    Direction::Withdraw
                },
                amount: Amount(1 + amount),
                expiry: Height(sim.chain.block().height.0 + amount),
                commitment,
            };
            let signatures = both(sim, Tag::FUNDING, &funding.signed_bytes());
            Post::Fund(SignedFunding {
                funding,
                signatures,
            })
        }
    };
    post(sim, side, Some(action));
}

fn both(sim: &Sim<'_>, tag: Tag, bytes: &[u8]) -> [Signature; 2] {
    [0, 1].map(|side: usize| sim.nodes[side].key.sign(tag, bytes))
}

fn co_signed(sim: &Sim<'_>, commitment: Commitment) -> CoSigned {
    let signatures = both(sim, Tag::COMMITMENT, &commitment.signed_bytes());
    CoSigned {
        commitment,
        signatures,
    }
}
