//! The device's side.

use core::num::NonZeroU32;

use twinroot_abi::{MessageId, TimeMs};
use twinroot_feed::{
    Descriptor, DescriptorError, Envelope, LastSigned, Mode, SignError, Signer, Value, open,
};

use crate::world::{DELIVERED, PARCEL, descriptor, secret, signer};

#[test]
fn each_message_names_the_one_before() {
    let mut signer = signer(1);
    let first = signer.reading(TimeMs(1_000), 4_929).unwrap();
    let second = signer.claim(TimeMs(1_000), PARCEL, DELIVERED).unwrap();
    let third = signer.reading(TimeMs(3_000), -1).unwrap();
    let [first, second, third] =
        [first, second, third].map(|bytes| open(signer.feed(), &bytes).unwrap());

    assert_eq!(first.observation().value, Value::Fixed(4_929));
    assert_eq!(
        second.observation().value,
        Value::Claim {
            subject: PARCEL,
            code: DELIVERED
        }
    );
    assert_eq!(first.observation().prev, MessageId([0; 32]));
    assert_eq!(first.observation().prev_t, TimeMs(1_000));
    assert_eq!(third.observation().prev, second.id());
    assert_eq!(third.observation().prev_t, TimeMs(1_000));
    assert_eq!(
        [&first, &second, &third].map(|signed| signed.observation().seq),
        [0, 1, 2]
    );
    assert!(second.follows(&first) && third.follows(&second));
    assert!(!third.follows(&first) && !first.follows(&second));
}

#[test]
fn a_device_that_lost_its_counter_begins_another_epoch() {
    let mut before = signer(1);
    let feed = before.feed().clone();
    let last = open(&feed, &before.reading(TimeMs(5_000), 1).unwrap()).unwrap();
    let restarted = |epoch, memory| {
        let epoch = NonZeroU32::new(epoch).unwrap();
        Signer::restarted(secret(1), descriptor(1), epoch, memory).unwrap()
    };

    let mut mindful = restarted(1, Some((last.id(), TimeMs(5_000))));
    assert_eq!(mindful.reading(TimeMs(4_999), 2), Err(SignError::TimeFalls));
    let next = mindful.reading(TimeMs(6_000), 2).unwrap();
    let next = open(&feed, &next).unwrap();
    let said = next.observation();
    assert_eq!((said.epoch, said.seq), (1, 0));
    assert_eq!((said.prev, said.prev_t), (last.id(), TimeMs(5_000)));

    let mut mindless = restarted(2, None);
    let first = mindless.reading(TimeMs(7_000), 3).unwrap();
    let first = open(&feed, &first).unwrap();
    let said = first.observation();
    assert_eq!((said.epoch, said.seq), (2, 0));
    assert_eq!(
        (said.prev, said.prev_t),
        (MessageId([0; 32]), TimeMs(7_000))
    );
    let second = mindless.reading(TimeMs(8_000), 4).unwrap();
    assert!(open(&feed, &second).unwrap().follows(&first));
}

#[test]
fn a_device_that_remembers_goes_on_as_if_it_had_never_stopped() {
    let mut steady = signer(1);
    let mut stopping = signer(1);
    assert_eq!(stopping.last(), None);
    for t in 5_000..5_010 {
        let message = steady.reading(TimeMs(t), 1).unwrap();
        assert_eq!(stopping.reading(TimeMs(t), 1).unwrap(), message);
        let last = stopping.last().unwrap();
        let opened = open(steady.feed(), &message).unwrap();
        assert_eq!((last.epoch, last.seq), (0, t - 5_000));
        assert_eq!((last.id, last.t), (opened.id(), TimeMs(t)));
        stopping = Signer::resumed(secret(1), descriptor(1), last).unwrap();
        assert_eq!(stopping.last(), Some(last));
    }
    assert_eq!(
        stopping.reading(TimeMs(4_999), 1),
        Err(SignError::TimeFalls)
    );

    let full = LastSigned {
        seq: u64::MAX,
        ..stopping.last().unwrap()
    };
    assert_eq!(
        Signer::resumed(secret(1), descriptor(1), full).unwrap_err(),
        SignError::Exhausted
    );
}

#[test]
fn nothing_is_signed_that_nobody_would_take() {
    let mut signer = signer(1);
    assert_eq!(
        signer.reading(TimeMs(999), 1),
        Err(SignError::OutsideValidity)
    );
    signer.reading(TimeMs(5_000), 1).unwrap();
    assert_eq!(signer.reading(TimeMs(4_999), 1), Err(SignError::TimeFalls));
    assert_eq!(
        signer.reading(TimeMs(1_000_001), 1),
        Err(SignError::OutsideValidity)
    );
    let next = signer.reading(TimeMs(5_000), 1).unwrap();
    assert_eq!(
        open(signer.feed(), &next).unwrap().observation().seq,
        1,
        "a refusal takes no place"
    );
}

#[test]
fn a_signer_needs_its_own_key_and_a_good_descriptor() {
    assert_eq!(
        Signer::new(secret(2), descriptor(1)).err(),
        Some(SignError::OtherKey)
    );
    let nameless = Descriptor {
        envelope: Envelope::Native,
        mode: Mode::Counter,
        urn: String::new(),
        ..descriptor(1)
    };
    assert_eq!(
        Signer::new(secret(1), nameless).err(),
        Some(SignError::Descriptor(DescriptorError::Text))
    );
}
