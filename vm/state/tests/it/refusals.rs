use std::collections::BTreeSet;

use twinroot_abi::Hash;
use twinroot_state::{Changes, Missing, Partial, Read, State, Touched, Tree, WitnessError};
use twinroot_types::DecodeError;

const LIMIT: usize = 1 << 16;

fn key(byte: u8) -> Hash {
    Hash([byte; 32])
}

fn tree() -> Tree {
    let changes: Changes = [0x00, 0x40, 0x80, 0xc0]
        .map(|byte| (key(byte), Some([byte].into())))
        .into();
    Tree::new().updated(&changes).unwrap()
}

fn reading(keys: &[u8]) -> Touched {
    Touched {
        read: keys.iter().map(|byte| key(*byte)).collect(),
        written: BTreeSet::new(),
    }
}

#[test]
fn what_is_not_shown_is_missing() {
    let partial = Partial::decode(&tree().prove(&reading(&[0x00])), LIMIT).unwrap();
    assert_eq!(partial.read(&key(0x80)), Err(Missing(key(0x80))));
    assert_eq!(
        partial
            .updated(&[(key(0x80), None)].into())
            .map(|after| after.root()),
        Err(Missing(key(0x80)))
    );
}

#[test]
fn a_leaf_that_is_only_written_hides_its_value() {
    let touched = Touched {
        read: BTreeSet::new(),
        written: [key(0x00)].into(),
    };
    let partial = Partial::decode(&tree().prove(&touched), LIMIT).unwrap();
    assert_eq!(partial.read(&key(0x00)), Err(Missing(key(0x00))));
    let changes: Changes = [(key(0x00), Some([9].into()))].into();
    assert_eq!(
        partial.updated(&changes).unwrap().root(),
        tree().updated(&changes).unwrap().root()
    );
}

#[test]
fn a_delete_needs_only_the_hash_beside_it() {
    let touched = Touched {
        read: BTreeSet::new(),
        written: [key(0x00)].into(),
    };
    let partial = Partial::decode(&tree().prove(&touched), LIMIT).unwrap();
    let changes: Changes = [(key(0x00), None)].into();
    assert_eq!(
        partial.updated(&changes).unwrap().root(),
        tree().updated(&changes).unwrap().root()
    );
}

#[test]
fn a_surplus_leaf_is_noticed() {
    let witness = tree().prove(&reading(&[0x00, 0x80]));
    let partial = Partial::decode(&witness, LIMIT).unwrap();
    assert_eq!(
        partial.check_no_surplus(&witness, &reading(&[0x00])),
        Err(WitnessError::Surplus)
    );
}

#[test]
fn a_branch_over_nothing_is_surplus() {
    // A list of 3: branch at bit 0, two opaque hashes.
    let bytes = [&[3u8, 1, 0, 0][..], &[1; 32], &[0], &[2; 32]].concat();
    assert_eq!(
        Partial::decode(&bytes, LIMIT).map(|partial| partial.root()),
        Err(WitnessError::Surplus)
    );
}

#[test]
fn nodes_that_form_no_tree_are_refused() {
    let shape = |bytes: &[u8]| Partial::decode(bytes, LIMIT).map(|partial| partial.root());
    assert_eq!(
        shape(&[1, 1, 0]),
        Err(WitnessError::Shape),
        "a branch without children"
    );
    let two = [&[2u8, 0][..], &[1; 32], &[0], &[2; 32]].concat();
    assert_eq!(shape(&two), Err(WitnessError::Shape), "two tops");
    let rising = [&[3u8, 1, 5, 1, 5][..], &[0], &[2; 32]].concat();
    assert_eq!(
        shape(&rising),
        Err(WitnessError::Shape),
        "a branch below its own bit"
    );
    assert_eq!(
        shape(&[0, 0]),
        Err(WitnessError::Bytes(DecodeError::Trailing { surplus: 1 }))
    );
}

#[test]
fn an_empty_state_has_a_witness() {
    let partial = Partial::decode(&Tree::new().prove(&reading(&[1])), LIMIT).unwrap();
    assert_eq!(partial.root(), Tree::new().root());
    assert_eq!(partial.read(&key(1)), Ok(None));
}
