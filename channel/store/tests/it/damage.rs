//! What the disk has changed with all of redb's checksums right, as redb itself would by a mistake: each thing has a sum of its own.

use std::io;

use redb::{Database, StorageBackend, TableDefinition};
use twinroot_store::{Batch, Entry, Place, ReadError, Store};

use crate::disk::Disk;

/// What lies behind the first block.
#[derive(Debug)]
struct Behind(Disk);

impl StorageBackend for Behind {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.len()? - 4096)
    }
    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.0.read(offset + 4096, out)
    }
    fn set_len(&self, len: u64) -> io::Result<()> {
        self.0.set_len(len + 4096)
    }
    fn sync_data(&self) -> io::Result<()> {
        self.0.sync_data()
    }
    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.0.write(offset + 4096, data)
    }
}

fn filled() -> Disk {
    let disk = Disk::new();
    let store = Store::create_on(disk.clone()).unwrap();
    let entry = |number| Entry {
        stream: [1; 32],
        number,
        bytes: vec![number as u8; 10],
    };
    store
        .write(&[Batch {
            append: (0..4).map(entry).collect(),
            blobs: vec![([2; 32], vec![2; 10])],
            app: vec![(b"a".to_vec(), Some(vec![3; 10]))],
            forget: Vec::new(),
        }])
        .unwrap();
    disk
}

fn key(number: u64) -> [u8; 40] {
    let mut key = [1; 40];
    key[32..].copy_from_slice(&number.to_be_bytes());
    key
}

const ENTRIES: TableDefinition<'_, &[u8; 40], &[u8]> = TableDefinition::new("entries");
const BLOBS: TableDefinition<'_, &[u8; 32], &[u8]> = TableDefinition::new("blobs");
const APP: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("app");

/// Writes with redb alone.
fn meddle(disk: &Disk, change: impl FnOnce(&redb::WriteTransaction)) {
    let database = Database::builder()
        .create_with_backend(Behind(disk.clone()))
        .unwrap();
    let write = database.begin_write().unwrap();
    change(&write);
    write.commit().unwrap();
}

#[test]
fn an_entry_under_another_name() {
    let disk = filled();
    meddle(&disk, |write| {
        let mut entries = write.open_table(ENTRIES).unwrap();
        let value = entries.remove(&key(1)).unwrap().unwrap().value().to_vec();
        entries.insert(&key(2), value.as_slice()).unwrap();
    });
    let store = Store::open_on(disk).unwrap();
    let place = Place::Entry {
        stream: [1; 32],
        number: 2,
    };
    match store.read(&[1; 32], 0, 10) {
        Err(ReadError::Damaged(found)) => assert_eq!(found, place),
        other => panic!("{other:?}"),
    }
    assert_eq!(
        store.read(&[1; 32], 3, 10).unwrap().len(),
        1,
        "the others can be read"
    );
    assert_eq!(store.check().unwrap().broken, [place]);
    assert!(store.export().is_err());
}

#[test]
fn a_byte_of_each_kind_of_thing() {
    let disk = filled();
    meddle(&disk, |write| {
        let mut blobs = write.open_table(BLOBS).unwrap();
        let mut value = blobs.remove(&[2; 32]).unwrap().unwrap().value().to_vec();
        value[3] ^= 1;
        blobs.insert(&[2; 32], value.as_slice()).unwrap();
        write
            .open_table(APP)
            .unwrap()
            .insert(b"a".as_slice(), b"short".as_slice())
            .unwrap();
    });
    let store = Store::open_on(disk).unwrap();
    assert!(matches!(
        store.blob(&[2; 32]),
        Err(ReadError::Damaged(Place::Blob(_)))
    ));
    assert!(matches!(
        store.app(b"a"),
        Err(ReadError::Damaged(Place::App(_)))
    ));
    let checked = store.check().unwrap();
    assert_eq!(
        checked.broken,
        [Place::Blob([2; 32]), Place::App(b"a".to_vec())]
    );
    assert_eq!(
        (checked.entries, checked.streams, checked.bytes),
        (4, 1, 40)
    );
    // The blob is made whole by whoever has it.
    store
        .write(&[Batch {
            blobs: vec![([2; 32], vec![2; 10])],
            ..Batch::default()
        }])
        .unwrap();
    assert_eq!(store.blob(&[2; 32]).unwrap(), Some(vec![2; 10]));
}

#[test]
fn what_the_store_says_of_itself() {
    let disk = filled();
    meddle(&disk, |write| {
        let table = TableDefinition::<&str, &[u8]>::new("meta");
        write
            .open_table(table)
            .unwrap()
            .insert("counts", [0; 24].as_slice())
            .unwrap();
    });
    assert!(matches!(
        Store::open_on(disk),
        Err(twinroot_store::OpenError::Damaged { .. })
    ));
}
