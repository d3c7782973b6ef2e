//! A log that is told to drop what is old.

use twinroot_feed::Signed;
use twinroot_link::{
    Arrival, Damage, Dropped, Evidence, Follower, Keeper, Lag, Log, LogError, LogReader, Notice,
    Place, Turn, follow_log,
};

#[cfg(unix)]
use crate::full::{limited, run_limited};
use crate::world::{
    Disk, NO_MESSAGE, all, bound, chain, feed, has, header_bytes, message, open_log,
    open_patiently, record_bytes, roomy, within,
};

const fn at(epoch: u32, seq: u64) -> Place {
    Place { epoch, seq }
}

/// Bytes of the record of a floor, by its layout.
const FLOOR_BYTES: usize = 2 + 1 + 4 + 8 + 8;

/// Bytes of a log that was compacted and has these messages.
fn compacted_bytes(messages: &[Signed]) -> usize {
    header_bytes() + FLOOR_BYTES + messages.iter().map(record_bytes).sum::<usize>()
}

#[test]
fn what_is_old_is_gone_and_does_not_come_back() {
    let messages = chain(1_500);
    let disk = Disk::new();
    let (mut log, _) = disk.open().unwrap();
    log.append(messages.clone()).unwrap();
    let before = disk.bytes().len();
    let dropped = log.drop_before(at(0, 1_200)).unwrap();
    let after = disk.bytes().len();
    assert_eq!(after, compacted_bytes(&messages[1_200..]));
    let expected = Dropped {
        messages: 1_200,
        bytes: (before - after) as u64,
    };
    assert_eq!(dropped, expected);

    let check = |log: &Log| {
        assert_eq!(all(log.store()), messages[1_200..]);
        let lag = Lag {
            first: Place::FIRST,
            last: at(0, 1_199),
        };
        assert_eq!(log.store().lag(), Some(lag));
        assert_eq!(log.store().gaps(), []);
        assert_eq!(log.store().missing().len(), 1, "only what is newer");
    };
    check(&log);
    // As a backfill from somebody who still has them.
    let arrivals = log.append(messages[1_000..1_250].to_vec()).unwrap();
    assert_eq!(arrivals[..200], [Arrival::TooOld; 200]);
    assert_eq!(arrivals[200..], [Arrival::Known; 50]);
    assert_eq!(disk.bytes().len(), after);
    drop(log);
    let (mut log, damages) = disk.open().unwrap();
    assert_eq!(damages, []);
    check(&log);
    assert_eq!(
        log.append(vec![messages[3].clone()]).unwrap(),
        [Arrival::TooOld]
    );

    // Nothing is done twice, and nothing is undone.
    for place in [at(0, 1_200), at(0, 5), Place::FIRST] {
        assert_eq!(log.drop_before(place).unwrap(), Dropped::default());
    }
    assert_eq!(disk.bytes().len(), after);
}

#[test]
fn it_goes_on_behind_what_stays() {
    let messages = chain(30);
    let disk = Disk::with(&messages[..20]);
    let (mut log, _) = disk.open().unwrap();
    log.drop_before(at(0, 15)).unwrap();
    log.append(messages[20..25].to_vec()).unwrap();
    log.drop_before(at(0, 18)).unwrap();
    log.append(messages[25..].to_vec()).unwrap();
    drop(log);
    assert_eq!(disk.bytes().len(), compacted_bytes(&messages[18..]));
    let (log, damages) = disk.open().unwrap();
    assert_eq!(
        (all(log.store()), damages),
        (messages[18..].to_vec(), vec![])
    );
}

#[test]
fn the_newest_message_always_stays() {
    let messages = chain(3);
    let disk = Disk::with(&messages);
    let (mut log, _) = disk.open().unwrap();
    assert_eq!(log.drop_before(at(u32::MAX, u64::MAX)).unwrap().messages, 2);
    assert_eq!(all(log.store()), messages[2..]);
    assert_eq!(log.store().floor(), at(0, 2));
    let next = message(0, 3, messages[2].id(), 1);
    assert_eq!(log.append(vec![next]).unwrap(), [Arrival::New]);
    let (mut empty, _) = Disk::new().open().unwrap();
    assert_eq!(empty.drop_before(at(7, 0)).unwrap(), Dropped::default());
}

/// More in the file than in memory, and not in the order of places: late messages stay as well.
#[test]
fn what_memory_had_no_room_for_is_looked_at_too() {
    let mut messages = chain(50);
    let disk = Disk::new();
    let (mut log, _) = disk.open().unwrap();
    log.append(messages[10..].to_vec()).unwrap();
    log.append(messages[..10].to_vec()).unwrap();
    drop(log);
    let (mut log, _) = open_patiently(&disk.path, feed(1), bound(3)).unwrap();
    assert_eq!(log.drop_before(at(0, 5)).unwrap().messages, 5);
    assert_eq!(all(log.store()), messages[47..]);
    drop(log);
    let (log, _) = disk.open().unwrap();
    messages.drain(..5);
    assert_eq!(all(log.store()), messages);
}

/// The first message of an epoch names the last one before; that one was dropped on purpose.
#[test]
fn an_epoch_may_be_the_first_that_stays() {
    let first = message(0, 0, NO_MESSAGE, 1);
    let second = message(1, 0, first.id(), 2);
    let third = message(1, 1, second.id(), 3);
    let disk = Disk::with(&[first, second.clone(), third.clone()]);
    let (mut log, _) = disk.open().unwrap();
    log.drop_before(at(1, 0)).unwrap();
    assert_eq!(log.store().gaps(), []);
    drop(log);
    let (log, _) = disk.open().unwrap();
    assert_eq!(all(log.store()), [second, third]);
    assert_eq!(log.store().gaps(), []);
}

#[test]
fn damage_is_not_taken_along() {
    let messages = chain(6);
    let disk = Disk::with(&messages);
    let mut bytes = disk.bytes();
    let place = bytes.len() - record_bytes(&messages[5]) - 20;
    bytes[place] ^= 1;
    disk.write(&bytes);
    let (mut log, damages) = disk.open().unwrap();
    assert!(matches!(damages[..], [Damage::Unreadable { .. }]));
    log.drop_before(at(0, 2)).unwrap();
    drop(log);
    let (log, damages) = disk.open().unwrap();
    assert_eq!(damages, []);
    let left = [&messages[2..4], &messages[5..]].concat();
    assert_eq!(all(log.store()), left);
}

/// The machine stops at any time: before the new file has the name of the log there is the old one, whatever lies
/// beside it, and the rest is cleared away.
#[test]
fn a_crash_before_the_end_leaves_the_log_as_it_was() {
    let messages = chain(6);
    let disk = Disk::with(&messages);
    let old = disk.bytes();
    let (mut log, _) = disk.open().unwrap();
    log.drop_before(at(0, 4)).unwrap();
    drop(log);
    let new = disk.bytes();
    let beside = disk.path.with_extension("log.compacting");
    for written in 0..=new.len() {
        disk.write(&old);
        std::fs::write(&beside, &new[..written]).unwrap();
        let (log, damages) = disk.open().unwrap();
        assert_eq!((all(log.store()), damages), (messages.clone(), vec![]));
        assert!(!beside.exists());
    }
}

/// Of the file after it, too: whatever a crash cuts off, what was there before the cut is read, and the floor with it.
#[test]
fn a_compacted_log_can_be_cut_anywhere() {
    let messages = chain(6);
    let disk = Disk::with(&messages);
    let (mut log, _) = disk.open().unwrap();
    log.drop_before(at(0, 4)).unwrap();
    drop(log);
    let whole = disk.bytes();
    for length in 0..whole.len() {
        disk.write(&whole[..length]);
        let (log, _) = disk.open().unwrap();
        let there = (4..6)
            .filter(|end| compacted_bytes(&messages[4..=*end]) <= length)
            .count();
        assert_eq!(all(log.store()), messages[4..4 + there], "{length}");
        let floor = if length < compacted_bytes(&[]) {
            Place::FIRST
        } else {
            at(0, 4)
        };
        assert_eq!(log.store().floor(), floor, "{length}");
    }
}

/// A folder in the way stands for a disk that does not let the new file be made.
#[test]
fn where_it_fails_the_log_is_as_it_was() {
    let messages = chain(6);
    let disk = Disk::with(&messages[..5]);
    let (mut log, _) = disk.open().unwrap();
    std::fs::create_dir(disk.path.with_extension("log.compacting")).unwrap();
    let error = log.drop_before(at(0, 4)).unwrap_err();
    assert!(matches!(error, LogError::File { .. }), "{error}");
    assert_eq!(log.store().floor(), Place::FIRST);
    log.append(messages[5..].to_vec()).unwrap();
    drop(log);
    assert_eq!(all(disk.open().unwrap().0.store()), messages);
}

#[cfg(unix)]
#[test]
fn where_the_disk_is_full_the_log_is_as_it_was() {
    const THIS: &str = "compact::where_the_disk_is_full_the_log_is_as_it_was";

    if let Some(path) = limited() {
        let (mut log, _) = open_log(&path).unwrap();
        let error = log.drop_before(at(0, 5)).unwrap_err();
        assert!(matches!(error, LogError::Full { .. }), "{error}");
        assert_eq!(log.store().floor(), Place::FIRST);
        return;
    }
    let messages = chain(200);
    let disk = Disk::new();
    let (mut log, _) = disk.open().unwrap();
    log.append(messages.clone()).unwrap();
    drop(log);
    let before = disk.bytes();
    run_limited(THIS, &disk.path, &[]);
    assert_eq!(disk.bytes(), before);
    assert!(!disk.path.with_extension("log.compacting").exists());
    assert_eq!(all(disk.open().unwrap().0.store()), messages);
}

#[test]
fn a_compacted_log_stays_locked() {
    let disk = Disk::with(&chain(3));
    let (mut log, _) = disk.open().unwrap();
    log.drop_before(at(0, 2)).unwrap();
    let error = Log::open(&disk.path, feed(1), roomy()).unwrap_err();
    assert!(matches!(error, LogError::Locked { .. }), "{error}");
    drop(log);
    disk.open().unwrap();
}

fn rest(reader: &mut LogReader) -> Vec<Signed> {
    let mut messages = Vec::new();
    loop {
        let (more, damages) = reader.read().unwrap();
        assert_eq!(damages, []);
        if more.is_empty() {
            return messages;
        }
        messages.extend(more);
    }
}

#[test]
fn a_reader_goes_on_where_it_was() {
    let messages = chain(40);
    let disk = Disk::with(&messages[..20]);
    let (mut log, _) = disk.open().unwrap();
    let mut reader = LogReader::open(&disk.path).unwrap();
    assert_eq!(rest(&mut reader), messages[..20]);
    log.append(messages[20..25].to_vec()).unwrap();
    log.drop_before(at(0, 10)).unwrap();
    log.append(messages[25..30].to_vec()).unwrap();
    // What was appended before, and what was appended after it.
    assert_eq!(rest(&mut reader), messages[20..30]);
    // Behind what it had read last there was something else, twice.
    log.drop_before(at(0, 28)).unwrap();
    log.append(messages[30..35].to_vec()).unwrap();
    log.drop_before(at(0, 32)).unwrap();
    log.append(messages[35..].to_vec()).unwrap();
    assert_eq!(rest(&mut reader), messages[32..]);
    assert_eq!(
        rest(&mut LogReader::open(&disk.path).unwrap()),
        messages[32..]
    );
}

/// Nobody waits for what was dropped before.
#[tokio::test]
async fn who_follows_a_compacted_log_is_told_where_it_begins() {
    let messages = chain(30);
    let disk = Disk::with(&messages);
    let (mut log, _) = disk.open().unwrap();
    log.drop_before(at(0, 12)).unwrap();
    let keeper = Keeper::start(Evidence::memory(feed(1), roomy()));
    let _follows = follow_log(LogReader::open(&disk.path).unwrap(), keeper.clone());
    let mut ordered = keeper.in_order();
    let mut told = Vec::new();
    while told.len() < 18 {
        match within(ordered.next()).await.unwrap() {
            Turn::Message(message) => told.push(*message),
            Turn::Dropped(lag) => assert_eq!(lag.last, at(0, 11)),
            // As long as it is not known.
            Turn::Waits(_) => {}
        }
    }
    assert_eq!(told, messages[12..]);

    let knows = Keeper::start(Evidence::from(
        Disk::with(&messages[..20]).open().unwrap().0,
    ));
    let _follows = follow_log(LogReader::open(&disk.path).unwrap(), knows.clone());
    within(has(&knows, &messages)).await;
}

#[tokio::test]
async fn a_keeper_drops_and_its_followers_are_told() {
    let messages = chain(30);
    let disk = Disk::with(&messages[..20]);
    let keeper = Keeper::start(Evidence::from(disk.open().unwrap().0));
    let other = Keeper::start(Evidence::memory(feed(1), roomy()));
    let _follows = follow_log(LogReader::open(&disk.path).unwrap(), other.clone());
    within(has(&other, &messages[..20])).await;

    let dropped = within(keeper.drop_before(at(0, 12))).await.unwrap();
    assert_eq!(dropped.messages, 12);
    assert_eq!(other.drop_before(at(0, 12)).await.unwrap().messages, 12);
    let origin = twinroot_link::Origin::new("test");
    let new = messages[20..]
        .iter()
        .map(|message| message.bytes().to_vec());
    within(keeper.deliver_all(&origin, new)).await.unwrap();
    within(has(&other, &messages[12..])).await;

    let lag = Lag {
        first: Place::FIRST,
        last: at(0, 11),
    };
    let mut follower: Follower = keeper.follow(Some(Place::FIRST)).await.unwrap();
    assert!(matches!(within(follower.next()).await, Some(Notice::Dropped(told)) if told == lag));
    let mut ordered = keeper.in_order();
    assert_eq!(within(ordered.next()).await, Some(Turn::Dropped(lag)));
    for expected in &messages[12..] {
        let told = within(follower.next()).await;
        assert!(matches!(told, Some(Notice::Message(message)) if *message == *expected));
        let turn = Turn::Message(Box::new(expected.clone()));
        assert_eq!(within(ordered.next()).await, Some(turn));
    }
}
