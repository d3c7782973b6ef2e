//! Any message.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use twinroot_abi::{ChannelId, CodeHash, Hash, Round};
use twinroot_wire::{Hello, Leaf, Message, Note, Package, Proposal, Reason};

use super::{close, co_signed, commitment, parameters, signature, update};

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..16)
}

fn reason() -> impl Strategy<Value = Reason> {
    prop_oneof![
        Just(Reason::Declined),
        Just(Reason::OutOfOrder),
        Just(Reason::Environment),
        any::<String>().prop_map(Reason::Rules),
        Just(Reason::Mismatch),
        Just(Reason::Signature),
        any::<u64>().prop_map(|round| Reason::Taken(Round(round))),
        Just(Reason::Busy),
        any::<String>().prop_map(Reason::Terms),
        Just(Reason::Unaffordable),
    ]
}

fn proposal() -> impl Strategy<Value = Proposal> {
    (update(), commitment(), signature()).prop_map(|(update, commitment, signature)| Proposal {
        update,
        commitment,
        signature,
    })
}

fn hello() -> impl Strategy<Value = Hello> {
    (option::of(co_signed()), any::<(u64, u64, u64, bool)>()).prop_map(
        |(newest, (last_round, heard, notes_from, answer))| Hello {
            newest,
            last_round: Round(last_round),
            heard,
            notes_from,
            answer,
        },
    )
}

fn leaf() -> impl Strategy<Value = Leaf> {
    (any::<[u8; 32]>(), bytes()).prop_map(|(key, value)| Leaf {
        key: Hash(key),
        value,
    })
}

/// What is said of a step and of an end.
fn of_a_channel() -> impl Strategy<Value = Message> {
    prop_oneof![
        proposal().prop_map(|proposal| Message::Propose(Box::new(proposal))),
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
        (any::<[u8; 32]>(), reason()).prop_map(|(close, reason)| Message::RefuseClose {
            close: Hash(close),
            reason,
        }),
        (parameters(), signature()).prop_map(|(parameters, signature)| Message::Offer {
            parameters,
            signature,
        }),
        (any::<[u8; 32]>(), signature()).prop_map(|(channel, signature)| {
            Message::AcceptOffer {
                channel: ChannelId(channel),
                signature,
            }
        }),
        (any::<[u8; 32]>(), reason()).prop_map(|(channel, reason)| Message::RefuseOffer {
            channel: ChannelId(channel),
            reason,
        }),
    ]
}

/// What is said between the steps.
fn beside_it() -> impl Strategy<Value = Message> {
    prop_oneof![
        hello().prop_map(|hello| Message::Hello(Box::new(hello))),
        (any::<u64>(), option::of(any::<[u8; 32]>())).prop_map(|(round, after)| {
            Message::Fetch {
                round: Round(round),
                after: after.map(Hash),
            }
        }),
        (any::<(u64, bool)>(), vec(leaf(), 0..4)).prop_map(|((round, last), leaves)| {
            Message::Leaves {
                round: Round(round),
                leaves,
                last,
            }
        }),
        any::<[u8; 32]>().prop_map(|code| Message::WantCode(CodeHash(code))),
        (bytes(), bytes()).prop_map(|(wasm, spec)| Message::Code(Package { wasm, spec })),
        (any::<u64>(), bytes()).prop_map(|(number, bytes)| Message::Note(Note { number, bytes })),
        any::<u64>().prop_map(Message::Heard),
        Just(Message::Leave),
    ]
}

pub(crate) fn message() -> impl Strategy<Value = Message> {
    prop_oneof![of_a_channel(), beside_it()]
}
