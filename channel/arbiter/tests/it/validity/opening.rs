//! Opening a channel, and beginning a ledger.

use twinroot_abi::{Amount, Height, PublicKey, Side, TimeMs};
use twinroot_arbiter::{Genesis, GenesisError, LOCK_LIMIT, Ledger, Rejected};
use twinroot_wire::{Action, SignatureError};

use super::{check_action, drain, rules};
use crate::world::{A, B, World, key, signed_terms};

/// docs/spec/arbiter.md, 4.1.
#[test]
fn an_opening() {
    let rules = rules![
        "chain" => Rejected::Chain,
        "version" => Rejected::Version { version: 2 },
        "expiry" => Rejected::Expired { expiry: Height(2) },
        "initiator" => Rejected::Terms("the initiator posts them"),
        "two parties" => Rejected::Terms("the parties are the same"),
        "lock" => Rejected::Terms("the lock is not between 1 and 100,000 blocks"),
        "keys" => Rejected::PartySignature(SignatureError::Key { side: Side::Responder, .. }),
        "signatures" => Rejected::PartySignature(SignatureError::Bad { side: Side::Initiator }),
        "new" => Rejected::Opened(_),
        "initiator's coins" => Rejected::Funds { have: Amount(4_999), need: Amount(5_000) },
        "responder's coins" => Rejected::Funds { have: Amount(3_999), need: Amount(4_000) },
        "fee on top" => Rejected::Funds { have: Amount(5_000), .. },
    ];
    check_action(&rules, |broken| {
        let mut world = World::before_open();
        world.advance(3);
        world.terms.deposits = [Amount(5_000), Amount(4_000)];
        if broken.has("chain") {
            world.terms.chain.0[0] ^= 1;
        }
        if broken.has("version") {
            world.terms.version = 2;
        }
        if broken.has("expiry") {
            world.terms.expiry = Height(2);
        }
        if broken.has("keys") {
            world.terms.parties[1] = PublicKey([0; 32]);
            world.terms.parties[1].0[0] = 1;
        }
        if broken.has("two parties") {
            world.terms.parties[1] = world.terms.parties[0];
        }
        if broken.has("lock") {
            world.terms.lock = 0;
        }
        let mut terms = signed_terms(&world.terms);
        if broken.has("new") {
            // Where the terms cannot be, they did not open a channel either.
            let _ = world.post(A, Action::Open(terms.clone()));
        }
        if broken.has("responder's coins") {
            drain(&mut world, B, 3_999);
        }
        if broken.has("initiator's coins") {
            drain(&mut world, A, 4_999);
        } else if broken.has("fee on top") {
            drain(&mut world, A, 5_000);
        }
        if broken.has("signatures") {
            terms.signatures.swap(0, 1);
        }
        let who = if broken.has("initiator") { B } else { A };
        (world, who, Action::Open(terms))
    });
}

/// docs/spec/arbiter.md, 4.4.
#[test]
fn a_lock_is_between_1_and_its_limit() {
    for (lock, fits) in [(1, true), (LOCK_LIMIT, true), (LOCK_LIMIT + 1, false)] {
        let mut world = World::before_open();
        world.terms.lock = lock;
        let opened = world.post(A, world.opening());
        assert_eq!(opened.is_ok(), fits, "{lock}");
    }
}

/// docs/spec/arbiter.md, 4.3: also where the channel has closed since; to the last height.
#[test]
fn terms_open_one_channel_ever() {
    let mut world = World::open();
    let opened = Rejected::Opened(world.id());
    assert_eq!(world.post(A, world.opening()), Err(opened.clone()));
    let close = crate::world::signed_close(world.mutual(0));
    world.must(A, close);
    assert_eq!(world.post(A, world.opening()), Err(opened.clone()));
    world.advance(100);
    assert_eq!(world.post(A, world.opening()), Err(opened));
    world.advance(1);
    let expiry = Height(100);
    assert_eq!(
        world.post(A, world.opening()),
        Err(Rejected::Expired { expiry })
    );
}

/// docs/spec/arbiter.md, 7.1.
#[test]
fn a_genesis_names_each_account_once_and_its_coins_have_a_sum() {
    let genesis = |accounts: &[(usize, u64)]| Genesis {
        name: "one".to_owned(),
        time: TimeMs(0),
        accounts: accounts
            .iter()
            .map(|(who, coins)| (key(*who), Amount(*coins)))
            .collect(),
    };
    let begun = |accounts: &[(usize, u64)]| Ledger::new(&genesis(accounts)).map(drop);
    assert_eq!(begun(&[]), Ok(()));
    assert_eq!(begun(&[(A, u64::MAX - 1), (B, 1)]), Ok(()));
    assert_eq!(begun(&[(A, u64::MAX), (B, 1)]), Err(GenesisError::Supply));
    for again in [0, 1] {
        let twice = GenesisError::Twice(key(A));
        assert_eq!(begun(&[(A, 1), (B, 1), (A, again)]), Err(twice));
    }
}

/// docs/spec/arbiter.md, 7.1.
#[test]
fn a_ledger_is_named_by_how_it_begins() {
    let start = Genesis {
        name: "one".to_owned(),
        time: TimeMs(0),
        accounts: vec![(key(A), Amount(1))],
    };
    let name = "two".to_owned();
    let other = Genesis {
        name,
        ..start.clone()
    };
    let chain = |start: &Genesis| Ledger::new(start).unwrap().chain();
    assert_ne!(chain(&start), chain(&other));
    assert_eq!(chain(&start), start.chain());
}
