//! The root, straight from its definition (docs/spec/state.md, 2), and a random script of changes.

use std::collections::BTreeMap;

use proptest::prelude::*;
use twinroot_abi::{Hash, Root};
use twinroot_state::Changes;
use twinroot_types::{Tag, hash};

pub(crate) type Model = BTreeMap<Hash, Vec<u8>>;

pub(crate) fn root(model: &Model) -> Root {
    let leaves: Vec<(Hash, Hash)> = model
        .iter()
        .map(|(key, value)| (*key, Hash(hash(Tag::VALUE, &[value]))))
        .collect();
    if leaves.is_empty() {
        Root([0; 32])
    } else {
        Root(subtree(&leaves, 0))
    }
}

fn subtree(leaves: &[(Hash, Hash)], from: usize) -> [u8; 32] {
    if let [(key, value)] = leaves {
        return hash(Tag::LEAF, &[&key.0, &value.0]);
    }
    let bit = (from..256)
        .find(|bit| {
            leaves
                .iter()
                .any(|(key, _)| one(key, *bit) != one(&leaves[0].0, *bit))
        })
        .unwrap();
    let (right, left): (Vec<_>, Vec<_>) = leaves.iter().partition(|(key, _)| one(key, bit));
    hash(
        Tag::BRANCH,
        &[
            &[bit as u8],
            &subtree(&left, bit + 1),
            &subtree(&right, bit + 1),
        ],
    )
}

fn one(key: &Hash, bit: usize) -> bool {
    key.0[bit / 8] & (0x80 >> (bit % 8)) != 0
}

pub(crate) fn apply(model: &Model, changes: &Changes) -> Model {
    let mut model = model.clone();
    for (key, value) in changes {
        match value {
            Some(value) => model.insert(*key, value.to_vec()),
            None => model.remove(key),
        };
    }
    model
}

/// Few keys that share long prefixes, so that scripts meet every shape of branch.
pub(crate) fn key() -> impl Strategy<Value = Hash> {
    let byte = prop_oneof![Just(0u8), Just(1), Just(0x80), Just(0xff), any::<u8>()];
    (byte.clone(), byte.clone(), byte).prop_map(|(first, middle, last)| {
        let mut key = [0; 32];
        (key[0], key[16], key[31]) = (first, middle, last);
        Hash(key)
    })
}

pub(crate) fn changes() -> impl Strategy<Value = Changes> {
    let value = prop_oneof![1 => Just(None), 2 => proptest::collection::vec(any::<u8>(), 0..4).prop_map(|value| Some(value.into()))];
    proptest::collection::btree_map(key(), value, 0..12)
}
