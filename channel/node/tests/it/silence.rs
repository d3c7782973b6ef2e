//! A peer that is silent or away, and one that cheats meanwhile.

use std::time::Duration;

use twinroot_client::Api;
use twinroot_client::api::{Close, Stage};

use crate::accounts::answered;
use crate::world::{COINS, World, asked_for, called, signing, transfer, wait_for};

#[tokio::test(flavor = "multi_thread")]
async fn what_a_silent_peer_does_not_sign_is_forced_by_itself() {
    let world = World::new();
    let [alice, bob] = [world.node(1).await, world.node(2).await];
    let channel = world.channel(&alice, &bob).await;
    // Bob is asked, and does not answer.
    let pay = asked_for(&alice, &bob, transfer(channel, "pay", 7).force_after(3)).await;
    let done = answered(&world, pay)
        .await
        .expect("the ledger carries it out");
    assert_eq!((done.round, done.forced), (0, 1));
    wait_for(&alice.handle(), 0, "forcing").await;
    wait_for(&bob.handle(), 0, "forced").await;
    alice.stop().await;
    bob.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_even_be_proposed_is_forced_by_itself() {
    let world = World::new();
    let [alice, bob] = [world.node(1).await, world.node(2).await];
    let channel = world.channel(&alice, &bob).await;
    bob.stop().await;
    let pay = called(&alice, transfer(channel, "pay", 7).force_after(3));
    let done = answered(&world, pay)
        .await
        .expect("the ledger carries it out");
    assert_eq!((done.round, done.forced), (0, 1));
    alice.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_close_at_an_old_state_is_answered_by_the_node_alone() {
    let world = World::new();
    let [alice, bob] = [world.node(1).await, world.node_with(2, &signing()).await];
    let channel = world.channel(&alice, &bob).await;
    // Alice pays, Bob keeps a copy of how it was before, and Bob pays back more.
    let pay = |step| {
        let alice = alice.handle();
        async move { alice.call(step).await.expect("both sign") }
    };
    pay(transfer(channel, "one", 100_000)).await;
    bob.stop().await;
    let old = world.copy(2);
    let bob = world.node_with(2, &signing()).await;
    alice.stop().await;
    let alice = world.node_with(1, &signing()).await;
    world.meet(&alice, &bob).await;
    let back = transfer(channel, "back", 300_000);
    bob.handle().call(back).await.expect("both sign");
    alice.stop().await;
    bob.stop().await;

    // ANCHOR: away
    // Alice's node is off. Bob's old copy knows nothing of what Bob has paid.
    let cheat = world.node_in(2, &old, &signing()).await;
    loop {
        let close = Close {
            channel,
            solo: true,
        };
        if cheat.handle().close(close).await.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    wait_for(&cheat.handle(), 0, "posted").await;
    world.mine(2);
    // ANCHOR_END: away

    // ANCHOR: back
    let alice = world.node_with(1, &signing()).await;
    let told = wait_for(&alice.handle(), 0, "stale_close").await;
    assert!(told.text.contains("round 1"), "{}", told.text);
    world.until(&alice, channel, Stage::Closed).await;
    let coins = alice.handle().status().await.expect("a status").coins.0.0;
    assert!(
        coins > COINS + 150_000,
        "Alice has what Bob has paid: {coins}"
    );
    // ANCHOR_END: back
    alice.stop().await;
    cheat.stop().await;
}
