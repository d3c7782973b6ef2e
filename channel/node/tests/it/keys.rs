//! A step has a key: whatever happens in between, the same key is the same step with the same answer.

use twinroot_abi::Amount;
use twinroot_client::Api;
use twinroot_client::api::{Close, Coins, Stage, Step, Which};
use twinroot_node::{Node, codes};

use crate::accounts::{self, answered};
use crate::world::{
    World, asked_for, called, config_of, newest, signing, terms, transfer, wait_for,
};

/// Own free coins of a node in its only channel.
async fn free(node: &Node) -> u64 {
    let list = node.handle().list().await.expect("a list");
    list[0].balances[0].0.0
}

/// What was half-signed rests on the state before a step that the peer has forced, so the peer cannot answer it. After a
/// restart nobody proposes it again by itself either.
#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_a_forced_one_has_overtaken_comes_again_after_restarts() {
    let world = World::new();
    let [alice, bob] = [world.node(1).await, world.node(2).await];
    let channel = world.channel(&alice, &bob).await;
    let before = free(&alice).await;
    let paid = asked_for(&alice, &bob, transfer(channel, "pay", 7)).await;
    alice.stop().await;
    paid.await
        .expect("no panic")
        .expect_err("Alice has stopped");
    let forced = tokio::spawn({
        let bob = bob.handle();
        async move { bob.force(transfer(channel, "his", 100)).await }
    });
    let forced = answered(&world, forced).await;
    assert_eq!(forced.expect("the ledger carries it out").forced, 1);

    // At the first restart the step is taken over; after the second it is known from the log.
    let alice = world.node(1).await;
    wait_for(&alice.handle(), 0, "forced").await;
    alice.stop().await;
    let last = wait_for(&bob.handle(), 0, "forced").await.id;
    let alice = world.node(1).await;
    world.meet(&alice, &bob).await;
    let paid = called(&alice, transfer(channel, "pay", 7));
    wait_for(&bob.handle(), last, "asked").await;
    bob.handle().approve(newest(channel)).await.expect("a step");
    answered(&world, paid).await.expect("both sign");
    assert_eq!(free(&alice).await, before - 7 + 100);
    alice.stop().await;
    bob.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_was_half_signed_at_a_restart_is_made_once() {
    let world = World::new();
    let [alice, bob] = [world.node(1).await, world.node(2).await];
    let channel = world.channel(&alice, &bob).await;
    let before = free(&alice).await;
    let pay = asked_for(&alice, &bob, transfer(channel, "pay", 100_000)).await;
    alice.stop().await;
    pay.await
        .expect("no panic")
        .expect_err("nobody has signed it yet");

    let alice = world.node(1).await;
    let again = called(&alice, transfer(channel, "pay", 100_000));
    // Bob may be asked before or after Alice is back.
    let done = loop {
        let _ = bob.handle().approve(newest(channel)).await;
        world.mine(1);
        if again.is_finished() {
            break again.await.expect("no panic").expect("both sign");
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    assert_eq!(done.round, 1);
    assert_eq!(free(&alice).await, before - 100_000);

    alice.stop().await;
    let alice = world.node(1).await;
    let third = alice
        .handle()
        .call(transfer(channel, "pay", 100_000))
        .await
        .expect("the same answer");
    assert_eq!((third.round, third.root), (done.round, done.root));
    assert_eq!(free(&alice).await, before - 100_000);
    alice.stop().await;
    bob.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_callers_travel_together_and_a_bad_one_is_answered_alone() {
    let world = World::new();
    let mut listens = signing();
    let [alice, bob] = [world.node(1).await, world.node_with(2, &listens).await];
    let channel = world.channel(&alice, &bob).await;
    let before = free(&alice).await;
    listens.listen = bob.listening();
    bob.stop().await;

    // Bob is away, so all of them wait.
    let mut calls = Vec::new();
    for number in 0..20_u64 {
        let amount = if number == 7 {
            before + 1
        } else {
            1_000 + number
        };
        let alice = alice.handle();
        let step = transfer(channel, &format!("pay {number}"), amount);
        calls.push(tokio::spawn(async move { alice.call(step).await }));
    }
    let bob = world.node_with(2, &listens).await;
    let mut rounds = std::collections::BTreeSet::new();
    for (number, call) in calls.into_iter().enumerate() {
        let answer = call.await.expect("no panic");
        if number == 7 {
            let failure = answer.expect_err("Alice has no more coins");
            assert_eq!(failure.code, codes::IMPOSSIBLE, "{failure}");
        } else {
            rounds.insert(answer.expect("both sign").round);
        }
    }
    assert!(rounds.len() < 10, "they travel together: {rounds:?}");
    let paid: u64 = (0..20)
        .filter(|number| *number != 7)
        .map(|number| 1_000 + number)
        .sum();
    assert_eq!(free(&alice).await, before - paid);
    alice.stop().await;
    bob.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_the_same_after_the_channel_has_paid_out() {
    let world = World::new();
    let [alice, bob] = [world.node(1).await, world.node_with(2, &signing()).await];
    let channel = world.channel(&alice, &bob).await;
    let step = transfer(channel, "pay", 5);
    let done = alice.handle().call(step.clone()).await.expect("both sign");
    let close = Close {
        channel,
        solo: true,
    };
    alice.handle().close(close).await.expect("a close");
    for node in [&alice, &bob] {
        world.until(node, channel, Stage::Closed).await;
    }
    let again = alice.handle().call(step).await.expect("the same answer");
    assert_eq!((again.round, again.root), (done.round, done.root));
    let other = alice.handle().call(transfer(channel, "another", 5)).await;
    let failure = other.expect_err("the channel is closed");
    assert_eq!(failure.code, codes::CLOSED);
    alice.stop().await;
    bob.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_its_user_takes_back_is_answered() {
    let world = World::new();
    let [alice, bob] = [world.node(1).await, world.node(2).await];
    let channel = world.channel(&alice, &bob).await;
    let pay = asked_for(&alice, &bob, transfer(channel, "pay", 100_000)).await;
    alice
        .handle()
        .cancel(Which { channel })
        .await
        .expect("it can be taken back");
    // Nothing at all is nothing that Bob is asked about: his node signs it by itself.
    let failure = pay.await.expect("no panic").expect_err("it was taken back");
    assert_eq!(failure.code, codes::PEER_REFUSED, "{failure}");
    let coins = Coins(Amount(free(&alice).await));
    assert_eq!(coins, Coins(Amount(500_000_000)));
    alice.stop().await;
    bob.stop().await;
}

/// Alice's node keeps few answers, and makes many steps while one of another channel waits for its peer: that one is not
/// forgotten with the answers.
#[tokio::test(flavor = "multi_thread")]
async fn a_step_under_way_outlives_the_answers_of_many_others() {
    let world = World::new();
    let few = config_of("[log]\nanswers = 10");
    let alice = world.node_with(1, &few).await;
    let [bob, carol] = [world.node(2).await, world.node_with(3, &signing()).await];
    let channel = world.channel(&alice, &bob).await;
    let mut others = terms(&carol);
    others.key = "with Carol".into();
    others.deposit = Coins(Amount(1_000_000));
    let others = world.channel_of(&alice, &carol, others).await;
    let pay = asked_for(&alice, &bob, transfer(channel, "pay", 100_000)).await;
    for number in 0..30 {
        accounts::pay(&alice, others, &number.to_string(), 1).await;
    }
    alice.stop().await;
    pay.await.expect("no panic").expect_err("Alice has stopped");

    let alice = world.node_with(1, &few).await;
    world.meet(&alice, &bob).await;
    bob.handle().approve(newest(channel)).await.expect("a step");
    wait_for(&alice.handle(), 0, "agreed").await;
    let again = called(&alice, transfer(channel, "pay", 100_000));
    let again = answered(&world, again).await;
    assert_eq!(again.expect("what both have signed").round, 1);
    for node in [alice, bob, carol] {
        node.stop().await;
    }
}

/// Whoever gives a key to something else by mistake is told so, and does not take the answer of the one for that of the other.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_of_one_step_and_of_one_channel() {
    let world = World::new();
    let [alice, bob] = [world.node(1).await, world.node(2).await];
    let channel = world.channel(&alice, &bob).await;
    let mut other = terms(&bob);
    other.deposit = Coins(Amount(1));
    let failure = alice.handle().open(other).await.expect_err("other terms");
    assert_eq!(failure.code, codes::KEY_TAKEN);
    let before = free(&alice).await;
    let pay = asked_for(&alice, &bob, transfer(channel, "pay", 7)).await;
    taken(&alice, transfer(channel, "pay", 8)).await;
    alice.stop().await;
    pay.await.expect("no panic").expect_err("Alice has stopped");

    // What is known from the log is held against it as well, while it waits and once it is answered.
    let alice = world.node(1).await;
    taken(&alice, transfer(channel, "pay", 8)).await;
    world.meet(&alice, &bob).await;
    bob.handle().approve(newest(channel)).await.expect("a step");
    wait_for(&alice.handle(), 0, "agreed").await;
    taken(&alice, transfer(channel, "pay", 8)).await;
    alice.stop().await;
    let alice = world.node(1).await;
    taken(&alice, transfer(channel, "pay", 8)).await;
    let same = alice.handle().call(transfer(channel, "pay", 7)).await;
    assert_eq!(same.expect("what both have signed").round, 1);
    assert_eq!(free(&alice).await, before - 7);
    alice.stop().await;
    bob.stop().await;
}

async fn taken(node: &Node, step: Step) {
    let failure = node.handle().call(step).await;
    let failure = failure.expect_err("the key is of another step");
    assert_eq!(failure.code, codes::KEY_TAKEN, "{failure}");
}
