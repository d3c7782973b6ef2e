//! What may happen to two parties.

use proptest::prelude::*;
use proptest::sample::Index;
use twinroot_abi::Side;

use crate::world::{A, B};

#[derive(Clone, Debug)]
pub(crate) enum Event {
    Propose(Side, u8),
    Cancel(Side),
    Close(Side, u64),
    Deposit(Side),
    Withdraw(Side),
    Answer(Side, bool),
    Force(Side, u8),
    CloseSolo(Side),
    Snapshot(Side),
    Note(Side),
    Connected(Side),
    Tick(Side),
    /// Its slow signer is done.
    Sign(Side),
    /// One of the messages on the way arrives: the first, or any other.
    Deliver(Side, Option<Index>),
    Lose(Side, Index),
    Double(Side, Index),
    /// All messages arrive, and both users agree to everything.
    Exchange,
    /// A block with what the parties posted, which both see.
    Mine,
    /// A block with what the parties posted.
    Block,
    /// So many blocks are lost.
    Fork(usize),
    /// What it posted is lost.
    Drop(Side),
    See(Side),
    /// The power fails after so many more effects.
    Fuse(Side, usize),
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(A), Just(B)]
}

/// What happens to two parties between whom all messages arrive, in order and once.
pub(crate) fn good_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        6 => (side(), 0..6u8).prop_map(|(side, which)| Event::Propose(side, which)),
        1 => side().prop_map(Event::Cancel),
        4 => (side(), prop::bool::weighted(0.8)).prop_map(|(side, yes)| Event::Answer(side, yes)),
        8 => side().prop_map(|side| Event::Deliver(side, None)),
        3 => Just(Event::Exchange),
        1 => side().prop_map(Event::Tick),
        1 => Just(Event::Block),
        2 => side().prop_map(Event::See),
        2 => side().prop_map(Event::Sign),
    ]
}

/// What happens to two parties that talk, between whom messages are lost.
pub(crate) fn lossy_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        8 => good_event(),
        4 => side().prop_map(Event::Note),
        2 => side().prop_map(Event::Connected),
        1 => (side(), any::<Index>()).prop_map(|(side, which)| Event::Lose(side, which)),
        1 => (side(), 0..5usize).prop_map(|(side, after)| Event::Fuse(side, after)),
    ]
}

/// Whatever can happen.
pub(crate) fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        60 => good_event(),
        20 => bad_wire(),
        14 => coins(),
        10 => ledger(),
        6 => side().prop_map(Event::Sign),
        1 => side().prop_map(Event::Note),
        2 => side().prop_map(Event::Connected),
        3 => (side(), 0..5usize).prop_map(|(side, after)| Event::Fuse(side, after)),
    ]
}

fn bad_wire() -> impl Strategy<Value = Event> {
    let message = || (side(), any::<Index>());
    prop_oneof![
        message().prop_map(|(side, which)| Event::Deliver(side, Some(which))),
        message().prop_map(|(side, which)| Event::Lose(side, which)),
        message().prop_map(|(side, which)| Event::Double(side, which)),
    ]
}

fn coins() -> impl Strategy<Value = Event> {
    prop_oneof![
        6 => side().prop_map(Event::Deposit),
        6 => side().prop_map(Event::Withdraw),
        12 => (side(), 0..6u8).prop_map(|(side, which)| Event::Force(side, which)),
        1 => (side(), 0..5u64).prop_map(|(side, blocks)| Event::Close(side, blocks)),
        1 => side().prop_map(Event::CloseSolo),
    ]
}

fn ledger() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => Just(Event::Block),
        4 => Just(Event::Mine),
        3 => (1..3usize).prop_map(Event::Fork),
        1 => side().prop_map(Event::Drop),
        1 => side().prop_map(Event::Snapshot),
    ]
}
