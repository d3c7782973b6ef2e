//! Whatever the disk does and when: opened again, the store holds exactly what was written, or that and the commit that failed, as a whole.

use proptest::prelude::*;
use twinroot_store::{Batch, Store, WriteError};

use crate::disk::{Disk, Fault};
use crate::model::{Model, commits};

/// Writes until a write fails, and gives what was written for sure, and what may be there as well.
fn write_until_it_fails(store: &Store, commits: &[Vec<Batch>]) -> (Model, Option<Model>) {
    let mut written = Model::default();
    for batches in commits {
        let mut after = written.clone();
        after.write(batches);
        match store.write(batches) {
            Ok(()) => written = after,
            Err(_) => {
                let again = store.write(&[Batch {
                    app: vec![(b"a".to_vec(), Some(vec![1]))],
                    ..Batch::default()
                }]);
                assert!(
                    matches!(again, Err(WriteError::Stopped)),
                    "{again:?} after a write that failed"
                );
                return (written, Some(after));
            }
        }
    }
    (written, None)
}

fn holds_what_was_written(
    disk: Disk,
    written: &Model,
    maybe: Option<&Model>,
) -> Result<(), TestCaseError> {
    let store = Store::open_on(disk)
        .map_err(|error| TestCaseError::fail(format!("not opened: {error}")))?;
    let found = Model::of(&store).unwrap();
    prop_assert!(
        found == *written || Some(&found) == maybe,
        "found {found:?}\nwritten {written:?}\nmaybe {maybe:?}"
    );
    prop_assert_eq!(store.check().unwrap().broken, []);
    // And it can be gone on with.
    let more = [Batch {
        app: vec![(b"a".to_vec(), Some(vec![9]))],
        ..Batch::default()
    }];
    store.write(&more).unwrap();
    let mut after = found;
    after.write(&more);
    prop_assert_eq!(Model::of(&store).unwrap(), after);
    Ok(())
}

/// A store whose writes begin at the operation that is given, on a disk of its own.
fn fresh() -> (Disk, Store, u64) {
    let disk = Disk::new();
    let store = Store::create_on(disk.clone()).unwrap();
    let begin = disk.operations();
    (disk, store, begin)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn nothing_fails(commits in commits()) {
        let (disk, store, _) = fresh();
        let (written, failed) = write_until_it_fails(&store, &commits);
        prop_assert_eq!(failed, None);
        prop_assert_eq!(&Model::of(&store).unwrap(), &written);
        drop(store);
        holds_what_was_written(disk, &written, None)?;
    }

    #[test]
    fn killed(commits in commits()) {
        let (disk, store, _) = fresh();
        let (written, _) = write_until_it_fails(&store, &commits);
        holds_what_was_written(disk.after_kill(), &written, None)?;
    }

    #[test]
    fn the_power_goes_off(commits in commits(), at in 0_u64..90, seed: u64) {
        let (disk, store, begin) = fresh();
        disk.fault(Fault::PowerCut(begin + at));
        let (written, maybe) = write_until_it_fails(&store, &commits);
        holds_what_was_written(disk.after_power_cut(seed), &written, maybe.as_ref())?;
        drop(store);
        holds_what_was_written(disk.after_power_cut(seed), &written, maybe.as_ref())?;
    }

    #[test]
    fn the_power_goes_off_while_it_is_opened_again(commits in commits(), at in 0_u64..40, seed: u64) {
        let (disk, store, _) = fresh();
        let (written, _) = write_until_it_fails(&store, &commits);
        let disk = disk.after_power_cut(seed);
        disk.fault(Fault::PowerCut(at));
        drop(Store::open_on(disk.clone()));
        holds_what_was_written(disk.after_power_cut(!seed), &written, None)?;
    }

    #[test]
    fn a_write_fails(commits in commits(), at in 0_u64..90, tears: bool, clean: bool) {
        let (disk, store, begin) = fresh();
        disk.fault(if tears { Fault::Tears(begin + at) } else { Fault::Fails(begin + at) });
        let (written, maybe) = write_until_it_fails(&store, &commits);
        if let Some(maybe) = &maybe {
            // What is on the disk can still be read, in the program that is up.
            if let Ok(found) = Model::of(&store) {
                prop_assert!(found == written || found == *maybe);
            }
        }
        let after = if clean { drop(store); disk } else { disk.after_kill() };
        holds_what_was_written(after.after_kill(), &written, maybe.as_ref())?;
    }

    #[test]
    fn the_disk_is_full(commits in commits(), room in 0_usize..200_000) {
        let (disk, store, _) = fresh();
        disk.room(Some(disk.size() + room));
        let (written, maybe) = write_until_it_fails(&store, &commits);
        drop(store);
        disk.room(None);
        holds_what_was_written(disk, &written, maybe.as_ref())?;
    }
}

#[test]
fn a_full_disk_is_told_from_a_broken_one() {
    let (disk, store, begin) = fresh();
    disk.room(Some(disk.size()));
    let much = Batch {
        blobs: vec![([1; 32], vec![1; 1 << 20])],
        ..Batch::default()
    };
    assert!(matches!(
        store.write(std::slice::from_ref(&much)),
        Err(WriteError::Full)
    ));
    assert!(matches!(
        store.write(std::slice::from_ref(&much)),
        Err(WriteError::Stopped)
    ));
    assert_eq!(store.next(), 0);
    drop(store);
    // It can be opened and read while the disk is still full, and written when it is not.
    let store = Store::open_on(disk.clone()).unwrap();
    assert_eq!(Model::of(&store).unwrap(), Model::default());
    disk.room(None);
    store.write(&[much]).unwrap();

    let (disk, store, _) = fresh();
    disk.fault(Fault::Fails(begin));
    let little = Batch {
        app: vec![(b"a".to_vec(), Some(vec![1]))],
        ..Batch::default()
    };
    assert!(matches!(store.write(&[little]), Err(WriteError::Disk(_))));
}

#[test]
fn a_commit_waits_for_the_disk_once() {
    let (disk, store, _) = fresh();
    for size in [1, 64] {
        let before = disk.syncs();
        let batches: Vec<Batch> = (0..size)
            .map(|_| Batch {
                app: vec![(b"a".to_vec(), Some(vec![1]))],
                ..Batch::default()
            })
            .collect();
        store.write(&batches).unwrap();
        assert_eq!(disk.syncs() - before, 1, "{size} batches");
    }
    let before = disk.syncs();
    store.write(&[Batch::default()]).unwrap();
    assert_eq!(disk.syncs(), before, "nothing to write");
}
