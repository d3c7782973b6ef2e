//! A disk that fails: the node says so, does nothing more, and goes on by itself once it can write.

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
    let alice = world.node_on(1, &config(), &disk).await;
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
    let alice = world.node_on(1, &config(), &disk).await;
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
