//! A channel to begin with, and short ways to say what is to be done to it.

use std::collections::BTreeMap;

use twinroot_abi::{
    Amount, ChainId, ChannelId, ContractId, Gas, Hash, Height, PublicKey, Round, Side, TimeMs,
};
use twinroot_exec::{Call, Codes, Env, Fallback, balance};
use twinroot_rules::{Applied, Consent, Position, Refusal, apply, genesis};
use twinroot_state::{Overlay, Partial, State, Touched, Tree};
use twinroot_types::{Limits, Tag, encode, hash};
use twinroot_wire::{Commitment, Move, Operation, Parameters, Update, VERSION};

use crate::toy::{Line, Toy, code};

pub(crate) const DEPOSITS: [u64; 2] = [1_000, 500];
pub(crate) const TOTAL: u64 = 1_500;
pub(crate) const A: Side = Side::Initiator;
pub(crate) const B: Side = Side::Responder;

pub(crate) fn env(height: u64) -> Env {
    Env {
        height: Height(height),
        time: TimeMs(height * 1_000),
        block: Hash(hash(Tag::BLOCK, &[&height.to_le_bytes()])),
    }
}

pub(crate) fn parameters() -> Parameters {
    Parameters {
        chain: ChainId([1; 32]),
        version: VERSION,
        parties: [PublicKey([2; 32]), PublicKey([3; 32])],
        deposits: DEPOSITS.map(Amount),
        lock: 10,
        nonce: 0,
        expiry: Height(100),
    }
}

pub(crate) fn opened() -> Position<Tree> {
    genesis(&parameters(), env(1)).unwrap()
}

pub(crate) fn codes() -> Codes {
    let toy = code(b"toy");
    BTreeMap::from([(toy.hash, toy.bytes)]).into()
}

/// The contract that comes to be as number `count`.
pub(crate) fn contract(channel: ChannelId, count: u64) -> ContractId {
    ContractId(hash(Tag::CONTRACT, &[&channel.0, &count.to_le_bytes()]))
}

pub(crate) fn first_contract() -> ContractId {
    contract(parameters().channel(), 0)
}

/// The initiator's step after `base`, pinned to the same block.
pub(crate) fn update(base: &Commitment, consent: Consent, operations: Vec<Operation>) -> Update {
    Update {
        channel: base.channel,
        base: base.hash(),
        round: match consent {
            Consent::Both => Round(base.round.0 + 1),
            Consent::PosterOnly => base.round,
        },
        proposer: A,
        env: base.env,
        operations,
    }
}

pub(crate) fn transfer(from: Side, coins: u64) -> Operation {
    Operation::Transfer {
        from,
        amount: Amount(coins),
    }
}

fn coins(side: Side, coins: u64) -> Move {
    Move {
        side,
        amount: Amount(coins),
        expiry: Height(50),
    }
}

pub(crate) fn deposit(side: Side, amount: u64) -> Operation {
    Operation::Deposit(coins(side, amount))
}

pub(crate) fn withdraw(side: Side, amount: u64) -> Operation {
    Operation::Withdraw(coins(side, amount))
}

pub(crate) fn lower_hold(until: u64) -> Operation {
    Operation::LowerHold {
        until: Height(until),
    }
}

pub(crate) fn create(fallback: Fallback, hold: u64, script: &[Line]) -> Operation {
    Operation::Create {
        code: code(b"toy").hash,
        fallback,
        hold: Height(hold),
        args: encode(&script),
        gas: Gas(100_000),
    }
}

pub(crate) fn call(contract: ContractId, value: u64, script: &[Line]) -> Call {
    Call {
        contract,
        entry: "run".to_owned(),
        args: encode(&script),
        value: Amount(value),
        gas: Gas(100_000),
        facts: Vec::new(),
    }
}

pub(crate) fn calls(contract: ContractId, value: u64, script: &[Line]) -> Operation {
    Operation::Call(call(contract, value, script))
}

pub(crate) fn run<S: State>(
    base: &Position<S>,
    update: &Update,
    consent: Consent,
) -> Result<Applied<S>, Refusal> {
    apply(base, update, consent, &codes(), &Toy)
}

/// The state after the initiator's `operations`, which both sign.
pub(crate) fn after(base: &Position<Tree>, operations: Vec<Operation>) -> Position<Tree> {
    let update = update(&base.commitment, Consent::Both, operations);
    run(base, &update, Consent::Both).unwrap().next
}

/// As much of `base` as a witness of what is `touched` shows.
pub(crate) fn shown(base: &Position<Tree>, touched: &Touched) -> Position<Partial> {
    let witness = base.state.prove(touched);
    Position {
        commitment: base.commitment.clone(),
        state: Partial::decode(&witness, Limits::V1.witness_bytes).unwrap(),
    }
}

/// Free coins of a side.
pub(crate) fn free(state: &Tree, side: Side) -> u64 {
    let mut overlay = Overlay::new(state.clone());
    balance(&mut overlay, side).unwrap().0
}

/// A channel whose first contract has `coins` of the initiator's and a few stored values.
pub(crate) fn with_contract(coins: u64) -> Position<Tree> {
    let store: Vec<Line> = (0..8).map(|key| Line::Store(key, key)).collect();
    let half = Fallback::new(5_000).unwrap();
    let created = after(&opened(), vec![create(half, 0, &store)]);
    after(&created, vec![calls(first_contract(), coins, &[])])
}
