//! The story of a device that told two people two things (docs/spec/oracles.md, 8, and
//! docs/spec/arbiter.md, 11).

use core::num::NonZeroUsize;

use twinroot_abi::{Amount, Height, TimeMs};
use twinroot_arbiter::{Bond, BondPhase, Effect, LedgerKey, Rejected};
use twinroot_feed::{Conflict, EquivocationWatch, Signer, open};
use twinroot_rules::FORCE_WINDOW;
use twinroot_types::decode;
use twinroot_wire::Action;

use crate::device::{bond_of, descriptor, feed, secret};
use crate::tree::proven;
use crate::world::{A, B, COINS, LOCK, World, key};

/// Who runs the truck, vouches for its thermometer, and later tampers with it.
const CARRIER: usize = A;
/// Whose goods ride in the truck.
const INSURED: usize = B;
/// The longest hold of their contracts.
const HOLD: u64 = 60;

#[test]
fn an_equivocating_device_is_caught_by_its_subscriber_and_its_bond_is_forfeited() {
    let mut world = World::open();
    let (bond, feed) = (bond_of(CARRIER), feed());

    // The carrier vouches for the thermometer.
    let vouched = Amount(1_000_000);
    world.must(
        CARRIER,
        Action::Bond {
            feed: feed.id(),
            amount: vouched,
            delay: LOCK + FORCE_WINDOW + HOLD,
        },
    );
    world.advance(1);

    // Before the insured agrees to a contract on this feed it looks at the bond, and trusts no node
    // for that: the pinned block proves the leaf.
    let leaf = proven(&world.ledger, LedgerKey::Bond(bond)).unwrap();
    let stands: Bond = decode(&leaf, 64).unwrap();
    assert_eq!(stands.amount, vouched);
    assert_eq!(stands.phase, BondPhase::Standing);
    assert!(stands.delay >= LOCK + FORCE_WINDOW + HOLD);

    // It subscribes. The device measures, and all is well.
    let memory = NonZeroUsize::new(100).unwrap();
    let mut watch = EquivocationWatch::new(feed.clone(), memory);
    let mut device = Signer::new(secret(), descriptor()).unwrap();
    let mut stream: Vec<Vec<u8>> = Vec::new();
    for second in 1..=60 {
        stream.push(device.reading(TimeMs(second * 1_000), 4_000).unwrap());
    }
    for bytes in &stream {
        let message = open(&feed, bytes).unwrap();
        assert_eq!(watch.push(&message), None);
    }

    // The load gets warm. The insured is told so; the authority is to be told of a cool load, so
    // the carrier has the key sign that minute once more.
    let mut tampered = Signer::new(secret(), descriptor()).unwrap();
    for second in 1..=60 {
        tampered.reading(TimeMs(second * 1_000), 4_000).unwrap();
    }
    let warm = device.reading(TimeMs(61_000), 9_500).unwrap();
    let cool = tampered.reading(TimeMs(61_000), 4_000).unwrap();
    let next = tampered.reading(TimeMs(62_000), 4_000).unwrap();

    // Each by itself is a good message of the feed. Both come to the subscriber.
    let [warm, cool, next] = [warm, cool, next].map(|bytes| open(&feed, &bytes).unwrap());
    assert_eq!(watch.push(&warm), None);
    let proof = watch.push(&cool).unwrap();
    // Keeping the cool one back would not have helped: the next message names it.
    assert!(watch.push(&next).is_some());

    // The carrier sees what is coming and wants its coins back.
    let until = Height(world.ledger.block().height.0 + stands.delay);
    let left = world.must(CARRIER, Action::Unbond { feed: feed.id() });
    assert_eq!(left.effect, Effect::Unbonding { bond, until });
    world.advance(2);
    let release = Action::Release {
        feed: feed.id(),
        owner: key(CARRIER),
    };
    let early = Rejected::BondLasts { until };
    assert_eq!(world.post(CARRIER, release.clone()), Err(early));

    // The insured proves the lie on chain: two fifths are its own, the rest is nobody's any more.
    let before = world.ledger.account(key(INSURED)).coins.0;
    let forfeited = world.must(
        INSURED,
        Action::Forfeit {
            feed: feed.id(),
            owner: key(CARRIER),
            proof: proof.encode(),
        },
    );
    let mut messages = [warm.id(), cool.id()];
    messages.sort();
    assert_eq!(
        forfeited.effect,
        Effect::Forfeited {
            bond,
            reward: Amount(400_000),
            burned: Amount(600_000),
            conflict: Conflict::Fork,
            messages,
        }
    );
    let after = world.ledger.account(key(INSURED)).coins.0;
    assert_eq!(after, before + 400_000 - forfeited.fee.0);

    // Once the delay is over there is nothing left to come back, and everyone can see so.
    world.advance(stands.delay);
    assert_eq!(world.post(CARRIER, release), Err(Rejected::NoBond(bond)));
    assert!(world.ledger.account(key(CARRIER)).coins.0 < COINS - vouched.0);
    assert_eq!(proven(&world.ledger, LedgerKey::Bond(bond)), None);
    let burned = proven(&world.ledger, LedgerKey::Burned).unwrap();
    assert_eq!(decode::<Amount>(&burned, 16).unwrap(), Amount(600_000));
}
