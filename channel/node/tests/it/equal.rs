//! Two payments of the same coins are two, and one that is asked for twice under its key is one.

use tokio::task::JoinHandle;
use twinroot_client::api::{Done, Id, Step, Which};
use twinroot_client::{Api, Failure};
use twinroot_node::{Node, codes};

use crate::accounts::answered;
use crate::world::{DEPOSIT, World, asked_for, called, newest, transfer};

/// A payment of 5.
fn pay(channel: Id, key: &str) -> Step {
    transfer(channel, key, 5)
}

fn force(alice: &Node, channel: Id, key: &'static str) -> JoinHandle<Result<Done, Failure>> {
    let alice = alice.handle();
    tokio::spawn(async move { alice.force(pay(channel, key)).await })
}

/// What Alice has paid so far.
async fn paid(alice: &Node, channel: Id) -> u64 {
    let held = alice.handle().balances(Which { channel }).await;
    DEPOSIT - held.expect("coins").free.0.0
}

#[tokio::test(flavor = "multi_thread")]
async fn an_equal_step_is_not_forced_beside_one_that_can_still_be_signed() {
    let world = World::new();
    let [alice, bob] = [world.node(1).await, world.node(2).await];
    let channel = world.channel(&alice, &bob).await;
    let first = asked_for(&alice, &bob, pay(channel, "first")).await;
    let failure = answered(&world, force(&alice, channel, "second")).await;
    let failure = failure.expect_err("two of them could count");
    assert_eq!(failure.code, codes::NOT_NOW);
    assert!(failure.todo.contains("--key first"), "{}", failure.todo);
    bob.handle().approve(newest(channel)).await.expect("a step");
    assert_eq!(first.await.expect("no panic").expect("both sign").forced, 0);
    // Now it is another payment, under the key that failed before.
    let second = answered(&world, force(&alice, channel, "second")).await;
    assert_eq!(second.expect("the ledger carries it out").forced, 1);
    assert_eq!(paid(&alice, channel).await, 10);
    alice.stop().await;
    bob.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_the_peer_is_forced_under_its_key() {
    let world = World::new();
    let [alice, bob] = [world.node(1).await, world.node(2).await];
    let channel = world.channel(&alice, &bob).await;
    let called = asked_for(&alice, &bob, pay(channel, "one")).await;
    let forced = answered(&world, force(&alice, channel, "one")).await;
    let forced = forced.expect("the ledger carries it out");
    assert_eq!((forced.round, forced.forced), (0, 1));
    // Whoever called has the same answer.
    let called = called.await.expect("no panic").expect("it is done");
    assert_eq!((called.round, called.forced), (0, 1));
    assert_eq!(paid(&alice, channel).await, 5);
    alice.stop().await;
    bob.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_waits_its_turn_is_forced_only_when_no_equal_one_can_be_signed() {
    let world = World::new();
    let [alice, bob] = [world.node(1).await, world.node(2).await];
    let channel = world.channel(&alice, &bob).await;
    let first = asked_for(&alice, &bob, pay(channel, "first")).await;
    let second = called(&alice, pay(channel, "second").force_after(2));
    world.mine(6);
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert!(!second.is_finished());
    bob.handle().approve(newest(channel)).await.expect("a step");
    assert_eq!(first.await.expect("no panic").expect("both sign").forced, 0);
    let second = answered(&world, second).await;
    assert_eq!(second.expect("the ledger carries it out").forced, 1);
    assert_eq!(paid(&alice, channel).await, 10);
    alice.stop().await;
    bob.stop().await;
}

/// The peer could sign what it has refused: that, and what is forced in its place, are one payment.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_peer_refuses_before_it_goes_away_is_forced_under_another_key() {
    let world = World::new();
    let [alice, bob] = [world.node(1).await, world.node(2).await];
    let channel = world.channel(&alice, &bob).await;
    let refused = asked_for(&alice, &bob, pay(channel, "refused")).await;
    bob.handle().decline(newest(channel)).await.expect("a step");
    let failure = refused.await.expect("no panic").expect_err("Bob does not");
    assert_eq!(failure.code, codes::PEER_REFUSED);
    bob.stop().await;
    let forced = answered(&world, force(&alice, channel, "forced")).await;
    assert_eq!(forced.expect("the ledger carries it out").forced, 1);
    assert_eq!(paid(&alice, channel).await, 5);
    alice.stop().await;
}
