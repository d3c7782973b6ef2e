//! Key files.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use twinroot_keyring::{Cost, KeyFile, KeyFileError, new_key};
use twinroot_types::SecretKey;

/// As little work as there can be: what is tried here is not how long it takes.
const CHEAP: Cost = Cost {
    memory_kib: 8,
    passes: 1,
    lanes: 1,
};

fn make(path: &Path) -> SecretKey {
    let key = SecretKey::from_seed(&[7; 32]);
    KeyFile::create_at_cost(path, &key, "correct horse", CHEAP).unwrap();
    key
}

#[test]
fn a_key_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node.key");
    let key = new_key().unwrap();
    KeyFile::create(&path, &key, "correct horse").unwrap();
    assert_eq!(KeyFile::public(&path).unwrap(), key.public());
    assert_eq!(
        KeyFile::open(&path, "correct horse").unwrap().seed(),
        key.seed()
    );
    let text = fs::read_to_string(&path).unwrap();
    let Cost {
        memory_kib,
        passes,
        lanes,
    } = Cost::default();
    assert!(
        text.contains(&format!("argon2id {memory_kib} {passes} {lanes} ")),
        "what it costs stands in the file"
    );
    assert!(!text.contains(&hex::encode(key.seed())));
}

#[test]
fn two_files_of_one_key_have_nothing_in_common() {
    let folder = tempfile::tempdir().unwrap();
    let paths = [folder.path().join("one"), folder.path().join("two")];
    let [one, two] = paths.map(|path| {
        make(&path);
        fs::read_to_string(path).unwrap()
    });
    for (one, two) in one.lines().zip(two.lines()).skip(2) {
        assert_ne!(one, two);
    }
}

#[cfg(unix)]
#[test]
fn only_its_owner_reads_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node.key");
    make(&path);
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

#[test]
fn nothing_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node.key");
    fs::write(&path, "something dear").unwrap();
    let again = KeyFile::create_at_cost(
        &path,
        &SecretKey::from_seed(&[7; 32]),
        "correct horse",
        CHEAP,
    );
    assert!(matches!(again, Err(KeyFileError::Exists(_))));
    assert_eq!(fs::read_to_string(&path).unwrap(), "something dear");
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "nothing is left beside it"
    );
}

#[test]
fn a_passphrase_is_the_same_however_a_keyboard_writes_it() {
    let folder = tempfile::tempdir().unwrap();
    let key = SecretKey::from_seed(&[7; 32]);
    let written = ["Z\u{fc}rich \u{1e69}", "Zu\u{308}rich s\u{307}\u{323}"];
    for (place, passphrase) in written.into_iter().enumerate() {
        let path = folder.path().join(place.to_string());
        KeyFile::create_at_cost(&path, &key, passphrase, CHEAP).unwrap();
        for other in written {
            assert_eq!(KeyFile::open(&path, other).unwrap().seed(), key.seed());
        }
        let other_letters = KeyFile::open(&path, "Zurich s");
        assert!(matches!(
            other_letters,
            Err(KeyFileError::WrongPassphrase(_))
        ));
    }
}

#[test]
fn a_wrong_passphrase_is_told_from_a_damaged_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node.key");
    make(&path);
    for wrong in ["", "correct hors", "correct horse ", "Correct horse"] {
        assert!(
            matches!(
                KeyFile::open(&path, wrong),
                Err(KeyFileError::WrongPassphrase(_))
            ),
            "{wrong:?}"
        );
    }
    let empty = KeyFile::create_at_cost(
        &folder.path().join("other"),
        &SecretKey::from_seed(&[7; 32]),
        "",
        CHEAP,
    );
    assert!(matches!(empty, Err(KeyFileError::NoPassphrase)));
}

#[test]
fn every_byte_counts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node.key");
    make(&path);
    let good = fs::read(&path).unwrap();
    for at in 0..good.len() {
        for bits in [1, 0x20, 0x80] {
            let mut bytes = good.clone();
            bytes[at] ^= bits;
            fs::write(&path, &bytes).unwrap();
            let error = KeyFile::open(&path, "correct horse").unwrap_err();
            let fine = match error {
                KeyFileError::Damaged(_) => true,
                KeyFileError::Foreign(_) => at < 17,
                KeyFileError::Version { .. } => at < 20,
                _ => false,
            };
            assert!(fine, "byte {at}: {error}");
        }
        fs::write(&path, &good[..at]).unwrap();
        assert!(
            KeyFile::open(&path, "correct horse").is_err(),
            "the first {at} bytes"
        );
        assert!(KeyFile::public(&path).is_err(), "the first {at} bytes");
    }
}

/// Somebody changes a line and makes the checksum right again.
#[test]
fn a_forged_line_is_no_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node.key");
    make(&path);
    let good = fs::read_to_string(&path).unwrap();
    let other = hex::encode(SecretKey::from_seed(&[8; 32]).public().0);
    let own = hex::encode(SecretKey::from_seed(&[7; 32]).public().0);
    let forge = |from: &str, to: &str| {
        let (above, _) = good.rsplit_once("checksum").unwrap();
        let above = above.replacen(from, to, 1);
        fs::write(
            &path,
            format!(
                "{above}checksum {:016x}\n",
                twox_hash::XxHash3_64::oneshot(above.as_bytes())
            ),
        )
        .unwrap();
        KeyFile::open(&path, "correct horse").unwrap_err()
    };
    assert!(
        matches!(forge(&own, &other), KeyFileError::WrongPassphrase(_)),
        "another public key"
    );
    assert!(
        matches!(
            forge("argon2id 8 1 1", "argon2id 9 1 1"),
            KeyFileError::WrongPassphrase(_)
        ),
        "another cost"
    );
    assert!(
        matches!(
            forge("argon2id 8 1 1", "argon2id 4000000000 1 1"),
            KeyFileError::Cost
        ),
        "all memory there is"
    );
    assert!(
        matches!(
            forge("argon2id 8 1 1", "argon2id 8 4000000000 1"),
            KeyFileError::Cost
        ),
        "all time there is"
    );
    assert!(
        matches!(
            forge("argon2id 8 1 1", "argon2id 0 0 0"),
            KeyFileError::Cost
        ),
        "no work at all"
    );
    assert!(
        matches!(
            forge("argon2id 8 1 1", "argon2id 08 1 1"),
            KeyFileError::Damaged(_)
        ),
        "another way to write it"
    );
    assert!(matches!(
        forge("key file 1", "key file 2"),
        KeyFileError::Version { .. }
    ));
}

#[test]
fn foreign_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node.key");
    assert!(matches!(
        KeyFile::open(&path, "x"),
        Err(KeyFileError::Disk { .. })
    ));
    for foreign in [&b""[..], b"-----BEGIN PRIVATE KEY-----\n", &[0xff; 10_000]] {
        fs::write(&path, foreign).unwrap();
        assert!(matches!(
            KeyFile::open(&path, "x"),
            Err(KeyFileError::Foreign(_))
        ));
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_harm(tail in prop::collection::vec(any::<u8>(), 0..300)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("node.key");
        fs::write(&path, [b"twinroot key file 1\n".as_slice(), &tail].concat()).unwrap();
        prop_assert!(KeyFile::open(&path, "x").is_err());
    }
}
