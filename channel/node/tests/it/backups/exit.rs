//! The money comes out with nothing but a backup, the key and a chain.

use std::sync::Arc;

use twinroot_chain::{Answer, ChainBackend, Query};
use twinroot_client::Api;
use twinroot_client::api::{Close, Event, Id, Stage};
use twinroot_keyring::LocalSigner;
use twinroot_node::{ExitError, Left, Outcome, exit};

use super::{PATIENCE, backups, blocks, careful, pay, restored, summary};
use crate::toy::Toy;
use crate::world::{COINS, World, key, public, signing, wait_for};

/// More than all fees of a dispute here.
const FEES: u64 = 5_000_000;

/// Leaves with what is in a folder; what became of the channels, and the kinds of what happened.
async fn left(world: &World, name: u8, folder: &std::path::Path) -> (Vec<Left>, Vec<String>) {
    let mut kinds = Vec::new();
    let config = signing();
    let signer = Arc::new(LocalSigner::new(key(name)));
    let tell = |event: &Event| kinds.push(event.kind.clone());
    let leaving = exit(
        folder,
        &config,
        Arc::new(Toy),
        signer,
        world.backend(),
        tell,
    );
    let left = tokio::time::timeout(PATIENCE, leaving)
        .await
        .expect("it ends")
        .expect("it works");
    (left, kinds)
}

async fn coins(world: &World, name: u8) -> u64 {
    match world
        .chain
        .query(Query::Account(public(name)))
        .await
        .expect("an answer")
    {
        Answer::Account(account) => account.coins.0,
        _ => panic!("no account"),
    }
}

fn paid_out(channel: Id) -> Vec<Left> {
    vec![Left {
        channel,
        outcome: Outcome::PaidOut,
    }]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_backup_is_enough_where_the_peer_is_gone() {
    let world = World::new();
    let folder = world.folder(10);
    let bob = world.node_with(2, &signing()).await;
    let alice = world.node_with(1, &careful(folder.clone())).await;
    let channel = world.channel(&alice, &bob).await;
    pay(&bob, channel, "to Alice", 50_000_000).await;
    alice.stop().await;
    bob.stop().await;
    let life = restored(&world, 1, 20, &backups(&folder).pop().expect("a backup"), 1);
    let mining = blocks(&world);
    let (outcome, kinds) = left(&world, 1, &life).await;
    mining.abort();
    assert_eq!(outcome, paid_out(channel));
    assert!(
        kinds.iter().any(|kind| kind == "closing") && kinds.iter().any(|kind| kind == "closed"),
        "{kinds:?}"
    );
    let [alice, bob] = [coins(&world, 1).await, coins(&world, 2).await];
    assert!(alice > COINS + 50_000_000 - FEES, "{alice}");
    assert_eq!(bob, COINS - 50_000_000, "Bob has paid nothing else");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_backup_is_answered_by_an_honest_peer_and_nothing_else_is_lost() {
    let world = World::new();
    let folder = world.folder(10);
    let alice = world.node_with(1, &signing()).await;
    let bob = world.node_with(2, &careful(folder.clone())).await;
    let channel = world.channel(&alice, &bob).await;
    pay(&alice, channel, "then", 10_000_000).await;
    bob.stop().await;
    let old = backups(&folder).pop().expect("a backup");
    let bob = world.node_with(2, &signing()).await;
    // Alice is told where Bob is now.
    let address = bob.listening().expect("a listener").to_string();
    let peer = twinroot_client::api::Peer {
        peer: bob.key().into(),
        address,
    };
    alice.handle().add_peer(peer).await.expect("an address");
    pay(&alice, channel, "since", 30_000_000).await;
    pay(&bob, channel, "back", 5_000_000).await;
    let newest = summary(&alice.handle(), channel).await.round;
    bob.stop().await;

    // Bob's disk is gone. He is at no address that Alice knows, and knows none of hers.
    let life = restored(&world, 2, 20, &old, 1);
    let mining = blocks(&world);
    let (outcome, kinds) = left(&world, 2, &life).await;
    mining.abort();
    assert_eq!(outcome, paid_out(channel));
    let slashed = wait_for(&alice.handle(), 0, "stale_close").await;
    assert!(
        slashed.details["round"].as_u64() < Some(newest),
        "{slashed:?}"
    );
    assert!(
        kinds.iter().any(|kind| kind == "behind"),
        "Bob sees that he has lost something: {kinds:?}"
    );
    let bob = coins(&world, 2).await;
    assert!(
        bob > COINS + 35_000_000 - FEES,
        "the newest state is what pays: {bob}"
    );
    world.until(&alice, channel, Stage::Closed).await;
    let alice_has = coins(&world, 1).await;
    assert!(alice_has > COINS - 35_000_000 - FEES, "{alice_has}");
    alice.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_close_that_is_under_way_is_brought_to_its_end() {
    let world = World::new();
    let bob = world.node_with(2, &signing()).await;
    let alice = world.node_with(1, &signing()).await;
    let channel = world.channel(&alice, &bob).await;
    pay(&alice, channel, "one", 10_000_000).await;
    bob.stop().await;
    alice
        .handle()
        .close(Close {
            channel,
            solo: true,
        })
        .await
        .expect("a close");
    world.until(&alice, channel, Stage::Closing).await;
    alice.stop().await;
    let mining = blocks(&world);
    let (outcome, kinds) = left(&world, 1, &world.folder(1)).await;
    assert_eq!(outcome, paid_out(channel));
    assert!(
        !kinds.iter().any(|kind| kind == "rejected"),
        "it is not closed twice: {kinds:?}"
    );
    // Begun again when all is done, it has nothing to do.
    let (outcome, _) = left(&world, 1, &world.folder(1)).await;
    mining.abort();
    assert_eq!(outcome, Vec::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_that_was_never_agreed_to_is_waited_for_and_left() {
    let world = World::new();
    let bob = world.node(2).await;
    let alice = world.node(1).await;
    let terms = twinroot_client::api::Open {
        expiry: 5,
        ..crate::world::terms(&bob)
    };
    let channel = alice.handle().open(terms).await.expect("terms").channel;
    wait_for(&bob.handle(), 0, "asked").await;
    alice.stop().await;
    let mining = blocks(&world);
    let (outcome, kinds) = left(&world, 1, &world.folder(1)).await;
    mining.abort();
    bob.stop().await;
    assert_eq!(
        outcome,
        vec![Left {
            channel,
            outcome: Outcome::NothingLocked
        }]
    );
    assert!(
        kinds.iter().any(|kind| kind == "offer_expired"),
        "{kinds:?}"
    );
    assert_eq!(coins(&world, 1).await, COINS);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_log_there_is_nothing_to_leave() {
    let world = World::new();
    let signer = Arc::new(LocalSigner::new(key(1)));
    let left = exit(
        &world.folder(1),
        &signing(),
        Arc::new(Toy),
        signer,
        world.backend(),
        |_| {},
    )
    .await;
    assert!(matches!(left, Err(ExitError::NoLog(_))), "{left:?}");
}
