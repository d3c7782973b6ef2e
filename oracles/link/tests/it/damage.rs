//! What a log still has after cuts, changed bytes and bytes that were never a log.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use twinroot_feed::{OpenError, Signed};
use twinroot_link::{Arrival, Damage, LogError};

use crate::world::{
    Disk, all, chain, feed, header_bytes, message_of, offsets, open_patiently, record_bytes, roomy,
};

/// The log is cut, opened, and appended to; then it is opened again.
fn cut_and_reopen(disk: &Disk, whole: &[u8], messages: &[Signed], length: usize) {
    let offsets = offsets(messages);
    let there = offsets[1..].iter().filter(|end| **end <= length).count();
    disk.write(&whole[..length]);
    let (mut log, damages) = disk.open().unwrap();
    assert_eq!(all(log.store()), messages[..there], "cut to {length}");
    let torn = length.saturating_sub(offsets[there]);
    let expected = (torn > 0).then_some(Damage::Torn {
        offset: offsets[there] as u64,
        bytes: torn as u64,
    });
    assert_eq!(damages, Vec::from_iter(expected), "cut to {length}");

    let lost = messages[there..].to_vec();
    assert_eq!(
        log.append(lost).unwrap(),
        vec![Arrival::New; messages.len() - there]
    );
    drop(log);
    assert_eq!(disk.bytes(), whole, "cut to {length} and written again");
}

#[test]
fn a_torn_end_is_cut_off_wherever_it_tore() {
    let messages = chain(3);
    let disk = Disk::with(&messages);
    let whole = disk.bytes();
    let offsets = offsets(&messages);
    for length in offsets[2]..=offsets[3] {
        cut_and_reopen(&disk, &whole, &messages, length);
    }
}

/// A header that was not finished is begun again; then records.
#[test]
fn a_log_can_be_cut_anywhere() {
    let messages = chain(2);
    let disk = Disk::with(&messages);
    let whole = disk.bytes();
    for length in (0..whole.len()).step_by(3) {
        cut_and_reopen(&disk, &whole, &messages, length);
    }
}

#[test]
fn a_changed_byte_costs_one_record_and_is_named() {
    let messages = chain(4);
    let disk = Disk::with(&messages);
    let whole = disk.bytes();
    let offsets = offsets(&messages);
    for place in 0..whole.len() {
        let mut changed = whole.clone();
        changed[place] ^= 1 << (place % 8);
        disk.write(&changed);
        let (log, damages) = disk.open().unwrap();

        // Which stretch it is in: the header, or the record of that number.
        let stretch = offsets.iter().filter(|start| **start <= place).count();
        let (offset, bytes, left) = match stretch {
            0 => (0, header_bytes(), messages.clone()),
            record => {
                let mut left = messages.clone();
                let lost = left.remove(record - 1);
                (offsets[record - 1], record_bytes(&lost), left)
            }
        };
        let (offset, bytes) = (offset as u64, bytes as u64);
        let expected = if stretch == messages.len() {
            Damage::Torn { offset, bytes }
        } else {
            Damage::Unreadable { offset, bytes }
        };
        assert_eq!(damages, [expected], "byte {place}");
        assert_eq!(damages[0].offset(), offset);
        assert_eq!(all(log.store()), left, "byte {place}");
        drop(log);

        // A header is mended, an end is cut off, what is in the middle stays and is told again.
        let (log, damages) = disk.open().unwrap();
        let stays = stretch > 0 && stretch < messages.len();
        assert_eq!(damages, Vec::from_iter(stays.then_some(expected)));
        assert_eq!(all(log.store()), left, "byte {place}, again");
    }
}

#[test]
fn what_is_appended_behind_damage_is_read_again() {
    let messages = chain(4);
    let disk = Disk::with(&messages[..3]);
    let mut bytes = disk.bytes();
    bytes[offsets(&messages)[1] + 50] ^= 1;
    disk.write(&bytes);
    let (mut log, _) = disk.open().unwrap();
    // The message that was lost, once more, and a new one.
    let batch = vec![messages[1].clone(), messages[3].clone()];
    assert_eq!(log.append(batch).unwrap(), [Arrival::New; 2]);
    drop(log);
    let (log, damages) = disk.open().unwrap();
    assert_eq!(damages.len(), 1);
    assert_eq!(all(log.store()), messages);
}

/// Longer than what is read at a time.
#[test]
fn a_great_hole_hides_nothing_behind_it() {
    let messages = chain(4);
    let disk = Disk::with(&messages);
    let hole: Vec<u8> = (0..700_001u32)
        .map(|byte| (byte.wrapping_mul(byte) >> 7) as u8)
        .collect();
    let offset = offsets(&messages)[2];
    let mut bytes = disk.bytes();
    bytes.splice(offset..offset, hole.clone());
    disk.write(&bytes);
    let (log, damages) = disk.open().unwrap();
    let expected = Damage::Unreadable {
        offset: offset as u64,
        bytes: hole.len() as u64,
    };
    assert_eq!(damages, [expected]);
    assert_eq!(all(log.store()), messages);
}

#[test]
fn a_record_is_not_believed_because_its_sum_is_right() {
    let messages = chain(3);
    let stranger = message_of(2, 0, 1, messages[0].id(), 1);
    let disk = Disk::with(&messages);
    let other = Disk::new();
    let (mut log, _) = open_patiently(&other.path, feed(2), roomy()).unwrap();
    log.append(vec![stranger]).unwrap();

    let offsets = offsets(&messages);
    let bytes = disk.bytes();
    let (before, after) = bytes.split_at(offsets[1]);
    let foreign = other.bytes().split_off(header_bytes());
    disk.write(&[before, &foreign, after].concat());
    let (log, damages) = disk.open().unwrap();
    let refused = Damage::Refused {
        offset: offsets[1] as u64,
        reason: OpenError::WrongFeed,
    };
    assert_eq!(damages, [refused]);
    assert_eq!(all(log.store()), messages);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Stretches are overwritten, taken out or put in; whatever is found was signed, and whatever was not touched is found.
    #[test]
    fn nothing_is_made_up(edits in vec((any::<Index>(), 0usize..300, vec(any::<u8>(), 0..300)), 1..4)) {
        let messages = chain(8);
        let disk = Disk::with(&messages);
        let mut bytes = disk.bytes();
        for (place, taken, put) in edits {
            let start = header_bytes() + place.index(bytes.len() - header_bytes());
            let end = (start + taken).min(bytes.len());
            bytes.splice(start..end, put);
        }
        let untouched = |message: &&Signed| {
            let whole = message.bytes();
            bytes.windows(whole.len() + 2).any(|window| {
                window[..2] == (whole.len() as u16).to_le_bytes() && &window[2..] == whole
            })
        };
        let expected = messages.iter().filter(untouched).count();
        disk.write(&bytes);
        let (log, _) = disk.open().unwrap();
        let found = all(log.store());
        prop_assert!(found.iter().all(|message| messages.contains(message)));
        // Only a sum can be damaged where the message is not.
        prop_assert!(found.len() <= expected && found.len() + 3 >= expected, "{} of {expected}", found.len());
    }

    #[test]
    fn a_file_that_is_something_else_is_left_alone(bytes in vec(any::<u8>(), 32..2_000)) {
        let disk = Disk::new();
        disk.write(&bytes);
        let error = disk.open().unwrap_err();
        prop_assert!(matches!(error, LogError::NotALog { .. }), "{}", error);
        prop_assert_eq!(disk.bytes(), bytes);
    }
}
