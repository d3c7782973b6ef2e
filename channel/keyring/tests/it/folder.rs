//! A folder of backups.

use std::fs;

use twinroot_keyring::{FolderError, list_backups, read_backup, write_backup};

#[test]
fn the_newest_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("notes.txt"), "not ours").unwrap();
    fs::write(folder.path().join("node.7.backup"), "not ours either").unwrap();
    for number in 1..=12_u8 {
        let written = write_backup(folder.path(), "node", &[number; 10], 3).unwrap();
        assert_eq!(written.number, u64::from(number));
        write_backup(folder.path(), "0123abcd", &[number; 5], 1).unwrap();
    }
    let listed = list_backups(folder.path()).unwrap();
    let listed: Vec<_> = listed
        .iter()
        .map(|backup| {
            (
                backup.name.as_str(),
                backup.number,
                read_backup(&backup.path).unwrap(),
            )
        })
        .collect();
    assert_eq!(
        listed,
        [
            ("0123abcd", 12, vec![12; 5]),
            ("node", 12, vec![12; 10]),
            ("node", 11, vec![11; 10]),
            ("node", 10, vec![10; 10])
        ]
    );
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        6,
        "what is not ours stays"
    );
}

#[test]
fn one_at_least_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..3 {
        write_backup(folder.path(), "node", b"x", 0).unwrap();
    }
    assert_eq!(list_backups(folder.path()).unwrap().len(), 1);
}

#[test]
fn a_name_is_no_path() {
    let folder = tempfile::tempdir().unwrap();
    for name in [
        "",
        "../node",
        "a/b",
        "a.b",
        "A",
        "a b",
        "\0",
        &"a".repeat(101),
    ] {
        assert!(
            matches!(
                write_backup(folder.path(), name, b"x", 3),
                Err(FolderError::Name(_))
            ),
            "{name:?}"
        );
    }
    assert!(matches!(
        write_backup(&folder.path().join("nowhere"), "node", b"x", 3),
        Err(FolderError::Disk { .. })
    ));
}

#[cfg(unix)]
#[test]
fn only_their_owner_reads_them() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let backup = write_backup(folder.path(), "node", b"x", 3).unwrap();
    assert_eq!(
        fs::metadata(backup.path).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

/// Two programs, one folder.
#[test]
fn no_backup_takes_the_place_of_another() {
    let folder = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for writer in 0..4_u8 {
            let folder = folder.path();
            scope.spawn(move || {
                (0..10).for_each(|_| drop(write_backup(folder, "node", &[writer], 1_000).unwrap()))
            });
        }
    });
    let numbers: Vec<u64> = list_backups(folder.path())
        .unwrap()
        .iter()
        .map(|backup| backup.number)
        .collect();
    assert_eq!(numbers, (1..=40).rev().collect::<Vec<u64>>());
}
