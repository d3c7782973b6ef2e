//! What may happen to a party with a bad peer.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use twinroot_abi::Side;

use crate::world::{A, B};

#[derive(Clone, Debug)]
pub(crate) enum Event {
    User(User),
    Peer(Peer),
    Ledger(Ledger),
    /// The power fails, and the party begins again from its log.
    Restart,
}

#[derive(Clone, Debug)]
pub(crate) enum User {
    Propose(u8),
    Cancel,
    Close(u64),
    Move(u64),
    /// The last question, or the one before.
    Approve(bool),
    Decline,
    Force(u8),
    CloseSolo,
    Note,
    Tick,
    Connected,
    /// The driver gives a signature that was not asked for.
    Surplus,
    /// The signer comes to its end, where it is slow.
    Signed,
}

#[derive(Clone, Debug)]
pub(crate) enum Peer {
    Propose {
        step: u8,
        round: u64,
        spoil: u8,
    },
    Move {
        expiry: u64,
        withdraw: bool,
    },
    Accept {
        which: Index,
        round: u64,
    },
    Refuse {
        which: Index,
        reason: u8,
        last: u64,
    },
    Close {
        expiry: u64,
        forced: u32,
        spoil: u8,
    },
    AcceptClose,
    RefuseClose,
    Hello {
        kind: u8,
        which: Index,
        last: u64,
        heard: u64,
        answer: bool,
    },
    Fetch(Option<u8>),
    Leaves {
        count: u8,
        round: u64,
        last: bool,
    },
    WantCode(bool),
    Code(u8),
    Note(u64),
    Heard(u64),
    Leave,
    Offer,
    Replay {
        which: Index,
    },
    Spoiled {
        which: Index,
        byte: Index,
        with: u8,
    },
}

#[derive(Clone, Debug)]
pub(crate) enum Ledger {
    Block,
    Fork,
    Forced {
        by: Side,
        step: u8,
    },
    /// The peer posts a state that it has signed after all.
    Posted(Index),
    /// What both signed about coins is carried out.
    Funded,
    ClosingAt(Index),
    /// The steps of the newest view are gone.
    Undone,
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(A), Just(B)]
}

fn user() -> impl Strategy<Value = User> {
    prop_oneof![
        4 => (0..7u8).prop_map(User::Propose),
        2 => Just(User::Cancel),
        1 => (0..4u64).prop_map(User::Close),
        1 => (0..4u64).prop_map(User::Move),
        4 => prop::bool::weighted(0.1).prop_map(User::Approve),
        1 => Just(User::Decline),
        1 => (0..7u8).prop_map(User::Force),
        1 => Just(User::CloseSolo),
        1 => Just(User::Note),
        1 => Just(User::Tick),
        1 => Just(User::Connected),
        1 => Just(User::Surplus),
        4 => Just(User::Signed),
    ]
}

fn peer() -> impl Strategy<Value = Peer> {
    prop_oneof![
        6 => (0..7u8, 0..4u64, 0..20u8)
            .prop_map(|(step, round, spoil)| Peer::Propose { step, round, spoil }),
        1 => (0..4u64, any::<bool>())
            .prop_map(|(expiry, withdraw)| Peer::Move { expiry, withdraw }),
        4 => (any::<Index>(), 0..2u64).prop_map(|(which, round)| Peer::Accept { which, round }),
        3 => (any::<Index>(), 0..10u8, 0..4u64)
            .prop_map(|(which, reason, last)| Peer::Refuse { which, reason, last }),
        1 => (0..4u64, prop_oneof![4 => Just(0), 1 => 1..3u32], 0..6u8)
            .prop_map(|(expiry, forced, spoil)| Peer::Close { expiry, forced, spoil }),
        1 => Just(Peer::AcceptClose),
        1 => Just(Peer::RefuseClose),
        2 => (0..5u8, any::<Index>(), 0..9u64, 0..3u64, any::<bool>()).prop_map(
            |(kind, which, last, heard, answer)| Peer::Hello { kind, which, last, heard, answer }
        ),
        1 => prop::option::of(any::<u8>()).prop_map(Peer::Fetch),
        1 => (0..4u8, 0..3u64, any::<bool>())
            .prop_map(|(count, round, last)| Peer::Leaves { count, round, last }),
        1 => any::<bool>().prop_map(Peer::WantCode),
        1 => (0..4u8).prop_map(Peer::Code),
        1 => (0..3u64).prop_map(Peer::Note),
        1 => (0..3u64).prop_map(Peer::Heard),
        1 => Just(Peer::Leave),
        1 => Just(Peer::Offer),
        2 => any::<Index>().prop_map(|which| Peer::Replay { which }),
        2 => any::<(Index, Index, u8)>()
            .prop_map(|(which, byte, with)| Peer::Spoiled { which, byte, with }),
    ]
}

fn ledger() -> impl Strategy<Value = Ledger> {
    prop_oneof![
        6 => Just(Ledger::Block),
        1 => Just(Ledger::Fork),
        3 => (side(), 0..7u8).prop_map(|(by, step)| Ledger::Forced { by, step }),
        2 => any::<Index>().prop_map(Ledger::Posted),
        1 => Just(Ledger::Funded),
        1 => any::<Index>().prop_map(Ledger::ClosingAt),
        1 => Just(Ledger::Undone),
    ]
}

pub(crate) fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        8 => user().prop_map(Event::User),
        10 => peer().prop_map(Event::Peer),
        4 => ledger().prop_map(Event::Ledger),
        1 => Just(Event::Restart),
    ];
    vec(event, 1..60)
}
