//! Real files: what is opened, what is refused, and with which words.

use std::fs;
use std::io::{BufRead, BufReader};
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

/// A process that writes as fast as it can is killed, and killed again: what it said is written is there.
#[test]
fn killed_processes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node.store");
    let mut random = fastrand::Rng::with_seed(7);
    for kill in 0..25 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "files::writing_process", "--nocapture"])
            .env(WRITTEN_FILE, &path)
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = lines
            .map_while(Result::ok)
            .filter_map(|line| line.strip_prefix("next: ")?.parse::<u64>().ok());
        let last = said.nth(random.usize(..20)).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        // What it said before it died, too.
        let last = said.last().unwrap_or(last);

        let store = Store::open(&path).unwrap();
        let next = store.next();
        assert!(
            next == last || next == last + 3,
            "kill {kill}: {next} after {last}"
        );
        let entries = store.read(&[1; 32], 0, usize::MAX).unwrap();
        assert!(
            entries
                .iter()
                .map(|(number, _)| *number)
                .eq(next.saturating_sub(300)..next),
            "kill {kill}"
        );
        assert_eq!(store.check().unwrap().broken, []);
    }
}

const WRITTEN_FILE: &str = "TWINROOT_STORE_TEST_WRITTEN_FILE";

/// What the process above does; without a file there is nothing to write.
#[test]
fn writing_process() {
    let Some(path) = std::env::var_os(WRITTEN_FILE) else {
        return;
    };
    let store = Store::open(Path::new(&path)).unwrap();
    println!("\nnext: {}", store.next());
    loop {
        let next = store.next();
        let entry = |number| Entry {
            stream: [1; 32],
            number,
            bytes: vec![number as u8; 300],
        };
        let forget = vec![([1; 32], (next + 3).saturating_sub(300))];
        store
            .write(&[Batch {
                append: (next..next + 3).map(entry).collect(),
                forget,
                ..Batch::default()
            }])
            .unwrap();
        println!("next: {}", store.next());
    }
}
