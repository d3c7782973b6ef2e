//! A device whose readings some owner vouches for, and what it signs when it lies.

use twinroot_abi::{FeedId, MessageId, TimeMs};
use twinroot_arbiter::BondId;
use twinroot_feed::{
    Conflict, Descriptor, Envelope, Equivocation, Feed, Mode, Observation, Signed, Value, open,
    sign,
};
use twinroot_types::SecretKey;

use crate::world::key;

/// A message that nobody has seen.
const UNSEEN: MessageId = MessageId([7; 32]);

pub(crate) fn secret() -> SecretKey {
    SecretKey::from_seed(&[9; 32])
}

/// What the device says of itself.
pub(crate) fn descriptor() -> Descriptor {
    Descriptor {
        key: secret().public(),
        envelope: Envelope::Native,
        mode: Mode::Counter,
        urn: "urn:dev:truck-7".to_owned(),
        quantity: "temperature".to_owned(),
        unit: "Cel".to_owned(),
        scale: -3,
        period_ms: 1_000,
        valid_from: TimeMs(1_000),
        valid_to: TimeMs(1_000_000),
    }
}

pub(crate) fn feed() -> Feed {
    Feed::new(descriptor()).unwrap()
}

/// What somebody else wrote around the same key.
pub(crate) fn other_descriptor() -> Descriptor {
    Descriptor {
        period_ms: 2_000,
        ..descriptor()
    }
}

pub(crate) fn other_feed() -> Feed {
    Feed::new(other_descriptor()).unwrap()
}

/// The bond of `owner` on the device's feed.
pub(crate) fn bond_of(owner: usize) -> BondId {
    bond_on(descriptor().id(), owner)
}

pub(crate) fn bond_on(feed: FeedId, owner: usize) -> BondId {
    let owner = key(owner);
    BondId { feed, owner }
}

/// The two messages with which the key's owner contradicts itself so, the lower first.
pub(crate) fn lie(feed: &Feed, conflict: Conflict) -> [Signed; 2] {
    let at = |(epoch, seq), t, prev, prev_t, value| {
        let observation = Observation {
            feed: feed.id(),
            epoch,
            seq,
            t: TimeMs(t),
            prev_t: TimeMs(prev_t),
            prev,
            flags: 0,
            value: Value::Fixed(value),
        };
        open(feed, &sign(&secret(), &observation)).unwrap()
    };
    let first = at((0, 4), 5_000, UNSEEN, 4_000, 1);
    let second = match conflict {
        Conflict::Fork => at((0, 4), 5_000, UNSEEN, 4_000, 2),
        Conflict::Link => at((0, 5), 6_000, first.id(), 4_999, 2),
        Conflict::Time => at((0, 9), 4_500, MessageId([8; 32]), 4_500, 2),
        Conflict::Clock => at((1, 0), 4_500, MessageId([0; 32]), 4_500, 2),
    };
    let mut lie = [first, second];
    lie.sort_by_key(|message| {
        let said = message.observation();
        (said.epoch, said.seq, message.id())
    });
    lie
}

/// The proof that they make.
pub(crate) fn proof(feed: &Feed, conflict: Conflict) -> Vec<u8> {
    let [lower, higher] = lie(feed, conflict);
    assert_eq!(Conflict::between(&lower, &higher), Some(conflict));
    Equivocation::new(feed, &lower, &higher).unwrap().encode()
}
