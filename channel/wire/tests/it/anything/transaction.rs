//! Any transaction.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use twinroot_abi::{Amount, ChainId, ChannelId, FeedId, Height, PublicKey, QueryId, Root};
use twinroot_wire::{Action, Force, SignedTransaction, Transaction};

use super::{co_signed, signature, signed_close, signed_funding, signed_parameters, update};

fn action() -> impl Strategy<Value = Action> {
    let channel = || any::<[u8; 32]>().prop_map(ChannelId);
    let witness = vec(any::<u8>(), 0..16);
    prop_oneof![
        any::<([u8; 32], u64)>().prop_map(|(to, amount)| Action::Transfer {
            to: PublicKey(to),
            amount: Amount(amount),
        }),
        vec(any::<u8>(), 0..16).prop_map(|code| Action::Publish { code }),
        signed_parameters().prop_map(Action::Open),
        signed_close().prop_map(Action::CloseMutual),
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
        signed_funding().prop_map(Action::Fund),
        (channel(), co_signed()).prop_map(|(channel, state)| Action::Snapshot { channel, state }),
        bond_action(),
        of_an_oracle(),
    ]
}

fn bond_action() -> impl Strategy<Value = Action> {
    let feed = || any::<[u8; 32]>().prop_map(FeedId);
    let owner = || any::<[u8; 32]>().prop_map(PublicKey);
    let proof = vec(any::<u8>(), 0..16);
    prop_oneof![
        (feed(), any::<(u64, u64)>()).prop_map(|(feed, (amount, delay))| Action::Bond {
            feed,
            amount: Amount(amount),
            delay,
        }),
        feed().prop_map(|feed| Action::Unbond { feed }),
        (feed(), owner()).prop_map(|(feed, owner)| Action::Release { feed, owner }),
        (feed(), owner(), proof).prop_map(|(feed, owner, proof)| Action::Forfeit {
            feed,
            owner,
            proof
        }),
    ]
}

fn of_an_oracle() -> impl Strategy<Value = Action> {
    let query = || any::<[u8; 32]>().prop_map(QueryId);
    let numbers = any::<(u64, u64, u64)>();
    prop_oneof![
        any::<(u64, u64)>().prop_map(|(price, until)| Action::Register {
            price: Amount(price),
            until: Height(until),
        }),
        any::<(u64, u64)>().prop_map(|(price, until)| Action::Extend {
            price: Amount(price),
            until: Height(until),
        }),
        (any::<[u8; 32]>(), vec(any::<u8>(), 0..16), numbers).prop_map(
            |(oracle, question, (answer_by, kept_until, most))| Action::Ask {
                oracle: PublicKey(oracle),
                question,
                answer_by: Height(answer_by),
                kept_until: Height(kept_until),
                most: Amount(most),
            }
        ),
        (query(), vec(any::<u8>(), 0..16))
            .prop_map(|(query, answer)| Action::Respond { query, answer }),
        query().prop_map(|query| Action::Refund { query }),
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
