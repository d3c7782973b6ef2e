//! Any value of every type that is signed or sent.

use proptest::collection::vec;
use proptest::prelude::*;
use twinroot_abi::{
    Amount, ChainId, ChannelId, CodeHash, ContractId, Gas, Hash, Height, PublicKey, Root, Round,
    Side, TimeMs,
};
use twinroot_exec::{Bundle, Call, Env, Fallback};
use twinroot_types::Signature;
use twinroot_wire::{
    CoSigned, Commitment, Direction, Funding, Ground, Move, MutualClose, Operation, Parameters,
    SignedClose, SignedFunding, SignedParameters, Standing, Update,
};

mod message;
mod transaction;

pub(crate) use message::message;
pub(crate) use transaction::transaction;

pub(crate) fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::Initiator), Just(Side::Responder)]
}

pub(crate) fn signature() -> impl Strategy<Value = Signature> {
    any::<[[u8; 32]; 2]>().prop_map(|[r, s]| {
        let mut bytes = [0; Signature::SIZE];
        bytes[..32].copy_from_slice(&r);
        bytes[32..].copy_from_slice(&s);
        Signature::from_bytes(&bytes)
    })
}

fn pair() -> impl Strategy<Value = [Signature; 2]> {
    [signature(), signature()]
}

fn env() -> impl Strategy<Value = Env> {
    any::<(u64, u64, [u8; 32])>().prop_map(|(height, time, block)| Env {
        height: Height(height),
        time: TimeMs(time),
        block: Hash(block),
    })
}

pub(crate) fn parameters() -> impl Strategy<Value = Parameters> {
    any::<([u8; 32], u16, [[u8; 32]; 2], [u64; 2], u64, u64, u64)>().prop_map(
        |(chain, version, parties, deposits, lock, nonce, expiry)| Parameters {
            chain: ChainId(chain),
            version,
            parties: parties.map(PublicKey),
            deposits: deposits.map(Amount),
            lock,
            nonce,
            expiry: Height(expiry),
        },
    )
}

pub(crate) fn signed_parameters() -> impl Strategy<Value = SignedParameters> {
    (parameters(), pair()).prop_map(|(parameters, signatures)| SignedParameters {
        parameters,
        signatures,
    })
}

pub(crate) fn commitment() -> impl Strategy<Value = Commitment> {
    let names = any::<([u8; 32], [u8; 32], [u8; 32], [u8; 32])>();
    let numbers = any::<(u16, u64, u64, [u64; 2], u64)>();
    (names, numbers, env()).prop_map(
        |((chain, channel, prev, root), (version, round, total, payout, hold), env)| Commitment {
            chain: ChainId(chain),
            channel: ChannelId(channel),
            version,
            round: Round(round),
            prev: Hash(prev),
            state_root: Root(root),
            total: Amount(total),
            payout: payout.map(Amount),
            hold_until: Height(hold),
            env,
        },
    )
}

pub(crate) fn co_signed() -> impl Strategy<Value = CoSigned> {
    (commitment(), pair()).prop_map(|(commitment, signatures)| CoSigned {
        commitment,
        signatures,
    })
}

pub(crate) fn close() -> impl Strategy<Value = MutualClose> {
    let names = any::<([u8; 32], [u8; 32], u16, [u64; 2], u64)>();
    (names, standing()).prop_map(|((chain, channel, version, payout, expiry), standing)| {
        MutualClose {
            chain: ChainId(chain),
            channel: ChannelId(channel),
            version,
            standing,
            payout: payout.map(Amount),
            expiry: Height(expiry),
        }
    })
}

pub(crate) fn signed_close() -> impl Strategy<Value = SignedClose> {
    (close(), pair()).prop_map(|(close, signatures)| SignedClose { close, signatures })
}

pub(crate) fn standing() -> impl Strategy<Value = Standing> {
    any::<(u64, u32)>().prop_map(|(round, forced)| Standing {
        round: Round(round),
        forced,
    })
}

pub(crate) fn funding() -> impl Strategy<Value = Funding> {
    let direction = prop_oneof![Just(Direction::Deposit), Just(Direction::Withdraw)];
    (
        commitment(),
        standing(),
        side(),
        direction,
        any::<[u64; 2]>(),
    )
        .prop_map(
            |(commitment, standing, side, direction, [amount, expiry])| Funding {
                commitment,
                standing,
                side,
                direction,
                amount: Amount(amount),
                expiry: Height(expiry),
            },
        )
}

pub(crate) fn signed_funding() -> impl Strategy<Value = SignedFunding> {
    (funding(), pair()).prop_map(|(funding, signatures)| SignedFunding {
        funding,
        signatures,
    })
}

pub(crate) fn ground() -> impl Strategy<Value = Ground> {
    prop_oneof![
        Just(Ground::Terms),
        co_signed().prop_map(Ground::CoSigned),
        signed_funding().prop_map(Ground::Funding),
    ]
}

fn coins() -> impl Strategy<Value = Move> {
    (side(), any::<[u64; 2]>()).prop_map(|(side, [amount, expiry])| Move {
        side,
        amount: Amount(amount),
        expiry: Height(expiry),
    })
}

fn bundle() -> impl Strategy<Value = Bundle> {
    let parts = || vec(vec(any::<u8>(), 0..8), 0..3);
    (any::<u8>(), parts(), parts()).prop_map(|(policy, descriptors, messages)| Bundle {
        policy,
        descriptors,
        messages,
    })
}

pub(crate) fn operation() -> impl Strategy<Value = Operation> {
    let bytes = || vec(any::<u8>(), 0..16);
    let call = (
        any::<([u8; 32], String, u64, u64)>(),
        bytes(),
        vec(bundle(), 0..3),
    )
        .prop_map(|((contract, entry, value, gas), args, facts)| {
            Operation::Call(Call {
                contract: ContractId(contract),
                entry,
                args,
                value: Amount(value),
                gas: Gas(gas),
                facts,
            })
        });
    prop_oneof![
        (side(), any::<u64>()).prop_map(|(from, amount)| Operation::Transfer {
            from,
            amount: Amount(amount),
        }),
        (any::<([u8; 32], u64, u64)>(), 0..=Fallback::WHOLE, bytes()).prop_map(
            |((code, hold, gas), split, args)| Operation::Create {
                code: CodeHash(code),
                fallback: Fallback::new(split).unwrap(),
                hold: Height(hold),
                args,
                gas: Gas(gas),
            }
        ),
        call,
        coins().prop_map(Operation::Deposit),
        coins().prop_map(Operation::Withdraw),
        any::<u64>().prop_map(|until| Operation::LowerHold {
            until: Height(until)
        }),
    ]
}

pub(crate) fn update() -> impl Strategy<Value = Update> {
    let head = any::<([u8; 32], [u8; 32], u64)>();
    (head, side(), env(), vec(operation(), 0..4)).prop_map(
        |((channel, base, round), proposer, env, operations)| Update {
            channel: ChannelId(channel),
            base: Hash(base),
            round: Round(round),
            proposer,
            env,
            operations,
        },
    )
}
