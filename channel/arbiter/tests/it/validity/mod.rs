//! Every rule by which the ledger rejects a transaction, action by action. A case builds a
//! transaction in which the named rules are broken; without any it is included. So each rule is seen
//! to count on its own, and to be told first where later ones are broken as well.

use std::cell::RefCell;
use std::collections::BTreeSet;

use twinroot_abi::{Amount, ChannelId, PublicKey};
use twinroot_arbiter::Rejected;
use twinroot_rules::Fees;
use twinroot_wire::{Action, CoSigned};

use crate::world::{World, co_signed, key};

mod bonds;
mod code;
mod envelope;
mod forced;
mod funding;
mod mutual;
mod opening;
mod oracles;
mod settling;
mod states;

/// A rule: its name in the case, and how the ledger tells that it is broken.
pub(crate) struct Rule {
    name: &'static str,
    is: fn(&Rejected) -> bool,
}

/// Rules in the order in which the ledger checks them.
macro_rules! rules {
    ($($name:literal => $rejected:pat),* $(,)?) => {
        vec![$(crate::validity::Rule { name: $name, is: |it| matches!(it, $rejected) }),*]
    };
}
use rules;

/// Which rules a case is to break.
pub(crate) struct Broken<'a> {
    rules: &'a [Rule],
    asked: &'a RefCell<BTreeSet<&'static str>>,
}

impl Broken<'_> {
    /// Whether to break this one.
    pub(crate) fn has(&self, name: &'static str) -> bool {
        self.asked.borrow_mut().insert(name);
        self.rules.iter().any(|rule| rule.name == name)
    }
}

/// Checks that a case is included as it is, and that each broken rule is told, alone and before all
/// that come after it.
pub(crate) fn check(rules: &[Rule], case: impl Fn(&Broken<'_>) -> (World, usize, Vec<u8>)) {
    let asked = RefCell::default();
    let post = |rules: &[Rule]| {
        let asked = &asked;
        let (mut world, who, bytes) = case(&Broken { rules, asked });
        world.submit(who, &bytes)
    };
    let fine = post(&[]);
    assert!(fine.is_ok(), "nothing is broken: {fine:?}");
    for (place, rule) in rules.iter().enumerate() {
        for broken in [&rules[place..=place], &rules[place..]] {
            let rejected = post(broken).unwrap_err();
            let others = broken.len() - 1;
            assert!(
                (rule.is)(&rejected),
                "broken was {:?} and {others} after it, told was {rejected:?}",
                rule.name
            );
        }
    }
    let named = rules.iter().map(|rule| rule.name).collect();
    assert_eq!(
        asked.into_inner(),
        named,
        "the case breaks what it is asked to"
    );
}

/// The same for an action in a good envelope.
pub(crate) fn check_action(rules: &[Rule], case: impl Fn(&Broken<'_>) -> (World, usize, Action)) {
    check(rules, |broken| {
        let (world, who, action) = case(broken);
        let bytes = world.bytes(who, action);
        (world, who, bytes)
    });
}

/// Some channel that is not there.
pub(crate) const NOWHERE: ChannelId = ChannelId([9; 32]);

/// Leaves an account with so many coins.
pub(crate) fn drain(world: &mut World, who: usize, rest: u64) {
    let have = world.ledger.account(key(who)).coins.0;
    let gift = |coins| Action::Transfer {
        to: PublicKey([7; 32]),
        amount: Amount(coins),
    };
    let fee = |coins| Fees::V1.transaction(world.bytes(who, gift(coins)).len());
    let coins = have - rest - fee(have - rest).unwrap().0;
    world.must(who, gift(coins));
    assert_eq!(world.ledger.account(key(who)).coins, Amount(rest));
}

/// The rules of a posted state, in which a case may break it (docs/spec/arbiter.md, 3.1).
pub(crate) fn spoiled_state(state: &CoSigned, broken: &Broken<'_>) -> CoSigned {
    let mut commitment = state.commitment.clone();
    if broken.has("state: chain") {
        commitment.chain.0[0] ^= 1;
    }
    if broken.has("state: channel") {
        commitment.channel.0[0] ^= 1;
    }
    if broken.has("state: version") {
        commitment.version += 1;
    }
    if broken.has("state: locked") {
        commitment.total.0 += 1;
        commitment.payout[0].0 += 1;
    }
    if broken.has("state: round") {
        commitment.round.0 = 0;
    }
    let mut state = co_signed(&commitment);
    if broken.has("state: signatures") {
        state.signatures.swap(0, 1);
    }
    state
}
