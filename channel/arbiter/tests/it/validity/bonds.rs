//! Making a bond, leaving, getting it back, losing it.

use twinroot_abi::{Amount, FeedId, Gas, Height, KEY_GATE_GAS, SIGNATURE_GAS, TimeMs};
use twinroot_arbiter::{BOND_DELAY, BOND_LEAST, Bond, BondPhase, Effect, Rejected};
use twinroot_feed::{
    Conflict, Descriptor, Equivocation, EquivocationError, Feed, FeedError, OpenError, Signer, open,
};
use twinroot_rules::Fees;
use twinroot_wire::Action;

use super::{check_action, drain, rules};
use crate::device::{self, bond_of, bond_on, feed, lie, other_feed, proof};
use crate::world::{A, B, C, COINS, World, key, secret};

const AMOUNT: Amount = Amount(100_003);
const DELAY: u64 = 30;

fn bond(amount: Amount, delay: u64) -> Action {
    Action::Bond {
        feed: feed().id(),
        amount,
        delay,
    }
}

fn unbond() -> Action {
    Action::Unbond { feed: feed().id() }
}

fn release(owner: usize) -> Action {
    Action::Release {
        feed: feed().id(),
        owner: key(owner),
    }
}

fn forfeit(owner: usize, proof: Vec<u8>) -> Action {
    Action::Forfeit {
        feed: feed().id(),
        owner: key(owner),
        proof,
    }
}

/// A ledger on which A vouches for the device.
fn bonded() -> World {
    let mut world = World::before_open();
    world.must(A, bond(AMOUNT, DELAY));
    world
}

fn coins(world: &World, who: usize) -> u64 {
    world.ledger.account(key(who)).coins.0
}

/// docs/spec/arbiter.md, 11.4 and 11.6.
#[test]
fn a_bond() {
    let rules = rules![
        "delay: least" => Rejected::BondDelay { least: 21, most: 10_000_000 },
        "delay: most" => Rejected::BondDelay { .. },
        "amount" => Rejected::BondAmount { least: BOND_LEAST },
        "coins" => Rejected::Funds { .. },
    ];
    check_action(&rules, |broken| {
        let mut world = World::before_open();
        let mut amount = BOND_LEAST;
        if broken.has("coins") {
            drain(&mut world, A, BOND_LEAST.0);
        }
        if broken.has("amount") {
            amount = Amount(BOND_LEAST.0 - 1);
        }
        let mut delay = *BOND_DELAY.end();
        if broken.has("delay: most") {
            delay += 1;
        }
        if broken.has("delay: least") {
            delay = *BOND_DELAY.start() - 1;
        }
        (world, A, bond(amount, delay))
    });
    World::before_open().must(A, bond(BOND_LEAST, *BOND_DELAY.start()));
}

/// docs/spec/arbiter.md, 11.6.
#[test]
fn more_coins_for_a_bond() {
    let rules = rules![
        "leaving" => Rejected::BondLeaving { until: Height(DELAY) },
        "shorter" => Rejected::BondDelay { least: DELAY, .. },
        "sum" => Rejected::Overflow,
    ];
    check_action(&rules, |broken| {
        let mut world = bonded();
        if broken.has("leaving") {
            world.must(A, unbond());
        }
        let mut amount = Amount(0);
        if broken.has("sum") {
            amount = Amount(u64::MAX);
        }
        let delay = DELAY - u64::from(broken.has("shorter"));
        (world, A, bond(amount, delay))
    });
}

/// docs/spec/arbiter.md, 11.7.
#[test]
fn leaving() {
    let rules = rules![
        "bond" => Rejected::NoBond(_),
        "standing" => Rejected::BondLeaving { until: Height(DELAY) },
    ];
    check_action(&rules, |broken| {
        let mut world = bonded();
        if broken.has("standing") {
            world.must(A, unbond());
        }
        let feed = if broken.has("bond") {
            other_feed().id()
        } else {
            feed().id()
        };
        (world, A, Action::Unbond { feed })
    });
    let missing = Rejected::NoBond(bond_of(B));
    assert_eq!(bonded().post(B, unbond()), Err(missing), "only the owner");
}

/// docs/spec/arbiter.md, 11.8.
#[test]
fn a_release() {
    let rules = rules![
        "bond" => Rejected::NoBond(_),
        "leaving" => Rejected::BondStanding,
        "delay" => Rejected::BondLasts { until: Height(32) },
    ];
    check_action(&rules, |broken| {
        let mut world = bonded();
        world.advance(2);
        if !broken.has("leaving") {
            world.must(A, unbond());
        }
        world.advance(DELAY - u64::from(broken.has("delay")));
        let owner = if broken.has("bond") { B } else { A };
        (world, C, release(owner))
    });
}

/// docs/spec/arbiter.md, 11.9.
#[test]
fn a_forfeit() {
    let rules = rules![
        "bond" => Rejected::NoBond(_),
        "form" => Rejected::Proof(FeedError::Equivocation(EquivocationError::Trailing)),
        "signature" => Rejected::Proof(FeedError::Message(OpenError::BadSignature)),
        "feed" => Rejected::ProofOfOther(_),
        "conflict" => Rejected::NoLie,
    ];
    check_action(&rules, |broken| {
        let world = bonded();
        let conflict = if broken.has("conflict") {
            Conflict::Clock
        } else {
            Conflict::Fork
        };
        let of = if broken.has("feed") {
            other_feed()
        } else {
            feed()
        };
        let mut proof = proof(&of, conflict);
        if broken.has("signature") {
            *proof.last_mut().unwrap() ^= 1;
        }
        if broken.has("form") {
            proof.push(0);
        }
        let owner = if broken.has("bond") { B } else { A };
        (world, C, forfeit(owner, proof))
    });
}

/// docs/spec/arbiter.md, 11.6.
#[test]
fn a_bond_only_grows() {
    let mut world = World::before_open();
    let fee = world.must(A, bond(AMOUNT, DELAY)).fee.0;
    assert_eq!(coins(&world, A), COINS - AMOUNT.0 - fee);
    let receipt = world.must(A, bond(Amount(7), DELAY + 5));
    let (amount, delay) = (Amount(AMOUNT.0 + 7), DELAY + 5);
    let bond = bond_of(A);
    assert_eq!(
        receipt.effect,
        Effect::Bonded {
            bond,
            amount,
            delay
        }
    );
    let phase = BondPhase::Standing;
    let expected = Bond {
        amount,
        delay,
        phase,
    };
    assert_eq!(world.ledger.bond(bond), Some(expected));
    assert_eq!(
        coins(&world, A),
        COINS - amount.0 - fee - receipt.fee.0,
        "coins and fee come out of the owner's account"
    );
}

/// docs/spec/arbiter.md, 11.3.
#[test]
fn each_owner_has_a_bond_of_its_own_on_each_feed() {
    let mut world = bonded();
    world.must(B, bond(Amount(6_000), 40));
    let other = Action::Bond {
        feed: other_feed().id(),
        amount: Amount(7_000),
        delay: 50,
    };
    world.must(A, other);
    let amount = |world: &World, id| world.ledger.bond(id).map(|bond| bond.amount);
    let on_other = bond_on(other_feed().id(), A);
    assert_eq!(amount(&world, bond_of(A)), Some(AMOUNT));
    assert_eq!(amount(&world, bond_of(B)), Some(Amount(6_000)));
    assert_eq!(amount(&world, on_other), Some(Amount(7_000)));
    // One proof takes one after the other, each with a transaction of its own.
    let proof = proof(&feed(), Conflict::Link);
    world.must(C, forfeit(A, proof.clone()));
    assert_eq!(amount(&world, bond_of(A)), None);
    assert_eq!(amount(&world, bond_of(B)), Some(Amount(6_000)));
    world.must(C, forfeit(B, proof));
    assert_eq!(amount(&world, bond_of(B)), None);
    assert_eq!(amount(&world, on_other), Some(Amount(7_000)));
}

/// docs/spec/arbiter.md, 11.7 and 11.8.
#[test]
fn a_bond_comes_back_in_full_to_its_owner_whoever_asks() {
    let mut world = bonded();
    world.advance(4);
    let until = Height(4 + DELAY);
    let left = world.must(A, unbond());
    assert_eq!(
        left.effect,
        Effect::Unbonding {
            bond: bond_of(A),
            until
        }
    );
    world.advance(DELAY + 9);
    let before = coins(&world, A);
    let released = world.must(C, release(A));
    assert_eq!(
        released.effect,
        Effect::Released {
            bond: bond_of(A),
            amount: AMOUNT
        }
    );
    assert_eq!(coins(&world, A), before + AMOUNT.0);
    let gone = Rejected::NoBond(bond_of(A));
    assert_eq!(world.post(C, release(A)), Err(gone.clone()), "but once");
    let proof = proof(&feed(), Conflict::Fork);
    assert_eq!(
        world.post(C, forfeit(A, proof)),
        Err(gone),
        "a proof is late"
    );
    world.must(A, bond(AMOUNT, *BOND_DELAY.start()));
}

/// docs/spec/arbiter.md, 11.9 and 11.10.
#[test]
fn each_lie_forfeits_the_bond() {
    for conflict in [Conflict::Fork, Conflict::Link, Conflict::Time] {
        let mut world = bonded();
        let before = coins(&world, C);
        let receipt = world.must(C, forfeit(A, proof(&feed(), conflict)));
        let (reward, burned) = (Amount(40_001), Amount(60_002));
        assert_eq!(
            receipt.effect,
            Effect::Forfeited {
                bond: bond_of(A),
                reward,
                burned,
                conflict,
                messages: lie(&feed(), conflict).map(|message| message.id()),
            }
        );
        assert_eq!(coins(&world, C), before + reward.0 - receipt.fee.0);
        assert_eq!(world.ledger.bond(bond_of(A)), None);
    }
}

/// docs/spec/arbiter.md, 11.9: a device may be told a wrong hour.
#[test]
fn a_clock_that_falls_across_epochs_forfeits_nothing() {
    let mut world = bonded();
    let proof = proof(&feed(), Conflict::Clock);
    assert_eq!(world.post(C, forfeit(A, proof)), Err(Rejected::NoLie));
    assert!(world.ledger.bond(bond_of(A)).is_some());
}

/// docs/spec/arbiter.md, 11.3: whoever writes a descriptor around the key of somebody else, or of
/// his own device, burns no bond on this feed.
#[test]
fn a_proof_of_another_feed_of_the_same_key_forfeits_nothing() {
    let mut world = bonded();
    let other = other_feed();
    assert_eq!(other.descriptor().key, feed().descriptor().key);
    let proof = proof(&other, Conflict::Fork);
    let rejected = Rejected::ProofOfOther(other.id());
    assert_eq!(world.post(C, forfeit(A, proof.clone())), Err(rejected));
    // Nor is there a bond on that other feed, which nobody vouched for.
    let action = Action::Forfeit {
        feed: other.id(),
        owner: key(A),
        proof,
    };
    let missing = Rejected::NoBond(bond_on(other.id(), A));
    assert_eq!(world.post(C, action), Err(missing));
}

/// docs/spec/arbiter.md, 11.11.
#[test]
fn the_same_proof_takes_a_bond_once_and_a_later_one_again() {
    let mut world = bonded();
    let proof = proof(&feed(), Conflict::Fork);
    world.must(C, forfeit(A, proof.clone()));
    let missing = Rejected::NoBond(bond_of(A));
    assert_eq!(world.post(C, forfeit(A, proof.clone())), Err(missing));
    world.must(A, bond(AMOUNT, DELAY));
    world.must(B, forfeit(A, proof));
}

/// docs/spec/arbiter.md, 11.9: until it is released.
#[test]
fn a_proof_before_the_release_forfeits_a_bond_that_is_leaving() {
    for blocks in [0, DELAY - 1, DELAY, DELAY + 100] {
        let mut world = bonded();
        world.must(A, unbond());
        world.advance(blocks);
        world.must(C, forfeit(A, proof(&feed(), Conflict::Time)));
        world.advance(DELAY);
        let gone = Rejected::NoBond(bond_of(A));
        assert_eq!(world.post(A, release(A)), Err(gone));
    }
}

/// docs/spec/arbiter.md, 11.10.
#[test]
fn an_owner_that_reports_itself_loses_more_than_half() {
    let mut world = bonded();
    let before = coins(&world, A) + AMOUNT.0;
    let fee = world
        .must(A, forfeit(A, proof(&feed(), Conflict::Fork)))
        .fee;
    let lost = before - coins(&world, A);
    assert_eq!(lost, 60_002 + fee.0);
    assert!(2 * lost > AMOUNT.0);
}

/// docs/spec/arbiter.md, 2.3: what comes in does not count before it is there.
#[test]
fn a_reward_does_not_pay_its_own_fee() {
    let mut world = bonded();
    drain(&mut world, C, 600);
    let rejected = world.post(C, forfeit(A, proof(&feed(), Conflict::Fork)));
    assert!(
        matches!(rejected, Err(Rejected::Funds { .. })),
        "{rejected:?}"
    );
}

/// docs/spec/arbiter.md, 2.3.
#[test]
fn a_bond_and_its_fee_do_not_share_coins() {
    let mut world = World::before_open();
    let fee = world.clone().must(A, bond(AMOUNT, DELAY)).fee.0;
    drain(&mut world, A, AMOUNT.0 + fee);
    let (have, need) = (Amount(AMOUNT.0 + fee), Amount(AMOUNT.0 + fee + 1));
    let more = bond(Amount(AMOUNT.0 + 1), DELAY);
    assert_eq!(world.post(A, more), Err(Rejected::Funds { have, need }));
    world.must(A, bond(AMOUNT, DELAY));
    assert_eq!(coins(&world, A), 0);
}

/// docs/spec/arbiter.md, 11.9: nobody's bytes are looked at for a bond that is not there.
#[test]
fn bytes_that_are_no_proof() {
    let mut world = bonded();
    for (bytes, error) in [
        (Vec::new(), EquivocationError::Malformed),
        (vec![0; 1_271], EquivocationError::TooLong),
    ] {
        let missing = Rejected::NoBond(bond_of(B));
        assert_eq!(world.post(C, forfeit(B, bytes.clone())), Err(missing));
        let rejected = Rejected::Proof(error.into());
        assert_eq!(world.post(C, forfeit(A, bytes)), Err(rejected));
    }
    let nowhere = FeedId([3; 32]);
    let action = Action::Unbond { feed: nowhere };
    let missing = Rejected::NoBond(bond_on(nowhere, A));
    assert_eq!(world.post(A, action), Err(missing));
}

/// docs/spec/arbiter.md, 11.5 and 11.12: the shortest proof pays for the work of its signatures, and
/// the least bond pays for the longest.
#[test]
fn a_proof_pays_for_its_work_and_the_bond_pays_for_the_proof() {
    let fee = |proof: Vec<u8>, number: u64| {
        let mut transaction = World::before_open().transaction(C, forfeit(A, proof));
        (transaction.nonce, transaction.expiry) = (number, Height(number));
        let bytes = transaction.sign(&secret(C)).encode();
        Fees::V1.transaction(bytes.len()).unwrap()
    };
    let shortest = Feed::new(Descriptor {
        urn: "u".to_owned(),
        quantity: "q".to_owned(),
        unit: String::new(),
        scale: 0,
        period_ms: 0,
        valid_from: TimeMs(0),
        valid_to: TimeMs(0),
        ..feed().descriptor().clone()
    })
    .unwrap();
    let [one, other] = [0, 1].map(|value| {
        let mut signer = Signer::new(device::secret(), shortest.descriptor().clone()).unwrap();
        let bytes = signer.reading(TimeMs(0), value).unwrap();
        open(&shortest, &bytes).unwrap()
    });
    let proof = Equivocation::new(&shortest, &one, &other).unwrap().encode();
    let (gates, signatures) = (2, 3);
    let work = Gas(gates * KEY_GATE_GAS + signatures * SIGNATURE_GAS);
    assert!(fee(proof, 0) > Fees::V1.gas(work));

    let longest = fee(vec![0; 1_270], u64::MAX);
    assert!(BOND_LEAST.0 * 2 / 5 > longest.0);
}
