//! A byte that the disk changed is found, or it is one that nobody reads; never is anything else given out than what was written.

use proptest::prelude::*;
use twinroot_store::{OpenError, Store};

use crate::disk::Disk;
use crate::model::{Model, commits};

/// Whether a store on this disk gives out what was written, and nothing else.
fn right_or_found(disk: Disk, written: &Model) -> Result<bool, TestCaseError> {
    let store = match Store::open_on(disk) {
        Ok(store) => store,
        Err(
            OpenError::Damaged { .. }
            | OpenError::Lost { .. }
            | OpenError::Foreign { .. }
            | OpenError::Disk { .. },
        ) => return Ok(true),
        Err(other) => return Err(TestCaseError::fail(format!("{other:?}"))),
    };
    match Model::of(&store) {
        Ok(found) => {
            prop_assert_eq!(&found, written);
            prop_assert_eq!(store.check().unwrap().broken, []);
            Ok(false)
        }
        Err(_) => Ok(true),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn in_a_file_that_was_closed(commits in commits(), flips in prop::collection::vec((any::<usize>(), 1_u8..), 20)) {
        let (disk, written) = written(&commits, true);
        for (at, bits) in flips {
            right_or_found(disk.with_flipped(at, bits), &written)?;
        }
    }

    #[test]
    fn in_a_file_of_a_program_that_was_killed(commits in commits(), flips in prop::collection::vec((any::<usize>(), 1_u8..), 20)) {
        let (disk, written) = written(&commits, false);
        for (at, bits) in flips {
            right_or_found(disk.with_flipped(at, bits), &written)?;
        }
    }

    #[test]
    fn while_the_store_is_open(commits in commits(), at: usize, bits in 1_u8..) {
        let disk = Disk::new();
        let store = Store::create_on(disk.clone()).unwrap();
        let mut written = Model::default();
        for batches in &commits {
            store.write(batches).unwrap();
            written.write(batches);
        }
        disk.flip(at % disk.size(), bits);
        let checked = store.check().unwrap();
        let found = Model::of(&store);
        prop_assert!(!checked.broken.is_empty() || found.is_ok_and(|found| found == written));
    }
}

/// The newest commit is what a torn write and a byte that changed later look alike in.
#[test]
fn in_each_byte_of_the_newest_commit() {
    let before = Disk::new();
    let store = Store::create_on(before.clone()).unwrap();
    let first = one(0);
    store.write(std::slice::from_ref(&first)).unwrap();
    let old = before.bytes();
    let second = one(1);
    store.write(std::slice::from_ref(&second)).unwrap();
    let killed = before.after_kill();
    let mut written = Model::default();
    written.write(&[first, second]);

    let new = killed.bytes();
    let changed = (0..new.len()).filter(|at| old.get(*at) != Some(&new[*at]));
    let (mut found, mut lost) = (0, 0);
    for at in changed {
        let flipped = killed.with_flipped(at, 0x10);
        lost += usize::from(matches!(
            Store::open_on(flipped.after_kill()),
            Err(OpenError::Lost { .. })
        ));
        found += usize::from(right_or_found(flipped, &written).unwrap());
    }
    assert!(found > 500, "{found} of the bytes that count");
    assert!(
        lost > 500,
        "{lost} of them would have been a silent step back"
    );
}

fn one(number: u64) -> twinroot_store::Batch {
    let append = vec![twinroot_store::Entry {
        stream: [3; 32],
        number,
        bytes: vec![0xaa; 100],
    }];
    twinroot_store::Batch {
        append,
        ..twinroot_store::Batch::default()
    }
}

fn written(commits: &[Vec<twinroot_store::Batch>], closed: bool) -> (Disk, Model) {
    let disk = Disk::new();
    let store = Store::create_on(disk.clone()).unwrap();
    let mut written = Model::default();
    for batches in commits {
        store.write(batches).unwrap();
        written.write(batches);
    }
    let killed = disk.after_kill();
    drop(store);
    (if closed { disk } else { killed }, written)
}
