//! Any value of every type that is signed or sent.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use twinroot_abi::{
    Amount, ChainId, ChannelId, CodeHash, ContractId, Gas, Hash, Height, PublicKey, Root, Round,
    Side, TimeMs,
};
use twinroot_exec::{Bundle, Call, Env, Fallback};
use twinroot_types::Signature;
use twinroot_wire::{
    Action, CoSigned, Commitment, Force, Message, MutualClose, Operation, Parameters, Proposal,
    Reason, SignedClose, SignedParameters, SignedTransaction, Transaction, Update,
};

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

fn co_signed() -> impl Strategy<Value = CoSigned> {
    (commitment(), pair()).prop_map(|(commitment, signatures)| CoSigned {
        commitment,
        signatures,
    })
}

pub(crate) fn close() -> impl Strategy<Value = MutualClose> {
    any::<([u8; 32], [u8; 32], u16, u64, u32, [u64; 2], u64)>().prop_map(
        |(chain, channel, version, round, forced, payout, expiry)| MutualClose {
            chain: ChainId(chain),
            channel: ChannelId(channel),
            version,
            round: Round(round),
            forced,
            payout: payout.map(Amount),
            expiry: Height(expiry),
        },
    )
}

fn bundle() -> impl Strategy<Value = Bundle> {
    let parts = || vec(vec(any::<u8>(), 0..8), 0..3);
    (any::<u8>(), parts(), parts()).prop_map(|(policy, descriptors, messages)| Bundle {
        policy,
        descriptors,
        messages,
    })
}

fn operation() -> impl Strategy<Value = Operation> {
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

fn reason() -> impl Strategy<Value = Reason> {
    prop_oneof![
        Just(Reason::Declined),
        Just(Reason::OutOfOrder),
        Just(Reason::Environment),
        any::<String>().prop_map(Reason::Rules),
        Just(Reason::Mismatch),
        Just(Reason::Signature),
    ]
}

pub(crate) fn message() -> impl Strategy<Value = Message> {
    prop_oneof![
        (update(), commitment(), signature()).prop_map(|(update, commitment, signature)| {
            Message::Propose(Box::new(Proposal {
                update,
                commitment,
                signature,
            }))
        }),
        (any::<u64>(), signature()).prop_map(|(round, signature)| Message::Accept {
            round: Round(round),
            signature,
        }),
        (any::<u64>(), reason()).prop_map(|(round, reason)| Message::Refuse {
            round: Round(round),
            reason,
        }),
        (close(), signature())
            .prop_map(|(close, signature)| Message::ProposeClose { close, signature }),
        signature().prop_map(|signature| Message::AcceptClose { signature }),
    ]
}

fn action() -> impl Strategy<Value = Action> {
    let channel = || any::<[u8; 32]>().prop_map(ChannelId);
    let witness = vec(any::<u8>(), 0..16);
    prop_oneof![
        any::<([u8; 32], u64)>().prop_map(|(to, amount)| Action::Transfer {
            to: PublicKey(to),
            amount: Amount(amount),
        }),
        vec(any::<u8>(), 0..16).prop_map(|code| Action::Publish { code }),
        (parameters(), pair()).prop_map(|(parameters, signatures)| {
            Action::Open(SignedParameters {
                parameters,
                signatures,
            })
        }),
        (close(), pair())
            .prop_map(|(close, signatures)| Action::CloseMutual(SignedClose { close, signatures })),
        (channel(), option::of(co_signed()))
            .prop_map(|(channel, state)| Action::CloseSolo { channel, state }),
        (channel(), co_signed()).prop_map(|(channel, state)| Action::Slash { channel, state }),
        (
            option::of(co_signed()),
            update(),
            witness,
            any::<[u8; 32]>()
        )
            .prop_map(|(base, update, witness, predicted)| {
                Action::Force(Force {
                    base,
                    update,
                    witness,
                    predicted: Root(predicted),
                })
            }),
        channel().prop_map(|channel| Action::Settle { channel }),
    ]
}

pub(crate) fn transaction() -> impl Strategy<Value = SignedTransaction> {
    let head = any::<([u8; 32], u16, [u8; 32], u64, u64)>();
    (head, action(), signature()).prop_map(
        |((chain, version, sender, nonce, expiry), action, signature)| SignedTransaction {
            transaction: Transaction {
                chain: ChainId(chain),
                version,
                sender: PublicKey(sender),
                nonce,
                expiry: Height(expiry),
                action,
            },
            signature,
        },
    )
}
