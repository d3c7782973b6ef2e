//! Blocks that are replaced by others.

use twinroot_abi::Height;
use twinroot_chain::{Answer, ChainBackend, Query, To, codes};

use crate::world::{COINS, coins, in_memory, key, next, pay, served, submit};

#[tokio::test(flavor = "multi_thread")]
async fn a_subscriber_sees_a_fork_and_what_was_included_is_gone() {
    let ledger = in_memory();
    let remote = served(&ledger).await;
    let mut here = ledger.blocks(Height(0));
    let mut there = remote.blocks(Height(0));
    submit(&remote, 1, pay(2, 5)).await.expect("it stays");
    remote.mine(2).await.expect("blocks");
    let gone = submit(&remote, 1, pay(2, 7))
        .await
        .expect("it will be gone");
    remote.mine(2).await.expect("blocks");
    let mut before = Vec::new();
    for _ in 0..5 {
        let news = next(&mut here).await;
        assert_eq!(next(&mut there).await, news);
        before.push(news);
    }
    assert_eq!(coins(&remote, key(2)).await, COINS + 12);

    let block = remote
        .rollback(&To::Height(Height(1)))
        .await
        .expect("a fork");
    assert_eq!(block.height, Height(2));
    remote.mine(3).await.expect("blocks");
    let mut parent = before[1].block.block;
    for height in 2..=5 {
        let news = next(&mut here).await;
        assert_eq!(next(&mut there).await, news);
        assert_eq!((news.block.height, news.parent), (Height(height), parent));
        parent = news.block.block;
        if let Some(old) = before.get(height as usize) {
            assert_ne!(
                news.block.block, old.block.block,
                "a block that is replaced does not come again"
            );
        }
    }
    assert_eq!(coins(&remote, key(2)).await, COINS + 5);
    assert_eq!(
        remote.query(Query::Transaction(gone)).await,
        Ok(Answer::Transaction(None))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_height_can_be_replaced_again_and_again() {
    let ledger = in_memory();
    ledger.mine(3).expect("blocks");
    let mut hashes =
        std::collections::BTreeSet::from([ledger.stands().expect("a status").block.block]);
    for _ in 0..5 {
        let block = ledger.rollback(&To::Height(Height(2))).expect("a fork");
        assert_eq!(block.height, Height(3));
        assert!(hashes.insert(block.block), "a hash came twice");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_is_the_ledger_as_it_was() {
    let remote = served(&in_memory()).await;
    submit(&remote, 1, pay(2, 5)).await.expect("included");
    remote.snapshot("before").await.expect("a name");
    submit(&remote, 1, pay(2, 7)).await.expect("included");
    remote.mine(5).await.expect("blocks");
    remote.snapshot("after").await.expect("a name");
    for _ in 0..2 {
        remote
            .rollback(&To::Snapshot("before".into()))
            .await
            .expect("a fork");
        assert_eq!(coins(&remote, key(2)).await, COINS + 5);
    }
    let error = remote
        .rollback(&To::Snapshot("after".into()))
        .await
        .expect_err("it is gone with its blocks");
    assert_eq!(error.code(), codes::NO_SNAPSHOT);
    assert!(error.to_string().contains("before"), "{error}");
    let error = remote
        .rollback(&To::Height(Height(99)))
        .await
        .expect_err("not there yet");
    assert_eq!(error.code(), codes::HEIGHT);
    assert_eq!(
        remote.mine(1_000_000).await.expect_err("too many").code(),
        codes::TOO_MANY
    );
    assert_eq!(
        remote.warp(Height(0)).await.expect_err("passed").code(),
        codes::HEIGHT
    );
    assert_eq!(
        remote.warp(Height(40)).await.expect("a block").height,
        Height(40)
    );
}
