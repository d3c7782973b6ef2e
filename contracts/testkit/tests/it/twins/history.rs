//! What happens in a history.

use proptest::collection::vec;
use proptest::prelude::*;
use twinroot_abi::Side;

use super::base::{ESCROW, FIRST_GENERATED, GENERATED, INSURANCE, PUPPET};
use super::puppet::What;

/// A few updates, one after the other.
pub(crate) type History = Vec<Step>;

/// One update.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) proposer: Side,
    pub(crate) forced: bool,
    /// Blocks that pass before it.
    pub(crate) blocks: u64,
    pub(crate) deeds: Vec<Deed>,
}

/// One operation.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
    Transfer {
        from: Side,
        amount: u64,
    },
    Create {
        code: usize,
        fallback: u16,
        hold: u64,
        args: Vec<u8>,
        gas: u64,
    },
    Call {
        contract: usize,
        entry: &'static str,
        args: Vec<u8>,
        value: u64,
        gas: u64,
        facts: Option<Facts>,
    },
}

/// Which facts a call carries.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Facts {
    Delivery(prop::sample::Index),
    Run(prop::sample::Index),
}

pub(crate) fn history() -> impl Strategy<Value = History> {
    vec(step(), 1..5)
}

fn step() -> impl Strategy<Value = Step> {
    let blocks = prop_oneof![4 => Just(0), 2 => 1..5u64, 1 => 40..60u64];
    (side(), prop::bool::weighted(0.3), blocks, vec(deed(), 1..3)).prop_map(
        |(proposer, forced, blocks, deeds)| Step {
            proposer,
            forced,
            blocks,
            deeds,
        },
    )
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::Initiator), Just(Side::Responder)]
}

/// Mostly enough gas, often too little, in every order of magnitude.
fn gas() -> impl Strategy<Value = u64> {
    prop_oneof![
        6 => Just(2_000_000u64),
        2 => (0u32..22, 1u64..2).prop_flat_map(|(bits, _)| 0..(2u64 << bits)),
        1 => 4_000..60_000u64,
        1 => Just(60_000_000u64),
    ]
}

fn value() -> impl Strategy<Value = u64> {
    prop_oneof![5 => Just(0), 3 => 0..2_000u64, 1 => Just(1_000), 1 => Just(5_000_000)]
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        1 => (side(), value()).prop_map(|(from, amount)| Deed::Transfer { from, amount }),
        1 => (0..FIRST_GENERATED + 3, 0..10_001u16, 0..100u64, vec(any::<u8>(), 0..20), gas())
            .prop_map(|(code, fallback, hold, args, gas)| Deed::Create { code, fallback, hold, args, gas }),
        8 => (script(), value(), gas(), prop::option::weighted(0.05, facts()))
            .prop_map(|(args, value, gas, facts)| Deed::Call { contract: PUPPET, entry: "play", args, value, gas, facts }),
        5 => (0..GENERATED, vec(any::<u8>(), 16), gas()).prop_map(|(number, args, gas)| Deed::Call {
            contract: FIRST_GENERATED + number,
            entry: "play",
            args,
            value: 0,
            gas,
            facts: None,
        }),
        3 => (prop_oneof![Just("pay"), Just("release"), Just("refund"), Just("init"), Just("nothing")], value(), gas(),
              prop::option::weighted(0.6, any::<prop::sample::Index>()))
            .prop_map(|(entry, value, gas, facts)| Deed::Call {
                contract: ESCROW,
                entry,
                args: Vec::new(),
                value: if entry == "pay" { 1_000 } else { value },
                gas,
                facts: facts.filter(|_| entry == "release").map(Facts::Delivery),
            }),
        3 => (prop_oneof![Just("fund"), Just("claim"), Just("expire")], gas(),
              prop::option::weighted(0.8, any::<prop::sample::Index>()))
            .prop_map(|(entry, gas, facts)| Deed::Call {
                contract: INSURANCE,
                entry,
                args: Vec::new(),
                value: if entry == "fund" { 1_000 } else { 0 },
                gas,
                facts: facts.filter(|_| entry == "claim").map(Facts::Run),
            }),
    ]
}

fn facts() -> impl Strategy<Value = Facts> {
    any::<prop::sample::Index>().prop_map(Facts::Delivery)
}

/// Steps for the puppet: mostly such as succeed, now and then one of each kind of failure.
fn script() -> impl Strategy<Value = Vec<u8>> {
    let harmless = prop_oneof![
        Just(What::Read),
        Just(What::Write),
        Just(What::Write),
        Just(What::Remove),
        Just(What::Pay),
        Just(What::Emit),
        Just(What::Return),
        Just(What::Burn),
        Just(What::Look),
        Just(What::Bulk),
        Just(What::Grow),
        Just(What::Call),
        Just(What::Call),
    ];
    let any_step = prop_oneof![
        24 => (harmless, 0..6u8, any::<u8>(), 0..8u8),
        1 => (prop::sample::select(&What::ALL[..]), any::<u8>(), any::<u8>(), any::<u8>()),
    ];
    vec(any_step, 0..8).prop_map(|steps| {
        steps
            .into_iter()
            .flat_map(|(what, a, b, c)| [what as u8, a, b, c])
            .collect()
    })
}
