//! Reading a log while another program may write it.

use twinroot_feed::Signed;
use twinroot_link::{Damage, Evidence, Keeper, LogError, LogReader, follow_log};

use crate::world::{Disk, chain, feed, has, offsets, roomy, within};

fn rest(reader: &mut LogReader) -> (Vec<Signed>, Vec<Damage>) {
    let (mut messages, mut damages) = (Vec::new(), Vec::new());
    loop {
        let (more, damaged) = reader.read().unwrap();
        damages.extend(damaged);
        if more.is_empty() {
            return (messages, damages);
        }
        messages.extend(more);
    }
}

#[test]
fn a_log_in_use_is_read_and_followed() {
    let messages = chain(1_200);
    let disk = Disk::with(&[]);
    let (mut log, _) = disk.open().unwrap();
    let mut reader = LogReader::open(&disk.path).unwrap();
    assert_eq!(reader.feed(), &feed(1));
    assert_eq!(rest(&mut reader), (vec![], vec![]));
    for batch in messages.chunks(1_100) {
        log.append(batch.to_vec()).unwrap();
        assert_eq!(rest(&mut reader), (batch.to_vec(), vec![]));
    }
    // Another one begins at the beginning.
    let mut reader = LogReader::open(&disk.path).unwrap();
    assert_eq!(rest(&mut reader).0, messages);
}

#[test]
fn a_record_that_is_half_written_is_read_when_it_is_whole() {
    let messages = chain(3);
    let whole = Disk::with(&messages).bytes();
    let ends = offsets(&messages);
    let disk = Disk::with(&[]);
    let mut reader = LogReader::open(&disk.path).unwrap();
    let mut read = Vec::new();
    for end in ends[0]..=whole.len() {
        disk.write(&whole[..end]);
        let (more, damages) = rest(&mut reader);
        assert_eq!(damages, []);
        read.extend(more);
        let expected = ends[1..].iter().filter(|there| **there <= end).count();
        assert_eq!(read, messages[..expected], "{end}");
        assert_eq!(disk.bytes(), whole[..end], "nothing is cut off");
    }
}

#[test]
fn damage_between_records_is_told() {
    let messages = chain(3);
    let disk = Disk::with(&messages);
    let mut bytes = disk.bytes();
    let ends = offsets(&messages);
    bytes[ends[1] + 20] ^= 1;
    disk.write(&bytes);
    let mut reader = LogReader::open(&disk.path).unwrap();
    let (read, damages) = rest(&mut reader);
    assert_eq!(read, [messages[0].clone(), messages[2].clone()]);
    let damage = Damage::Unreadable {
        offset: ends[1] as u64,
        bytes: (ends[2] - ends[1]) as u64,
    };
    assert_eq!(damages, [damage]);
}

#[test]
fn what_is_no_log_is_not_read() {
    let disk = Disk::new();
    let error = LogReader::open(&disk.path).unwrap_err();
    assert!(matches!(error, LogError::File { .. }), "{error}");
    disk.write(b"something else");
    let error = LogReader::open(&disk.path).unwrap_err();
    assert!(matches!(error, LogError::NotALog { .. }), "{error}");
}

#[tokio::test]
async fn a_keeper_follows_the_log_of_another_program() {
    let messages = chain(30);
    let disk = Disk::with(&messages[..10]);
    let (mut log, _) = disk.open().unwrap();
    let keeper = Keeper::start(Evidence::memory(feed(1), roomy()));
    let reader = LogReader::open(&disk.path).unwrap();
    let _follows = follow_log(reader, keeper.clone());
    within(has(&keeper, &messages[..10])).await;
    log.append(messages[10..].to_vec()).unwrap();
    within(has(&keeper, &messages)).await;
}
