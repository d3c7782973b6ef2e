//! Laws of bonds, over histories in which owners come and go and devices lie.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use twinroot_abi::{Amount, Height, QueryId};
use twinroot_arbiter::{BOND_LEAST, Bond, BondId, BondPhase, Effect, Ledger, LedgerKey, Receipt};
use twinroot_feed::{Conflict, Descriptor, Feed};
use twinroot_types::decode;
use twinroot_wire::Action;

use super::{Act, Watch, anyone};
use crate::device::{descriptor, other_descriptor, proof};
use crate::world::{A, B, C, COINS, key};

#[derive(Clone, Debug)]
pub(super) enum BondAct {
    Bond(u64, u64),
    Unbond,
    Release(usize),
    Forfeit { owner: usize, lie: u8, spoil: u8 },
}

/// One of two feeds of one device.
fn descriptor_of(which: bool) -> Descriptor {
    if which {
        descriptor()
    } else {
        other_descriptor()
    }
}

fn proof_of(which: bool, conflict: Conflict) -> Vec<u8> {
    proof(&Feed::new(descriptor_of(which)).unwrap(), conflict)
}

pub(super) fn bond_act() -> impl Strategy<Value = Act> {
    let bond_act = prop_oneof![
        4 => (0..20_000u64, 15..40u64).prop_map(|(coins, delay)| BondAct::Bond(coins, delay)),
        2 => Just(BondAct::Unbond),
        2 => anyone().prop_map(BondAct::Release),
        2 => (anyone(), 0..5u8, 0..8u8)
            .prop_map(|(owner, lie, spoil)| BondAct::Forfeit { owner, lie, spoil }),
    ];
    (anyone(), prop::bool::weighted(0.8), bond_act)
        .prop_map(|(who, which, act)| Act::Bond(who, which, act))
}

impl BondAct {
    pub(super) fn action(&self, which: bool) -> Action {
        let feed = descriptor_of(which).id();
        match *self {
            Self::Bond(coins, delay) => Action::Bond {
                feed,
                amount: Amount(coins),
                delay,
            },
            Self::Unbond => Action::Unbond { feed },
            Self::Release(owner) => Action::Release {
                feed,
                owner: key(owner),
            },
            Self::Forfeit { owner, lie, spoil } => {
                let conflict = match lie {
                    0 => Conflict::Link,
                    1 => Conflict::Time,
                    2 => Conflict::Clock,
                    _ => Conflict::Fork,
                };
                // Where nothing is spoiled but the feed, it is the other one that lied.
                let mut proof = proof_of(which == (spoil != 0), conflict);
                if spoil == 1 {
                    *proof.last_mut().unwrap() ^= 1;
                }
                Action::Forfeit {
                    feed,
                    owner: key(owner),
                    proof,
                }
            }
        }
    }
}

/// Every bond that can be there.
fn ids() -> impl Iterator<Item = BondId> {
    let feeds = [true, false].map(|which| descriptor_of(which).id());
    let owners = [A, B, C].map(key);
    feeds
        .into_iter()
        .flat_map(move |feed| owners.map(|owner| BondId { feed, owner }))
}

fn bonds(ledger: &Ledger) -> Vec<(BondId, Option<Bond>)> {
    ids().map(|id| (id, ledger.bond(id))).collect()
}

/// Fees taken, and coins burned.
fn taken_and_burned(ledger: &Ledger) -> [u64; 2] {
    let leaves = ledger.leaves();
    [LedgerKey::Fees, LedgerKey::Burned].map(|place| {
        let leaf = &leaves[&place.hash()];
        decode::<Amount>(leaf, 16).unwrap().0
    })
}

impl Watch {
    /// Accounts, locked coins, fees, bonds, held prices and burned coins are all that there is
    /// (docs/spec/arbiter.md, 8.1).
    pub(super) fn check_sum(&self) -> Result<(), TestCaseError> {
        let ledger = &self.world.ledger;
        let accounts: u64 = self.coins().iter().sum();
        let channel = ledger.channel(self.world.id());
        let locked = channel.map_or(0, |channel| channel.locked().0);
        let bonded: u64 = ids()
            .filter_map(|id| ledger.bond(id))
            .map(|bond| bond.amount.0)
            .sum();
        let asked: BTreeSet<QueryId> = self.queries.iter().copied().collect();
        let held: u64 = asked
            .into_iter()
            .filter_map(|id| ledger.query(id))
            .map(|asked| asked.held.0)
            .sum();
        let [fees, burned] = taken_and_burned(ledger);
        prop_assert_eq!(accounts + locked + fees + bonded + held + burned, 3 * COINS);
        Ok(())
    }

    /// Acts, and checks what became of the bonds.
    fn check_bonds(&mut self, act: &Act) -> Result<(), TestCaseError> {
        let before = self.world.ledger.clone();
        let result = self.act(act);
        self.check_sum()?;
        let ledger = &self.world.ledger;
        let changed: Vec<_> = bonds(&before)
            .into_iter()
            .zip(bonds(ledger))
            .filter(|(was, is)| was != is)
            .map(|((id, was), (_, is))| (id, was, is))
            .collect();
        let burned = [&before, ledger].map(|it| taken_and_burned(it)[1]);
        let Some((who, Ok(receipt))) = result else {
            prop_assert!(changed.is_empty(), "nothing happens to a bond by itself");
            prop_assert_eq!(burned[0], burned[1]);
            return Ok(());
        };
        prop_assert!(changed.len() <= 1, "a transaction is about one bond");
        let height = ledger.block().height;
        for (id, was, is) in changed {
            check_change(who, &receipt, height, (id, was, is))?;
        }
        match receipt.effect {
            Effect::Forfeited { burned: more, .. } => {
                prop_assert_eq!(burned[1], burned[0] + more.0);
            }
            _ => prop_assert_eq!(burned[0], burned[1], "only a lie burns coins"),
        }
        Ok(())
    }
}

fn check_change(
    who: usize,
    receipt: &Receipt,
    height: Height,
    (id, was, is): (BondId, Option<Bond>, Option<Bond>),
) -> Result<(), TestCaseError> {
    let own = id.owner == key(who);
    match (&receipt.effect, was, is) {
        (
            Effect::Bonded {
                bond,
                amount,
                delay,
            },
            was,
            Some(is),
        ) => {
            prop_assert!(own && *bond == id);
            prop_assert_eq!((is.amount, is.delay), (*amount, *delay));
            prop_assert_eq!(is.phase, BondPhase::Standing);
            prop_assert!(is.amount >= BOND_LEAST && is.delay > 20);
            if let Some(was) = was {
                prop_assert_eq!(was.phase, BondPhase::Standing);
                prop_assert!(is.amount >= was.amount && is.delay >= was.delay);
            }
        }
        (Effect::Unbonding { bond, until }, Some(was), Some(is)) => {
            prop_assert!(own && *bond == id);
            let until = *until;
            prop_assert_eq!(until.0, height.0 + was.delay);
            let phase = BondPhase::Leaving { until };
            prop_assert_eq!(is, Bond { phase, ..was });
        }
        (Effect::Released { bond, amount }, Some(was), None) => {
            prop_assert_eq!((*bond, *amount), (id, was.amount));
            let BondPhase::Leaving { until } = was.phase else {
                return Err(TestCaseError::fail("a standing bond was released"));
            };
            prop_assert!(height >= until);
        }
        (
            Effect::Forfeited {
                bond,
                reward,
                burned,
                conflict,
                ..
            },
            Some(was),
            None,
        ) => {
            prop_assert_eq!(*bond, id);
            prop_assert_eq!(reward.0 + burned.0, was.amount.0);
            prop_assert!(burned > reward);
            prop_assert_ne!(*conflict, Conflict::Clock);
        }
        other => prop_assert!(false, "{other:?}"),
    }
    Ok(())
}

fn history() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        8 => bond_act(),
        3 => (0..30u64).prop_map(Act::Blocks),
        1 => (anyone(), anyone(), 0..1_000u64).prop_map(|(who, to, coins)| Act::Give(who, to, coins)),
        1 => any::<prop::sample::Index>().prop_map(Act::Replay),
    ];
    vec(act, 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn a_bond_grows_leaves_comes_back_or_is_lost(history in history()) {
        let mut watch = Watch::new();
        for act in &history {
            watch.check_bonds(act)?;
        }
    }
}

/// Otherwise the law would hold of histories in which nothing happens to a bond.
#[test]
fn all_that_can_become_of_a_bond_is_drawn() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen = BTreeSet::new();
    for _ in 0..60 {
        let history = history().new_tree(&mut runner).unwrap().current();
        let mut watch = Watch::new();
        for act in &history {
            if let Some((_, result)) = watch.act(act) {
                let text = result.map_or_else(
                    |error| format!("{error:?}"),
                    |it| format!("{:?}", it.effect),
                );
                let end = text.find(|letter: char| !letter.is_alphanumeric());
                seen.insert(text[..end.unwrap_or(text.len())].to_owned());
            }
        }
    }
    for kind in [
        "Bonded",
        "Unbonding",
        "Released",
        "Forfeited",
        "NoBond",
        "BondLeaving",
        "BondDelay",
        "BondAmount",
        "BondStanding",
        "BondLasts",
        "Proof",
        "ProofOfOther",
        "NoLie",
    ] {
        assert!(seen.contains(kind), "{kind} is not among {seen:?}");
    }
}
