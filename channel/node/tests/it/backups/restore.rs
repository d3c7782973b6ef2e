//! A node from a backup of any age signs no round twice and loses no coin.

use std::sync::Arc;

use twinroot_chain::What;
use twinroot_client::Api;
use twinroot_client::api::{Ack, Answer, Coins, Stage, Which};
use twinroot_keyring::{BackupKey, LocalSigner, OpenSealedError, open_sealed};
use twinroot_node::{LOG, Node, RestoreBackupError, restore};
use twinroot_store::Store;

use super::witness::{Book, Witness};
use super::{backups, careful, pay, restored, summary, until_status};
use crate::accounts::{answered, included};
use crate::world::{World, key, newest, signing, transfer, wait_for};

const GAP: u64 = 1 << 24;

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_any_age_signs_no_round_twice_and_loses_no_coin() {
    let world = World::new();
    let folder = world.folder(10);
    let config = careful(folder.clone());
    let book = Book::default();
    let bob = world.node_with(2, &signing()).await;
    let start = async || {
        world
            .node_of(&world.folder(1), &config, Witness::of(1, &book))
            .await
    };

    // Every stop makes a backup: first of an offer, then of an open channel, then after each of some rounds.
    let alice = start().await;
    let opened = alice
        .handle()
        .open(crate::world::terms(&bob))
        .await
        .expect("terms");
    let channel = opened.channel;
    wait_for(&bob.handle(), 0, "asked").await;
    alice.stop().await;
    let alice = start().await;
    bob.handle()
        .approve(newest(channel))
        .await
        .expect("an offer");
    for node in [&alice, &bob] {
        world.until(node, channel, Stage::Open).await;
    }
    alice.stop().await;
    let mut paid = 0;
    for round in 1..=3_u64 {
        let alice = start().await;
        pay(&alice, channel, &format!("step {round}"), round * 1_000).await;
        paid += round * 1_000;
        alice.stop().await;
    }
    // One that is half-signed: nobody answers it.
    bob.stop().await;
    let ages = backups(&folder);
    assert!(ages.len() >= 5, "{} backups", ages.len());

    let bob = world.node_with(2, &signing()).await;
    let address = bob.listening().expect("a listener").to_string();
    for (age, sealed) in ages.iter().enumerate() {
        let salt = u32::try_from(age).unwrap() + 1;
        let life = restored(&world, 1, 20 + u8::try_from(age).unwrap(), sealed, salt);
        let alice = world
            .node_of(&life, &signing(), Witness::of(1, &book))
            .await;
        let before = book.rounds();
        // Only the first backup is so old that it lacks the channel's opening.
        world.until(&alice, channel, Stage::Open).await;
        until_status(
            &alice.handle(),
            channel,
            "back from a backup, waits to hear of the peer",
        )
        .await;
        assert_eq!(book.rounds(), before, "it has heard of nobody");
        let peer = twinroot_client::api::Peer {
            peer: bob.key().into(),
            address: address.clone(),
        };
        alice.handle().add_peer(peer).await.expect("an address");
        until_status(&alice.handle(), channel, "free").await;
        let there = summary(&alice.handle(), channel).await;
        assert_eq!(
            there.balances[1],
            Coins(twinroot_abi::Amount(400_000_000 + paid)),
            "age {age}"
        );
        pay(&alice, channel, &format!("life {age}"), 500).await;
        paid += 500;
        assert!(
            book.newest() > GAP * (u64::from(salt)),
            "above a gap: {}",
            book.newest()
        );
        alice.stop().await;
        // It begins again as any other node.
        let alice = world
            .node_of(&life, &signing(), Witness::of(1, &book))
            .await;
        pay(&alice, channel, &format!("life {age}, again"), 500).await;
        paid += 500;
        alice.stop().await;
    }
    bob.stop().await;
}

/// The copy was made while a step was being forced. It was carried out since, and its user told.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_lost_life_was_to_force_is_not_forced_by_itself() {
    let world = World::new();
    let folder = world.folder(10);
    let config = careful(folder.clone());
    let bob = world.node_with(2, &signing()).await;
    let alice = world.node_with(1, &config).await;
    let channel = world.channel(&alice, &bob).await;
    let forced = tokio::spawn({
        let alice = alice.handle();
        async move { alice.force(transfer(channel, "forced", 7)).await }
    });
    let before = wait_for(&alice.handle(), 0, "opened").await;
    wait_for(&alice.handle(), before.id, "posted").await;
    alice.stop().await;
    forced
        .await
        .expect("no panic")
        .expect_err("Alice has stopped");
    let copy = backups(&folder).pop().expect("a backup");

    let alice = world.node_with(1, &config).await;
    world.meet(&alice, &bob).await;
    let again = tokio::spawn({
        let alice = alice.handle();
        async move { alice.force(transfer(channel, "forced", 7)).await }
    });
    let done = answered(&world, again).await;
    assert_eq!(done.expect("the ledger carries it out").forced, 1);
    pay(&alice, channel, "above it", 1_000).await;
    alice.stop().await;
    // The ledger does not show the step any more.
    let told = bob.handle().snapshot(Which { channel }).await;
    told.expect("a newer state");
    included(&world, What::Snapshotted).await;

    let life = restored(&world, 1, 20, &copy, 1);
    let alice = world.node_in(1, &life, &signing()).await;
    world.meet(&alice, &bob).await;
    until_status(&alice.handle(), channel, "free").await;
    for _ in 0..6 {
        world.mine(1);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    pay(&alice, channel, "after it", 100).await;
    let there = summary(&alice.handle(), channel).await;
    assert_eq!(there.balances[1].0.0, 400_001_107);
    assert_eq!(there.forced, 0);
    for node in [alice, bob] {
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_restored_node_half_signed_is_not_signed_differently() {
    let world = World::new();
    let folder = world.folder(10);
    let book = Book::default();
    let bob = world.node(2).await;
    let alice = world
        .node_of(
            &world.folder(1),
            &careful(folder.clone()),
            Witness::of(1, &book),
        )
        .await;
    let channel = world.channel(&alice, &bob).await;
    // Bob is asked and says nothing.
    let asked = wait_for(&bob.handle(), 0, "asked").await;
    let waits = tokio::spawn({
        let handle = alice.handle();
        async move { handle.call(transfer(channel, "half", 7_000)).await }
    });
    let question = wait_for(&bob.handle(), asked.id, "asked").await;
    alice.stop().await;
    assert!(
        waits.await.unwrap().is_err(),
        "the node stopped before it was answered"
    );
    let sealed = backups(&folder).pop().expect("a backup");
    let life = restored(&world, 1, 20, &sealed, 3);
    let alice = world
        .node_of(&life, &signing(), Witness::of(1, &book))
        .await;
    // What was signed in the life before is still Bob's to take.
    let id = question.details["question"]
        .as_str()
        .and_then(|text| text.parse().ok());
    bob.handle()
        .approve(Answer {
            channel,
            question: id,
        })
        .await
        .expect("a step");
    let peer = twinroot_client::api::Peer {
        peer: bob.key().into(),
        address: bob.listening().unwrap().to_string(),
    };
    alice.handle().add_peer(peer).await.expect("an address");
    until_status(&alice.handle(), channel, "free").await;
    let there = summary(&alice.handle(), channel).await;
    assert_eq!(there.balances[1], Coins(twinroot_abi::Amount(400_007_000)));
    alice.stop().await;
    bob.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_is_opened_after_restoring_begins_in_doubt_and_works() {
    let world = World::new();
    let folder = world.folder(10);
    world
        .node_with(2, &careful(folder.clone()))
        .await
        .stop()
        .await;
    let sealed = backups(&folder).pop().expect("a backup of an empty log");
    let life = restored(&world, 2, 20, &sealed, 9);
    let bob = world
        .node_of(&life, &signing(), Arc::new(LocalSigner::new(key(2))))
        .await;
    let alice = world.node_with(1, &signing()).await;
    let channel = world.channel(&alice, &bob).await;
    pay(&alice, channel, "to Bob", 1_000).await;
    pay(&bob, channel, "and back", 400).await;
    assert!(
        summary(&bob.handle(), channel).await.round > GAP,
        "its rounds lie above a gap"
    );
    alice.stop().await;
    bob.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_is_there_is_never_replaced() {
    let world = World::new();
    let folder = world.folder(10);
    let config = careful(folder.clone());
    let node: Node = world.node_with(1, &config).await;
    node.stop().await;
    let sealed = backups(&folder).pop().expect("a backup");
    let log = world.folder(1).join(LOG);
    let before = std::fs::read(&log).expect("a log");
    let signer = LocalSigner::new(key(1));
    let error = restore(&world.folder(1), &sealed, &signer, 1).expect_err("a log is there");
    assert!(matches!(error, RestoreBackupError::Exists(_)), "{error}");
    assert_eq!(std::fs::read(&log).expect("a log"), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_was_changed_or_is_anothers_makes_no_log() {
    let world = World::new();
    let folder = world.folder(10);
    world
        .node_with(1, &careful(folder.clone()))
        .await
        .stop()
        .await;
    let sealed = backups(&folder).pop().expect("a backup");
    let life = world.folder(20);
    let other = restore(&life, &sealed, &LocalSigner::new(key(2)), 1).expect_err("another key");
    assert!(
        matches!(other, RestoreBackupError::Sealed(OpenSealedError::Sealed)),
        "{other}"
    );
    for place in (0..sealed.len()).step_by(97) {
        let mut changed = sealed.clone();
        changed[place] ^= 1;
        assert!(
            restore(&life, &changed, &LocalSigner::new(key(1)), 1).is_err(),
            "{place}"
        );
    }
    assert_eq!(
        std::fs::read_dir(&life).unwrap().count(),
        0,
        "nothing was left there"
    );
}

/// Events of the lost life keep their numbers: none is told under a number that was used.
#[tokio::test(flavor = "multi_thread")]
async fn numbers_of_lost_events_are_not_used_again() {
    let world = World::new();
    let folder = world.folder(10);
    world
        .node_with(1, &careful(folder.clone()))
        .await
        .stop()
        .await;
    let sealed = backups(&folder).pop().expect("a backup");
    let export = open_sealed(&sealed, &BackupKey::of(&LocalSigner::new(key(1))).unwrap()).unwrap();
    let before = Store::import(&world.folder(11).join("copy"), &export)
        .unwrap()
        .next();
    let nexts = [1, 2].map(|salt| {
        let life = restored(&world, 1, 20 + u8::try_from(salt).unwrap(), &sealed, salt);
        Store::open(&life.join(LOG)).unwrap().next()
    });
    assert!(
        nexts[0] > before + (1 << 24) && nexts[1] > nexts[0] + 65_000,
        "{nexts:?}"
    );
}

/// A program that goes on behind the last event it heard misses nothing of a life whose numbers are lower than those of the
/// one before, and forgets nothing of it.
#[tokio::test(flavor = "multi_thread")]
async fn who_was_told_by_a_lost_life_hears_all_of_the_next() {
    let world = World::new();
    let folder = world.folder(10);
    let bob = world.node_with(2, &signing()).await;
    let alice = world.node_with(1, &careful(folder.clone())).await;
    let channel = world.channel(&alice, &bob).await;
    alice.stop().await;
    let sealed = backups(&folder).pop().expect("a backup");
    let mut heard = 0;
    for salt in [1_000, 1] {
        let life = restored(
            &world,
            1,
            20 + u8::try_from(salt % 7).unwrap(),
            &sealed,
            salt,
        );
        let alice = world.node_in(1, &life, &signing()).await;
        // Of what was told before.
        alice.handle().ack(Ack { up_to: heard }).await.unwrap();
        world.meet(&alice, &bob).await;
        until_status(&alice.handle(), channel, "free").await;
        pay(&alice, channel, &format!("life {salt}"), 100).await;
        let event = wait_for(&alice.handle(), heard, "agreed").await;
        assert!(
            heard == 0 || event.id < heard,
            "the later life has lower numbers"
        );
        heard = alice.handle().status().await.unwrap().last_event;
        alice.stop().await;
    }
    bob.stop().await;
}
