//! Keys, terms, blocks and steps.

use twinroot_abi::{Amount, ChainId, ContractId, Gas, Hash, Height, Side, TimeMs};
use twinroot_exec::{Call, Env, Fallback};
use twinroot_party::{Guarantee, Kind, Otherwise, Policy, Rule, ToSign};
use twinroot_types::{SecretKey, Signature, Tag, encode, hash};
use twinroot_wire::{Commitment, Move, Operation, Parameters, Proposal, Update, VERSION};

use crate::toy::{Line, code};

pub(crate) const A: Side = Side::Initiator;
pub(crate) const B: Side = Side::Responder;
pub(crate) const LOCK: u64 = 10;

pub(crate) fn secret(side: Side) -> SecretKey {
    SecretKey::from_seed(&[[1; 32], [2; 32]][side.index()])
}

pub(crate) fn sign(side: Side, body: &ToSign) -> Signature {
    secret(side).sign(body.tag(), &body.bytes())
}

pub(crate) fn sign_commitment(side: Side, commitment: &Commitment) -> Signature {
    secret(side).sign(Tag::COMMITMENT, &commitment.signed_bytes())
}

pub(crate) fn parameters() -> Parameters {
    Parameters {
        chain: ChainId([1; 32]),
        version: VERSION,
        parties: Side::BOTH.map(|side| secret(side).public()),
        deposits: [Amount(1_000); 2],
        lock: LOCK,
        nonce: 0,
        expiry: Height(100),
    }
}

/// A policy under which nothing is warned of: the coins of these tests are few.
pub(crate) fn quiet() -> Policy {
    Policy {
        guarantee: Guarantee {
            otherwise: Otherwise::Ignore,
            ..Guarantee::default()
        },
        ..Policy::default()
    }
}

/// A policy of a party that signs any payment.
pub(crate) fn willing() -> Policy {
    let rule = Rule {
        only: Side::BOTH.map(Kind::Transfer).to_vec(),
        loses: Amount(u64::MAX),
        gas: Gas(u64::MAX),
        same_hold: true,
    };
    Policy {
        sign: vec![rule],
        ..quiet()
    }
}

/// A block of the chain on which nothing is lost.
pub(crate) fn env(height: u64) -> Env {
    env_of(0, height)
}

/// A block of some fork.
pub(crate) fn env_of(fork: u8, height: u64) -> Env {
    Env {
        height: Height(height),
        time: TimeMs(height * 1_000),
        block: Hash(hash(Tag::BLOCK, &[&[fork], &height.to_le_bytes()])),
    }
}

pub(crate) fn pay(from: Side, coins: u64) -> Vec<Operation> {
    let amount = Amount(coins);
    vec![Operation::Transfer { from, amount }]
}

fn coins(side: Side, amount: u64, expiry: u64) -> Move {
    Move {
        side,
        amount: Amount(amount),
        expiry: Height(expiry),
    }
}

pub(crate) fn deposit(side: Side, amount: u64, expiry: u64) -> Vec<Operation> {
    vec![Operation::Deposit(coins(side, amount, expiry))]
}

pub(crate) fn withdraw(side: Side, amount: u64, expiry: u64) -> Vec<Operation> {
    vec![Operation::Withdraw(coins(side, amount, expiry))]
}

pub(crate) fn create() -> Vec<Operation> {
    create_of(b"toy", 0)
}

pub(crate) fn create_of(bytes: &[u8], hold: u64) -> Vec<Operation> {
    vec![Operation::Create {
        code: code(bytes).hash,
        fallback: Fallback::new(5_000).unwrap(),
        hold: Height(hold),
        args: encode(&Vec::<Line>::new()),
        gas: Gas(1_000),
    }]
}

/// A contract that `side` can create by force.
pub(crate) fn create_for(side: Side) -> Vec<Operation> {
    let mut creation = create();
    if let Operation::Create { fallback, .. } = &mut creation[0] {
        *fallback = Fallback::all_to(side);
    }
    creation
}

pub(crate) fn first_contract() -> ContractId {
    let channel = parameters().channel();
    ContractId(hash(Tag::CONTRACT, &[&channel.0, &0u64.to_le_bytes()]))
}

/// A call of the channel's first contract.
pub(crate) fn call(value: u64, script: &[Line]) -> Vec<Operation> {
    vec![Operation::Call(Call {
        contract: first_contract(),
        entry: "run".to_owned(),
        args: encode(&script),
        value: Amount(value),
        gas: Gas(1_000),
        facts: Vec::new(),
    })]
}

pub(crate) fn signed_proposal(by: Side, update: Update, commitment: Commitment) -> Proposal {
    let signature = sign_commitment(by, &commitment);
    Proposal {
        update,
        commitment,
        signature,
    }
}
