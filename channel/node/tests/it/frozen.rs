//! A disk that fails: the node says so, does nothing more, and goes on by itself once it can write.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use tokio::sync::watch;
use twinroot_abi::{Hash, Height};
use twinroot_chain::{Answer, ChainBackend, ChainError, News, Query, Status};
use twinroot_client::Api;
use twinroot_node::{Node, codes};

use crate::disk::{Disk, Fault};
use crate::world::{World, config, signing, transfer, wait_for};

/// The same call under the same key, until the node takes it.
async fn insist(node: &Node, step: &twinroot_client::api::Step) -> twinroot_client::api::Done {
    loop {
        match node.handle().call(step.clone()).await {
            Ok(done) => return done,
            Err(failure) => assert!(
                [
                    codes::FROZEN,
                    codes::STOPPED,
                    codes::NO_CHANNEL,
                    codes::NOT_NOW
                ]
                .contains(&failure.code),
                "{failure}"
            ),
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_fails_freezes_the_node_until_the_disk_works() {
    let world = World::new();
    let disk = Disk::new();
    let alice = world.node_on(1, &config(), &disk, world.backend()).await;
    let bob = world.node_with(2, &signing()).await;
    let channel = world.channel(&alice, &bob).await;
    for (number, fault) in [Fault::Fails, Fault::Tears].into_iter().enumerate() {
        disk.fault(fault(disk.operations() + 3));
        let step = transfer(channel, &format!("pay {number}"), 10);
        let done = insist(&alice, &step).await;
        assert_eq!(done.round, number as u64 + 1, "the step is made once");
    }
    wait_for(&alice.handle(), 0, "thawed").await;
    alice.stop().await;
    bob.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_survived() {
    let world = World::new();
    let disk = Disk::new();
    let alice = world.node_on(1, &config(), &disk, world.backend()).await;
    let bob = world.node_with(2, &signing()).await;
    let channel = world.channel(&alice, &bob).await;
    disk.room(Some(disk.size()));
    let mut number = 0;
    while alice
        .handle()
        .status()
        .await
        .expect("a status")
        .frozen
        .is_none()
    {
        // Some of them still find room.
        let _ = alice
            .handle()
            .call(transfer(channel, &format!("pay {number}"), 10))
            .await;
        number += 1;
    }
    let failure = alice.handle().list().await.expect_err("it is frozen");
    assert_eq!(failure.code, codes::FROZEN, "{failure}");
    disk.room(None);
    for again in 0..number {
        insist(&alice, &transfer(channel, &format!("pay {again}"), 10)).await;
    }
    let list = alice.handle().list().await.expect("a list");
    assert_eq!(list[0].balances[0].0.0, 500_000_000 - 10 * number);
    alice.stop().await;
    bob.stop().await;
}

/// A ledger that tells no block to whoever asks where it stands while it is held up.
struct HeldUp {
    ledger: Arc<dyn ChainBackend>,
    is_held: watch::Sender<bool>,
    /// How often it was asked.
    asked: watch::Sender<u64>,
}

impl ChainBackend for HeldUp {
    fn submit(&self, transaction: Vec<u8>) -> BoxFuture<'_, Result<Hash, ChainError>> {
        self.ledger.submit(transaction)
    }

    fn query(&self, query: Query) -> BoxFuture<'_, Result<Answer, ChainError>> {
        self.ledger.query(query)
    }

    fn blocks(&self, from: Height) -> BoxStream<'static, Result<News, ChainError>> {
        self.ledger.blocks(from)
    }

    fn status(&self) -> BoxFuture<'_, Result<Status, ChainError>> {
        self.asked.send_modify(|asked| *asked += 1);
        let mut is_held = self.is_held.subscribe();
        async move {
            let free = is_held.wait_for(|is_held| !is_held).await;
            free.expect("the sender is here");
            self.ledger.status().await
        }
        .boxed()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_pinned_to_a_block_of_before_while_the_ledger_is_read_again() {
    let world = World::new();
    let disk = Disk::new();
    let chain = Arc::new(HeldUp {
        ledger: world.backend(),
        is_held: watch::Sender::new(false),
        asked: watch::Sender::new(0),
    });
    let alice = world.node_on(1, &config(), &disk, chain.clone()).await;
    let bob = world.node_with(2, &signing()).await;
    let channel = world.channel(&alice, &bob).await;
    world.mine(1);
    insist(&alice, &transfer(channel, "before", 10)).await;

    chain.is_held.send_replace(true);
    let mut asked = chain.asked.subscribe();
    asked.mark_unchanged();
    disk.fault(Fault::Fails(disk.operations()));
    // It fails, and whether or not it was noted, the node reads its log again.
    let _ = alice.handle().call(transfer(channel, "fails", 10)).await;
    asked.changed().await.expect("the sender is here");
    let call = tokio::spawn({
        let (alice, step) = (alice.handle(), transfer(channel, "after", 10));
        async move { alice.call(step).await }
    });
    // Whatever came before this is taken in.
    alice.handle().list().await.expect("it runs");
    chain.is_held.send_replace(false);
    let done = call.await.expect("no panic").expect("both sign");
    assert!(done.round >= 2, "{done:?}");
    alice.stop().await;
    bob.stop().await;
}
