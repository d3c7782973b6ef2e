//! The guard: no two states of one round.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use twinroot_abi::PublicKey;
use twinroot_keyring::{Guard, GuardError, LocalSigner, SignError, Signer};
use twinroot_types::{CheckedKey, SecretKey, Signature, Tag, encode};

fn guard(path: &Path) -> Result<Guard<LocalSigner>, GuardError> {
    Guard::open(path, LocalSigner::new(SecretKey::from_seed(&[7; 32])))
}

/// How a commitment or a funding begins, and something after that.
fn state(channel: u8, round: u64, rest: u8) -> Vec<u8> {
    encode(&(
        [9_u8; 32],
        [channel; 32],
        1_u16,
        round,
        [rest; 40].as_slice()[..32].to_vec(),
    ))
}

fn refused(result: Result<Signature, SignError>) -> bool {
    matches!(result, Err(SignError::Refused(_)))
}

#[test]
fn one_state_of_a_round() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rounds");
    let guard_ = guard(&path).unwrap();
    let first = guard_.sign(Tag::COMMITMENT, &state(1, 5, 1)).unwrap();
    assert!(refused(guard_.sign(Tag::COMMITMENT, &state(1, 5, 2))));
    assert!(
        refused(guard_.sign(Tag::FUNDING, &state(1, 5, 1))),
        "a funding stands for a state too"
    );
    assert_eq!(
        guard_.sign(Tag::COMMITMENT, &state(1, 5, 1)).unwrap(),
        first,
        "the same one again"
    );
    guard_.sign(Tag::COMMITMENT, &state(2, 5, 2)).unwrap();
    guard_.sign(Tag::FUNDING, &state(1, 6, 1)).unwrap();
    assert!(refused(guard_.sign(Tag::COMMITMENT, &state(1, 6, 1))));
    guard_.sign(Tag::COMMITMENT, &state(1, 4, 1)).unwrap();
    drop(guard_);

    let guard_ = guard(&path).unwrap();
    assert!(
        refused(guard_.sign(Tag::COMMITMENT, &state(1, 5, 2))),
        "after a restart"
    );
    assert!(refused(guard_.sign(Tag::COMMITMENT, &state(1, 4, 2))));
    assert!(refused(guard_.sign(Tag::COMMITMENT, &state(2, 5, 1))));
    guard_.sign(Tag::COMMITMENT, &state(1, 5, 1)).unwrap();
}

#[test]
fn other_things_pass() {
    let folder = tempfile::tempdir().unwrap();
    let guard = guard(&folder.path().join("rounds")).unwrap();
    let key = CheckedKey::gate(guard.public()).unwrap();
    for tag in Tag::ALL
        .iter()
        .filter(|tag| ![Tag::COMMITMENT, Tag::FUNDING].contains(tag))
    {
        for rest in 0..2 {
            let bytes = state(1, 5, rest);
            key.verify(*tag, &bytes, &guard.sign(*tag, &bytes).unwrap())
                .unwrap();
        }
    }
    assert!(refused(guard.sign(Tag::COMMITMENT, b"no commitment")));
}

/// A longer form of the same number is not another round.
#[test]
fn padded_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let guard = guard(&folder.path().join("rounds")).unwrap();
    guard.sign(Tag::COMMITMENT, &state(1, 5, 1)).unwrap();
    let mut padded = state(1, 5, 1);
    assert_eq!(padded[65], 5);
    padded.splice(65..66, [0x85, 0]);
    assert!(refused(guard.sign(Tag::COMMITMENT, &padded)));
}

#[test]
fn rounds_long_past_are_not_signed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rounds");
    for round in 10..80 {
        // Opened anew each time: what counts is on the disk.
        guard(&path)
            .unwrap()
            .sign(Tag::COMMITMENT, &state(1, round, 1))
            .unwrap();
    }
    let guard = guard(&path).unwrap();
    for round in 0..16 {
        assert!(
            refused(guard.sign(Tag::COMMITMENT, &state(1, round, 1))),
            "round {round}"
        );
    }
    for round in 16..80 {
        assert!(
            refused(guard.sign(Tag::COMMITMENT, &state(1, round, 2))),
            "round {round}"
        );
        guard.sign(Tag::COMMITMENT, &state(1, round, 1)).unwrap();
    }
}

#[test]
fn the_file_belongs_to_one_key_and_one_guard() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rounds");
    let first = guard(&path).unwrap();
    assert!(matches!(guard(&path), Err(GuardError::InUse(_))));
    let owner = first.public();
    drop(first);
    let other = Guard::open(&path, LocalSigner::new(SecretKey::from_seed(&[8; 32])));
    assert!(matches!(other, Err(GuardError::OtherKey { owner: found, .. }) if found == owner));
    fs::write(&path, "something else").unwrap();
    assert!(matches!(guard(&path), Err(GuardError::Foreign(_))));
}

#[test]
fn a_damaged_file_is_refused_and_an_unfinished_write_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rounds");
    for round in 1..=3 {
        guard(&path)
            .unwrap()
            .sign(Tag::COMMITMENT, &state(1, round, 1))
            .unwrap();
    }
    let good = fs::read(&path).unwrap();
    let record = (good.len() - 58) / 3;
    for at in 0..good.len() - record {
        let mut bytes = good.clone();
        bytes[at] ^= 4;
        fs::write(&path, bytes).unwrap();
        assert!(guard(&path).is_err(), "byte {at}");
    }
    // The third record was not finished, so its signature was not made.
    for end in good.len() - record..good.len() {
        fs::write(&path, &good[..end]).unwrap();
        let guard = guard(&path).unwrap();
        assert!(refused(guard.sign(Tag::COMMITMENT, &state(1, 2, 2))));
        guard.sign(Tag::COMMITMENT, &state(1, 3, 2)).unwrap();
    }
}

/// Counts what gets through to it.
struct Counting(std::sync::Mutex<Vec<(u8, u64, Vec<u8>)>>);

impl Signer for Counting {
    fn public(&self) -> PublicKey {
        SecretKey::from_seed(&[7; 32]).public()
    }

    fn sign(&self, tag: Tag, bytes: &[u8]) -> Result<Signature, SignError> {
        self.0.lock().unwrap().push((
            bytes[32],
            u64::from(bytes[65]),
            [tag.bytes(), bytes].concat(),
        ));
        Ok(SecretKey::from_seed(&[7; 32]).sign(tag, bytes))
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever is asked, in any order and with restarts, one state of a round gets through.
    #[test]
    fn never_two(asked in prop::collection::vec((0_u8..2, 0_u64..100, 0_u8..3, any::<bool>(), prop::bool::weighted(0.05)), 0..60)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rounds");
        let signer = std::sync::Arc::new(Counting(std::sync::Mutex::default()));
        let mut guard = Guard::open(&path, std::sync::Arc::clone(&signer)).unwrap();
        for (channel, round, rest, funding, restart) in asked {
            if restart {
                drop(guard);
                guard = Guard::open(&path, std::sync::Arc::clone(&signer)).unwrap();
            }
            let tag = if funding { Tag::FUNDING } else { Tag::COMMITMENT };
            let _ = guard.sign(tag, &state(channel, round, rest));
        }
        let mut signed = std::collections::BTreeMap::new();
        for (channel, round, what) in signer.0.lock().unwrap().iter() {
            let before = signed.entry((*channel, *round)).or_insert_with(|| what.clone());
            prop_assert_eq!(before, what);
        }
    }
}
