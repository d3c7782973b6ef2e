//! The ledger's file.

use twinroot_abi::Height;
use twinroot_chain::{Embedded, FileError, To};

use crate::world::{COINS, coins, key, open, pay, submit};

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_is_opened_again_is_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ledger");
    let ledger = open(&path).expect("a ledger");
    submit(&ledger, 1, pay(2, 5)).await.expect("included");
    ledger.snapshot("one").expect("a name");
    submit(&ledger, 1, pay(2, 7)).await.expect("included");
    ledger.mine(3).expect("blocks");
    ledger
        .rollback(&To::Snapshot("one".into()))
        .expect("a fork");
    submit(&ledger, 1, pay(3, 9))
        .await
        .expect("included, in a block that is not over");
    let before = ledger.stands().expect("a status");
    assert!(
        matches!(open(&path), Err(FileError::Open(_))),
        "the file is in use"
    );
    drop(ledger);

    let ledger = open(&path).expect("the same ledger");
    assert_eq!(ledger.stands().expect("a status"), before);
    assert_eq!(
        (coins(&ledger, key(2)).await, coins(&ledger, key(3)).await),
        (COINS + 5, COINS + 9)
    );
    ledger
        .rollback(&To::Snapshot("one".into()))
        .expect("the name is still there");
    let again = ledger.stands().expect("a status").block;
    assert!(
        again.height == Height(1) && again.block != before.block.block,
        "what was replaced stays replaced"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_becomes_the_same_ledger_elsewhere_and_a_touched_one_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let ledger = open(&folder.path().join("one")).expect("a ledger");
    submit(&ledger, 1, pay(2, 5)).await.expect("included");
    ledger.mine(2).expect("blocks");
    let export = ledger.export().expect("an export");
    let other = folder.path().join("other");
    Embedded::import(&other, &export).expect("imported");
    assert_eq!(
        open(&other).expect("a ledger").stands().ok(),
        ledger.stands().ok()
    );
    assert!(
        matches!(Embedded::import(&other, &export), Err(FileError::Import(_))),
        "nothing is overwritten"
    );
    for at in (0..export.len()).step_by(export.len() / 20) {
        let mut touched = export.clone();
        touched[at] ^= 1;
        let path = folder.path().join("touched");
        assert!(Embedded::import(&path, &touched).is_err(), "byte {at}");
        assert!(!path.exists());
    }
}

#[test]
fn a_file_of_something_else_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("letter");
    std::fs::write(&path, "dear Alice").expect("a letter");
    assert!(matches!(open(&path), Err(FileError::Open(_))));
    assert_eq!(std::fs::read(&path).expect("the letter"), b"dear Alice");
}
