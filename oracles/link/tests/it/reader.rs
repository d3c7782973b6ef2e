//! A log that is read while another program writes it.

use twinroot_feed::Signed;
use twinroot_link::{Damage, LogError, LogReader};

use crate::world::{Disk, chain, feed, offsets};

fn reader(disk: &Disk) -> LogReader {
    LogReader::open(&disk.path, feed(1)).unwrap()
}

/// Wherever the writer is when the log is looked at, each message comes once, whole, and in order.
#[test]
fn a_log_is_followed_whatever_part_of_a_write_is_there() {
    let messages = chain(3);
    let disk = Disk::with(&messages);
    let whole = disk.bytes();
    let offsets = offsets(&messages);
    let disk = Disk::with(&[]);
    let mut reader = reader(&disk);
    let mut read: Vec<Signed> = Vec::new();
    for length in disk.bytes().len()..=whole.len() {
        disk.write(&whole[..length]);
        let (new, damages) = reader.next_batch().unwrap();
        assert_eq!(damages, []);
        read.extend(new);
        let there = offsets[1..].iter().filter(|end| **end <= length).count();
        assert_eq!(read, messages[..there], "{length} bytes are there");
        assert_eq!(reader.unfinished(), (length - offsets[there]) as u64);
    }
}

#[test]
fn a_log_that_another_program_has_open_is_read_and_not_changed() {
    let messages = chain(4);
    let disk = Disk::with(&messages[..2]);
    let (mut log, _) = disk.open().unwrap();
    let mut reader = reader(&disk);
    assert_eq!(
        reader.next_batch().unwrap(),
        (messages[..2].to_vec(), vec![])
    );
    assert_eq!(reader.next_batch().unwrap(), (vec![], vec![]));
    log.append(messages[2..].to_vec()).unwrap();
    assert_eq!(
        reader.next_batch().unwrap(),
        (messages[2..].to_vec(), vec![])
    );
}

#[test]
fn damage_is_told_where_it_is_and_what_is_after_it_is_read() {
    let messages = chain(3);
    let disk = Disk::with(&messages);
    let mut bytes = disk.bytes();
    let at = offsets(&messages);
    bytes[at[1] + 20] ^= 1;
    disk.write(&bytes);
    let (read, damages) = reader(&disk).next_batch().unwrap();
    assert_eq!(read, [messages[0].clone(), messages[2].clone()]);
    let damage = Damage::Unreadable {
        offset: at[1] as u64,
        bytes: (at[2] - at[1]) as u64,
    };
    assert_eq!(damages, [damage]);
    assert_eq!(disk.bytes(), bytes);
}

#[test]
fn a_file_that_is_no_log_of_the_feed_is_not_read() {
    let disk = Disk::with(&chain(1));
    assert!(matches!(
        LogReader::open(&disk.path, feed(2)),
        Err(LogError::OtherFeed { feed: of, .. }) if of == feed(1).id()
    ));
    disk.write(b"something else");
    assert!(matches!(
        LogReader::open(&disk.path, feed(1)),
        Err(LogError::NotALog { .. })
    ));
    assert!(matches!(
        LogReader::open(&disk.path.with_extension("gone"), feed(1)),
        Err(LogError::File { .. })
    ));
}
