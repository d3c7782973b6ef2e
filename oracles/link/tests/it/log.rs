//! A log that nothing happened to.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use twinroot_abi::{MessageId, Subject, TimeMs};
use twinroot_feed::{Observation, Signed, Value, open, sign};
use twinroot_link::{Arrival, Log, LogError, Place};

use crate::world::{
    Disk, all, bound, chain, feed, header_bytes, message, message_of, offsets, open_patiently,
    roomy, secret, signed_again,
};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Batches in any order, with duplicates, and the log opened again between them.
    #[test]
    fn what_was_appended_is_there_after_opening(
        batches in vec((vec(any::<Index>(), 0..12), any::<bool>()), 0..8),
        room in 1usize..24,
    ) {
        let mut messages = chain(16);
        messages.push(message(0, 5, messages[4].id(), 2));
        messages.push(signed_again(&messages[7], 7));
        let disk = Disk::new();
        let (mut log, _) = open_patiently(&disk.path, feed(1), bound(room)).unwrap();
        for (batch, reopen) in batches {
            let batch: Vec<Signed> = batch.iter().map(|index| index.get(&messages).clone()).collect();
            let arrivals = log.append(batch.clone()).unwrap();
            prop_assert_eq!(arrivals.len(), batch.len());
            if reopen {
                let before = all(log.store());
                drop(log);
                let (opened, damages) = open_patiently(&disk.path, feed(1), bound(room)).unwrap();
                prop_assert_eq!(damages, []);
                prop_assert_eq!(all(opened.store()), before);
                log = opened;
            }
        }
    }
}

#[test]
fn a_message_takes_its_place_once() {
    let messages = chain(3);
    let disk = Disk::with(&messages);
    let before = disk.bytes();
    assert_eq!(before.len(), offsets(&messages)[3]);
    let (mut log, _) = disk.open().unwrap();
    let twice = [&messages[..], &messages].concat();
    assert_eq!(log.append(twice).unwrap(), [Arrival::Known; 6]);
    let foreign = message_of(2, 0, 9, messages[0].id(), 1);
    assert_eq!(log.append(vec![foreign]).unwrap(), [Arrival::OtherFeed]);
    assert_eq!(disk.bytes(), before);
}

#[test]
fn a_batch_is_answered_in_its_order() {
    let [first, second, third] = chain(3).try_into().unwrap();
    let fork = message(0, 1, first.id(), 2);
    let disk = Disk::new();
    let (mut log, _) = disk.open().unwrap();
    let batch = vec![third.clone(), second.clone(), third.clone(), fork.clone()];
    let arrivals = log.append(batch).unwrap();
    let expected = [Arrival::New, Arrival::New, Arrival::Known, Arrival::Fork];
    assert_eq!(arrivals, expected);
    let written = offsets(&[third, second, fork])[3];
    assert_eq!(disk.bytes().len(), written, "each once");
    drop(log);
    let (log, _) = disk.open().unwrap();
    assert_eq!(log.store().len(), 3);
    assert_eq!(log.store().at(Place { epoch: 0, seq: 1 }).count(), 2);
}

#[test]
fn what_memory_has_no_room_for_is_still_in_the_file() {
    let messages = chain(9);
    let disk = Disk::new();
    let (mut log, _) = open_patiently(&disk.path, feed(1), bound(2)).unwrap();
    for message in &messages {
        log.append(vec![message.clone()]).unwrap();
    }
    assert_eq!(all(log.store()), messages[7..]);
    assert!(log.store().since(Place::FIRST).lag().is_some());
    drop(log);
    let (log, damages) = disk.open().unwrap();
    assert_eq!(damages, []);
    assert_eq!(all(log.store()), messages);
    assert_eq!(log.store().lag(), None);
}

#[test]
fn one_at_a_time_has_a_log_open() {
    let disk = Disk::with(&chain(1));
    let (log, _) = disk.open().unwrap();
    let second = Log::open(&disk.path, feed(1), roomy()).unwrap_err();
    assert!(matches!(second, LogError::Locked { .. }), "{second}");
    drop(log);
    disk.open().unwrap();
}

#[test]
fn a_log_says_whose_it_is() {
    let disk = Disk::with(&chain(1));
    assert_eq!(Log::feed_of(&disk.path).unwrap(), feed(1));
    let before = disk.bytes();
    let error = open_patiently(&disk.path, feed(2), roomy()).unwrap_err();
    let LogError::OtherFeed { feed: other, .. } = error else {
        panic!("{error}");
    };
    assert_eq!(other, feed(1).id());
    assert_eq!(disk.bytes(), before);
}

#[test]
fn a_later_version_is_left_alone() {
    let disk = Disk::with(&chain(1));
    let mut bytes = disk.bytes();
    bytes[16] = 2;
    // Its header is not that of this version with another number.
    bytes[20] ^= 1;
    disk.write(&bytes);
    let error = disk.open().unwrap_err();
    assert!(
        matches!(error, LogError::Version { version: 2, .. }),
        "{error}"
    );
    let error = Log::feed_of(&disk.path).unwrap_err();
    assert!(
        matches!(error, LogError::Version { version: 2, .. }),
        "{error}"
    );
    assert_eq!(disk.bytes(), bytes);
}

/// So that a limit of the format never drops what a feed may sign.
#[test]
fn the_longest_message_is_read_again() {
    let feed = feed(1);
    let longest = Observation {
        feed: feed.id(),
        epoch: u32::MAX,
        seq: u64::MAX,
        t: TimeMs(u64::MAX),
        prev_t: TimeMs(u64::MAX),
        prev: MessageId([1; 32]),
        flags: 0,
        value: Value::Claim {
            subject: Subject([1; 32]),
            code: u16::MAX,
        },
    };
    let longest = open(&feed, &sign(&secret(1), &longest)).unwrap();
    assert_eq!(longest.bytes().len(), 201);
    let disk = Disk::with(std::slice::from_ref(&longest));
    let (log, damages) = disk.open().unwrap();
    assert_eq!(damages, []);
    assert_eq!(all(log.store()), [longest]);
}

#[test]
fn a_log_in_a_missing_folder_is_an_error() {
    let disk = Disk::new();
    let path = disk.path.join("deeper");
    let error = open_patiently(&path, feed(1), roomy()).unwrap_err();
    assert!(matches!(error, LogError::File { .. }), "{error}");
}

#[test]
fn a_new_log_is_a_header() {
    let disk = Disk::with(&[]);
    assert_eq!(disk.bytes().len(), header_bytes());
    assert_eq!(&disk.bytes()[..18], b"twinroot.feedlog\x01\x00");
}
