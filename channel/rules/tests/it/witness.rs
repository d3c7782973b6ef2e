//! What holds of the decoder of witnesses on any bytes. The fuzz target runs the same check
//! (fuzz/README.md).

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use twinroot_abi::Hash;
use twinroot_state::{Changes, Missing, Partial, Read, State, Touched};
use twinroot_types::{Limits, decode, encode};

/// The check, by the name of its fuzz target.
pub(crate) const DECODER: (&str, fn(&[u8])) = ("witness", witness);

/// A node as a witness shows it (docs/spec/state.md, 4).
#[derive(Serialize, Deserialize)]
enum Entry {
    Opaque(Hash),
    Branch(u8),
    Leaf(Hash, Vec<u8>),
    Hashed(Hash, Hash),
}

fn witness(bytes: &[u8]) {
    let limit = Limits::V1.witness_bytes;
    let Ok(partial) = Partial::decode(bytes, limit) else {
        return;
    };
    let entries: Vec<Entry> = decode(bytes, limit).expect("it is a witness, so it is of nodes");
    assert_eq!(encode(&entries), bytes);

    let mut touched = Touched::default();
    for entry in &entries {
        if let Entry::Leaf(key, _) | Entry::Hashed(key, _) = entry {
            touched.read.insert(*key);
        }
    }
    for key in &touched.read {
        reads_what_is_shown(&partial, key, &entries);
    }
    assert_eq!(
        partial.updated(&Changes::new()).map(|same| same.root()),
        Ok(partial.root())
    );
    remembers(&partial, touched.read.iter().take(64).copied().collect());
    // Whoever made the witness may show more than this, or nodes where no key leads.
    let _ = partial.check_no_surplus(bytes, &touched);
}

fn reads_what_is_shown(partial: &Partial, key: &Hash, entries: &[Entry]) {
    match partial.read(key) {
        Ok(Some(read)) => assert!(entries.iter().any(|entry| match entry {
            Entry::Leaf(shown, value) => shown == key && **value == *read,
            _ => false,
        })),
        Ok(None) => {}
        Err(Missing(missing)) => assert_eq!(missing, *key),
    }
}

/// What is set is there afterwards, even in a tree that no state has.
fn remembers(partial: &Partial, keys: BTreeSet<Hash>) {
    let all = |value: Option<Arc<[u8]>>| -> Changes {
        keys.iter().map(|key| (*key, value.clone())).collect()
    };
    if let Ok(next) = partial.updated(&all(Some([7].into()))) {
        for key in &keys {
            let read = next.read(key).map(|read| read.map(|value| value.to_vec()));
            assert_eq!(read, Ok(Some(vec![7])));
        }
    }
    // A key that a broken tree shows twice may still be there after it was removed once.
    let _ = partial.updated(&all(None)).map(|next| next.root());
}
