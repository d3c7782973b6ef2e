use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;
use twinroot_abi::Hash;
use twinroot_state::{Changes, Overlay, Partial, Read, State, Touched, Tree};

use crate::model::{self, Model};

const LIMIT: usize = 1 << 20;

fn grow(script: &[Changes]) -> (Tree, Model) {
    script
        .iter()
        .fold((Tree::new(), Model::new()), |(tree, model), changes| {
            (
                tree.updated(changes).unwrap(),
                model::apply(&model, changes),
            )
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_tree_is_its_definition(script in proptest::collection::vec(model::changes(), 0..5), asked in model::key()) {
        let (tree, model) = grow(&script);
        prop_assert_eq!(tree.root(), model::root(&model));
        prop_assert_eq!(tree.leaves(), model.len());
        prop_assert_eq!(tree.read(&asked).unwrap().map(|value| value.to_vec()), model.get(&asked).cloned());
    }

    #[test]
    fn twin_roots_agree(
        script in proptest::collection::vec(model::changes(), 0..5),
        read in proptest::collection::btree_set(model::key(), 0..6),
        last in model::changes(),
    ) {
        let (tree, model) = grow(&script);
        let touched = Touched { read: read.clone(), written: last.keys().copied().collect() };
        let witness = tree.prove(&touched);
        let partial = Partial::decode(&witness, LIMIT).unwrap();

        prop_assert_eq!(partial.root(), tree.root());
        for key in &read {
            prop_assert_eq!(partial.read(key).unwrap(), tree.read(key).unwrap());
        }
        prop_assert_eq!(partial.check_no_surplus(&witness, &touched), Ok(()));
        let root = tree.updated(&last).unwrap().root();
        prop_assert_eq!(partial.updated(&last).unwrap().root(), root);
        prop_assert_eq!(root, model::root(&model::apply(&model, &last)));
    }

    /// Whatever a broken witness says, it says it under another root, or not at all.
    #[test]
    fn a_changed_byte_is_noticed(
        script in proptest::collection::vec(model::changes(), 1..4),
        read in proptest::collection::btree_set(model::key(), 1..6),
        place in any::<proptest::sample::Index>(),
        flip in 1u8..,
    ) {
        let (tree, _) = grow(&script);
        let touched = Touched { read, written: BTreeSet::new() };
        let mut witness = tree.prove(&touched);
        let place = place.index(witness.len());
        witness[place] ^= flip;
        if let Ok(partial) = Partial::decode(&witness, LIMIT) {
            prop_assert_ne!(partial.root(), tree.root());
        }
    }

    #[test]
    fn bytes_from_anywhere_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Partial::decode(&bytes, LIMIT);
    }

    /// A witness shows no value that was not read.
    #[test]
    fn nothing_untouched_is_shown(keys in proptest::collection::btree_set(model::key(), 2..20)) {
        let secret = |key: &Hash| [b"secret of ".as_slice(), &key.0].concat();
        let changes: Changes = keys.iter().map(|key| (*key, Some(secret(key).into()))).collect();
        let tree = Tree::new().updated(&changes).unwrap();
        let read = *keys.first().unwrap();
        let witness = tree.prove(&Touched { read: [read].into(), written: keys.iter().skip(1).take(2).copied().collect() });
        for key in &keys {
            let shown = witness.windows(secret(key).len()).any(|window| window == secret(key));
            prop_assert_eq!(shown, *key == read);
        }
    }

    #[test]
    fn revert_undoes(first in model::changes(), second in model::changes(), third in model::changes()) {
        let tree = Tree::new().updated(&first).unwrap();
        let mut overlay = Overlay::new(tree);
        write(&mut overlay, &second);
        let here = overlay.checkpoint();
        write(&mut overlay, &third);
        overlay.revert(here);
        let (changes, touched) = overlay.finish();
        prop_assert_eq!(&changes, &second);
        prop_assert_eq!(touched.written, second.keys().copied().collect());
    }
}

fn write(overlay: &mut Overlay, changes: &Changes) {
    for (key, value) in changes {
        match value {
            Some(value) => overlay.put(*key, Arc::clone(value)),
            None => overlay.remove(*key),
        }
    }
}

#[test]
fn a_witness_grows_like_the_logarithm() {
    let bytes = |count: u32| {
        let key = |index: u32| {
            Hash(twinroot_types::hash(
                twinroot_types::Tag::KEY,
                &[&index.to_le_bytes()],
            ))
        };
        let changes: Changes = (0..count)
            .map(|index| (key(index), Some([1; 32].into())))
            .collect();
        let tree = Tree::new().updated(&changes).unwrap();
        tree.prove(&Touched {
            read: (0..4).map(key).collect(),
            written: BTreeSet::new(),
        })
        .len()
    };
    let (small, large) = (bytes(1_000), bytes(100_000));
    assert!(
        large < small * 2,
        "{small} bytes for 1,000 leaves, {large} for 100,000"
    );
    assert!(
        large < 4 * (34 * 20 + 70),
        "{large} bytes for four leaves of 100,000"
    );
}
