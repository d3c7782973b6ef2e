//! Real files: what is opened, what is refused, and with which words.

use std::fs;
use std::path::Path;
use std::process::Command;

use twinroot_store::{Batch, Entry, OpenError, Store};
use twox_hash::XxHash3_64;

use crate::model::Model;

fn some() -> Batch {
    Batch {
        append: vec![Entry {
            stream: [1; 32],
            number: 0,
            bytes: b"proposing".to_vec(),
        }],
        blobs: vec![([2; 32], vec![3; 10_000])],
        app: vec![(b"a".to_vec(), Some(b"b".to_vec()))],
        forget: Vec::new(),
    }
}

#[test]
fn what_was_written_is_there_when_it_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node.store");
    let store = Store::open(&path).unwrap();
    store.write(&[some()]).unwrap();
    let before = Model::of(&store).unwrap();
    drop(store);
    assert_eq!(Model::of(&Store::open(&path).unwrap()).unwrap(), before);
    let names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|file| file.unwrap().file_name())
        .collect();
    assert_eq!(names, ["node.store"], "nothing else is left there");
}

#[cfg(unix)]
#[test]
fn only_its_owner_reads_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node.store");
    drop(Store::open(&path).unwrap());
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

#[test]
fn a_file_is_open_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node.store");
    let store = Store::open(&path).unwrap();
    assert!(
        matches!(Store::open(&path), Err(OpenError::InUse { .. })),
        "in the same process"
    );
    assert_eq!(in_another_process(&path), "in use");
    drop(store);
    assert_eq!(in_another_process(&path), "opened");
    Store::open(&path).unwrap();
}

/// Runs the test below in a process of its own, on this file, and gives what it found.
fn in_another_process(path: &Path) -> String {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "files::another_process", "--nocapture"])
        .env(FILE, path)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let (_, found) = text.split_once("found: ").unwrap();
    found.lines().next().unwrap().to_owned()
}

const FILE: &str = "TWINROOT_STORE_TEST_FILE";

/// What another process finds; without one there is nothing to look at.
#[test]
fn another_process() {
    let Some(path) = std::env::var_os(FILE) else {
        return;
    };
    match Store::open(Path::new(&path)) {
        Ok(_) => println!("found: opened"),
        Err(OpenError::InUse { .. }) => println!("found: in use"),
        Err(other) => println!("found: {other}"),
    }
}

#[test]
fn foreign_files_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("some.file");
    let redb = folder.path().join("some.redb");
    drop(redb_file(&redb));
    let foreign: [Vec<u8>; 4] = [
        Vec::new(),
        b"twinroot".to_vec(),
        vec![0; 100_000],
        fs::read(&redb).unwrap(),
    ];
    for bytes in foreign {
        fs::write(&path, &bytes).unwrap();
        assert!(
            matches!(Store::open(&path), Err(OpenError::Foreign { .. })),
            "{} bytes",
            bytes.len()
        );
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }
}

fn redb_file(path: &Path) -> redb::Database {
    let database = redb::Database::create(path).unwrap();
    let write = database.begin_write().unwrap();
    write
        .open_table(redb::TableDefinition::<u64, u64>::new("numbers"))
        .unwrap()
        .insert(1, 2)
        .unwrap();
    write.commit().unwrap();
    database
}

#[test]
fn other_formats_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node.store");
    drop(Store::open(&path).unwrap());
    for version in [0_u32, 2, 7] {
        set_version(&path, version);
        let before = fs::read(&path).unwrap();
        let error = Store::open(&path).unwrap_err();
        let text = error.to_string();
        match error {
            OpenError::Newer {
                version: found,
                known: 1,
                ..
            } => assert!(found == version && version > 1),
            OpenError::Older {
                version: found,
                known: 1,
                ..
            } => assert!(found == version && version == 0),
            other => panic!("{other:?}"),
        }
        assert!(text.contains(&format!("has format {version}")), "{text}");
        assert_eq!(fs::read(&path).unwrap(), before);
    }
    set_version(&path, 1);
    Store::open(&path).unwrap();
}

fn set_version(path: &Path, version: u32) {
    let mut bytes = fs::read(path).unwrap();
    bytes[16..20].copy_from_slice(&version.to_le_bytes());
    let sum = XxHash3_64::oneshot(&bytes[..20]);
    bytes[20..28].copy_from_slice(&sum.to_le_bytes());
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_step_back_is_noticed_and_can_be_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node.store");
    let store = Store::open(&path).unwrap();
    drop(store);
    let old = fs::read(&path).unwrap();
    let store = Store::open(&path).unwrap();
    store.write(&[some()]).unwrap();
    drop(store);
    // The disk has kept the first block and lost the rest of the newest writes.
    let mut mixed = old;
    mixed[..4096].copy_from_slice(&fs::read(&path).unwrap()[..4096]);
    fs::write(&path, mixed).unwrap();
    let error = Store::open(&path).unwrap_err();
    assert!(matches!(error, OpenError::Lost { lost: 1, .. }), "{error}");
    assert!(
        matches!(Store::open(&path), Err(OpenError::Lost { .. })),
        "it stays so"
    );
    drop(Store::open_as_older(&path).unwrap());
    let store = Store::open(&path).unwrap();
    assert_eq!(store.next(), 0);
    store.write(&[some()]).unwrap();
}

#[test]
fn a_folder_that_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let error = Store::open(&folder.path().join("nowhere").join("node.store")).unwrap_err();
    assert!(matches!(error, OpenError::Disk { .. }), "{error}");
    assert!(
        matches!(Store::open(folder.path()), Err(OpenError::Disk { .. })),
        "a folder is no file"
    );
}
