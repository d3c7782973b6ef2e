//! A peer keeps the newest copy, and gives it back to whoever has the key.

use std::sync::Arc;
use std::time::Duration;

use twinroot_abi::Amount;
use twinroot_client::Api;
use twinroot_client::api::{Coins, Peer};
use twinroot_keyring::LocalSigner;
use twinroot_node::{AskError, BackupConfig, Config, KEPT, backup_of_peer};

use super::{PATIENCE, pay, restored, summary, until_status};
use crate::world::{World, key, signing};

/// Settings of a node that gives its copies to peers as soon as they are made.
fn sharing() -> Config {
    let backup = BackupConfig {
        every: 1,
        seconds: 0,
        peers_minutes: 0,
        ..BackupConfig::default()
    };
    Config {
        backup,
        ..signing()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_comes_back_from_what_its_peer_keeps() {
    let world = World::new();
    let bob = world.node_with(2, &signing()).await;
    let alice = world.node_with(1, &sharing()).await;
    let channel = world.channel(&alice, &bob).await;
    pay(&alice, channel, "one", 1_000).await;
    let address = bob.listening().expect("a listener").to_string();
    let kept = world.folder(2).join(KEPT);
    let there = async {
        while std::fs::read_dir(&kept).map_or(0, Iterator::count) == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, there)
        .await
        .expect("Bob keeps a copy");
    alice.stop().await;

    // Nobody else gets it.
    let stranger = backup_of_peer(&LocalSigner::new(key(3)), bob.key(), address.clone()).await;
    assert!(matches!(stranger, Err(AskError::Nothing)), "{stranger:?}");
    let signer = LocalSigner::new(key(1));
    let sealed = tokio::time::timeout(
        PATIENCE,
        backup_of_peer(&signer, bob.key(), address.clone()),
    );
    let sealed = sealed.await.expect("an answer").expect("a copy");
    let life = restored(&world, 1, 20, &sealed, 5);
    let alice = world
        .node_of(&life, &sharing(), Arc::new(LocalSigner::new(key(1))))
        .await;
    alice
        .handle()
        .add_peer(Peer {
            peer: bob.key().into(),
            address,
        })
        .await
        .expect("an address");
    world
        .until(&alice, channel, twinroot_client::api::Stage::Open)
        .await;
    until_status(&alice.handle(), channel, "free").await;
    assert_eq!(
        summary(&alice.handle(), channel).await.balances[1],
        Coins(Amount(400_001_000))
    );
    pay(&alice, channel, "two", 500).await;
    alice.stop().await;
    bob.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_does_not_want_to_keeps_nothing() {
    let world = World::new();
    let no = BackupConfig {
        keep_for_peers: false,
        peers: false,
        ..BackupConfig::default()
    };
    let bob = world
        .node_with(
            2,
            &Config {
                backup: no,
                ..signing()
            },
        )
        .await;
    let alice = world.node_with(1, &sharing()).await;
    let channel = world.channel(&alice, &bob).await;
    pay(&alice, channel, "one", 1_000).await;
    let address = bob.listening().expect("a listener").to_string();
    alice.stop().await;
    let asked = backup_of_peer(&LocalSigner::new(key(1)), bob.key(), address).await;
    assert!(matches!(asked, Err(AskError::Nothing)), "{asked:?}");
    assert!(!world.folder(2).join(KEPT).exists());
    bob.stop().await;
}
