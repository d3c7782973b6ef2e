//! All of a store as bytes.

use proptest::prelude::*;
use twinroot_store::{ImportError, Store};

use crate::disk::Disk;
use crate::model::{Model, commits};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_store_comes_back(commits in commits(), place: prop::sample::Index, bits in 1_u8..) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("imported.store");
        let store = Store::create_on(Disk::new()).unwrap();
        for batches in &commits {
            store.write(batches).unwrap();
        }
        let export = store.export().unwrap();

        let mut changed = export.clone();
        changed[place.index(export.len())] ^= bits;
        prop_assert!(Store::import(&path, &changed).is_err());
        prop_assert!(Store::import(&path, &export[..place.index(export.len())]).is_err());
        prop_assert!(!path.exists());

        let imported = Store::import(&path, &export).unwrap();
        prop_assert_eq!(Model::of(&imported).unwrap(), Model::of(&store).unwrap());
        prop_assert_eq!(imported.export().unwrap(), export.as_slice());
        prop_assert!(matches!(Store::import(&path, &export), Err(ImportError::Exists(_))));
        drop(imported);
        prop_assert_eq!(Model::of(&Store::open(&path).unwrap()).unwrap(), Model::of(&store).unwrap());
        prop_assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    /// Bytes with the right sum, as somebody could make them who wants to.
    #[test]
    fn nonsense_with_the_right_sum_is_refused(nonsense in prop::collection::vec(any::<u8>(), 0..200), next: u64, cut in 0_usize..200) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("imported.store");
        let mut bytes = [b"twinroot.export\0".as_slice(), &1_u32.to_le_bytes(), &next.to_le_bytes(), &nonsense].concat();
        bytes.truncate(bytes.len().saturating_sub(cut).max(20));
        let sum = twox_hash::XxHash3_64::oneshot(&bytes);
        bytes.extend_from_slice(&sum.to_le_bytes());
        if let Ok(store) = Store::import(&path, &bytes) {
            prop_assert_eq!(store.export().unwrap().len(), bytes.len());
        }
    }
}

#[test]
fn what_it_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("imported.store");
    assert!(matches!(
        Store::import(&path, b""),
        Err(ImportError::Foreign)
    ));
    let newer = [b"twinroot.export\0".as_slice(), &2_u32.to_le_bytes()].concat();
    assert!(matches!(
        Store::import(&path, &newer),
        Err(ImportError::Newer {
            version: 2,
            known: 1
        })
    ));
    let store = Store::create_on(Disk::new()).unwrap();
    let export = store.export().unwrap();
    for end in 16..export.len() {
        assert!(
            matches!(
                Store::import(&path, &export[..end]),
                Err(ImportError::Damaged)
            ),
            "{end}"
        );
    }
}
