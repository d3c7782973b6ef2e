//! What is written, read and forgotten.

use twinroot_store::{Batch, Entry, Store, WriteError};

use crate::disk::Disk;

fn store() -> Store {
    Store::create_on(Disk::new()).unwrap()
}

fn entry(stream: u8, number: u64) -> Entry {
    Entry {
        stream: [stream; 32],
        number,
        bytes: vec![stream; 10],
    }
}

fn append(entries: &[(u8, u64)]) -> Batch {
    Batch {
        append: entries
            .iter()
            .map(|(stream, number)| entry(*stream, *number))
            .collect(),
        ..Batch::default()
    }
}

fn numbers(store: &Store, stream: u8, from: u64, limit: usize) -> Vec<u64> {
    store
        .read(&[stream; 32], from, limit)
        .unwrap()
        .into_iter()
        .map(|(number, _)| number)
        .collect()
}

#[test]
fn entries_come_in_order_of_their_stream() {
    let store = store();
    store
        .write(&[
            append(&[(2, 0), (1, 1), (2, 256)]),
            append(&[(1, 257), (2, 65_536)]),
        ])
        .unwrap();
    assert_eq!(store.streams().unwrap(), [[1; 32], [2; 32]]);
    assert_eq!(numbers(&store, 2, 0, 10), [0, 256, 65_536]);
    assert_eq!(numbers(&store, 2, 1, 10), [256, 65_536]);
    assert_eq!(numbers(&store, 2, 256, 1), [256]);
    assert_eq!(numbers(&store, 2, 65_537, 1), [0_u64; 0]);
    assert_eq!(numbers(&store, 1, 0, 0), [0_u64; 0]);
    assert_eq!(numbers(&store, 9, 0, 10), [0_u64; 0]);
}

#[test]
fn a_number_is_used_once() {
    let store = store();
    store.write(&[append(&[(1, 5)])]).unwrap();
    assert_eq!(store.next(), 6);
    for wrong in [
        &[(1, 5)][..],
        &[(2, 4)],
        &[(2, 6), (1, 6)],
        &[(2, 7), (1, 6)],
        &[(1, u64::MAX)],
    ] {
        let error = store.write(&[append(wrong)]).unwrap_err();
        assert!(matches!(error, WriteError::Number { .. }), "{error}");
    }
    // The caller's mistake does no harm.
    assert_eq!(store.next(), 6);
    store.write(&[append(&[(2, 6)])]).unwrap();
    assert_eq!(store.streams().unwrap().len(), 2);
}

#[test]
fn numbers_of_forgotten_entries_are_not_used_again() {
    let disk = Disk::new();
    let store = Store::create_on(disk.clone()).unwrap();
    store
        .write(&[append(&[(1, 0), (2, 1), (1, 2), (1, 3)])])
        .unwrap();
    store
        .write(&[Batch {
            forget: vec![([1; 32], 3)],
            ..Batch::default()
        }])
        .unwrap();
    assert_eq!(numbers(&store, 1, 0, 10), [3]);
    assert_eq!(numbers(&store, 2, 0, 10), [1]);
    store
        .write(&[Batch {
            forget: vec![([1; 32], u64::MAX), ([7; 32], 5)],
            ..Batch::default()
        }])
        .unwrap();
    assert_eq!(store.streams().unwrap(), [[2; 32]]);
    drop(store);
    let store = Store::open_on(disk).unwrap();
    assert_eq!(store.next(), 4);
}

#[test]
fn a_checkpoint_takes_the_place_of_what_it_stands_for() {
    let store = store();
    store.write(&[append(&[(1, 0), (1, 1)])]).unwrap();
    let checkpoint = Batch {
        append: vec![entry(1, 2)],
        forget: vec![([1; 32], 2)],
        ..Batch::default()
    };
    store.write(&[checkpoint]).unwrap();
    assert_eq!(numbers(&store, 1, 0, 10), [2]);
}

#[test]
fn blobs_and_records() {
    let store = store();
    let code = ([4; 32], vec![1; 100_000]);
    let name = b"deliveries".to_vec();
    let set = |bytes: Option<&[u8]>| Batch {
        app: vec![(name.clone(), bytes.map(<[u8]>::to_vec))],
        ..Batch::default()
    };
    store
        .write(&[Batch {
            blobs: vec![code.clone()],
            ..set(Some(b"one"))
        }])
        .unwrap();
    assert_eq!(store.blob(&[4; 32]).unwrap(), Some(code.1));
    assert_eq!(store.blob(&[5; 32]).unwrap(), None);
    assert_eq!(store.blobs().unwrap(), [[4; 32]]);
    assert_eq!(store.app(&name).unwrap().as_deref(), Some(&b"one"[..]));
    store.write(&[set(Some(b"two")), set(Some(b""))]).unwrap();
    assert_eq!(
        store.app(&name).unwrap().as_deref(),
        Some(&b""[..]),
        "the last one counts"
    );
    store.write(&[set(None)]).unwrap();
    assert_eq!(store.app(&name).unwrap(), None);
}

#[test]
fn readers_see_whole_commits_while_there_is_a_writer() {
    let store = store();
    let reader = store.clone();
    std::thread::scope(|scope| {
        let reading = scope.spawn(move || {
            let mut last = 0;
            while last < 200 {
                let entries = reader.read(&[1; 32], 0, usize::MAX).unwrap();
                assert_eq!(entries.len() % 2, 0, "half a commit");
                assert!(entries.len() >= last);
                last = entries.len();
            }
        });
        for number in 0..100 {
            store
                .write(&[append(&[(1, 2 * number)]), append(&[(1, 2 * number + 1)])])
                .unwrap();
        }
        reading.join().unwrap();
    });
}
