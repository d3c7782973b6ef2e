//! What the ledger has to be told before it can carry out a step, and what it is not told twice.

use std::time::Duration;

use twinroot_client::Api;
use twinroot_client::api::{Answer, Id, Which};
use twinroot_node::Node;

use crate::accounts::answered;
use crate::toy::Line;
use crate::world::{World, call, contract, create, terms, transfer, wait_for};

/// Kinds of all that happened in a channel.
async fn kinds(node: &Node, channel: Id) -> Vec<String> {
    let shown = node.handle().show(Which { channel }).await;
    let history = shown.expect("the channel").history;
    history.into_iter().map(|event| event.kind).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_forced_whose_code_the_ledger_has_never_seen() {
    let world = World::new();
    let [alice, bob] = [world.node(1).await, world.node(2).await];
    let channel = world.channel(&alice, &bob).await;
    let offered = wait_for(&bob.handle(), 0, "asked").await;
    let made = tokio::spawn({
        let alice = alice.handle();
        async move { alice.call(create(channel, "contract")).await }
    });
    wait_for(&bob.handle(), offered.id, "asked").await;
    let his = bob.handle();
    let agreed = his.approve(Answer {
        channel,
        question: None,
    });
    agreed.await.expect("a step");
    made.await.expect("no panic").expect("both sign");

    let forced = tokio::spawn({
        let alice = alice.handle();
        let step = call(
            channel,
            "forced",
            contract(channel, 0),
            &[Line::Store(2, 2)],
        );
        async move { alice.force(step).await }
    });
    let done = answered(&world, forced).await;
    assert_eq!(done.expect("the ledger carries it out").forced, 1);
    let kinds = kinds(&alice, channel).await;
    assert!(!kinds.iter().any(|kind| kind == "rejected"), "{kinds:?}");
    alice.stop().await;
    bob.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_offer_says_so_and_nobody_offers_to_itself() {
    let world = World::new();
    let [alice, bob] = [world.node(1).await, world.node(2).await];
    let failure = alice.handle().open(terms(&alice)).await;
    assert_eq!(failure.expect_err("itself").code, "TR0807");
    let opened = alice.handle().open(terms(&bob)).await.expect("terms");
    let channel = opened.channel;
    wait_for(&bob.handle(), 0, "asked").await;
    let his = bob.handle();
    let declined = his.decline(Answer {
        channel,
        question: None,
    });
    declined.await.expect("an offer");
    wait_for(&alice.handle(), 0, "offer_refused").await;
    let list = alice.handle().list().await.expect("a list");
    assert!(list[0].status.contains("does not want it"), "{list:?}");
    alice.stop().await;
    bob.stop().await;
}

/// Two payments of the same coins are two, whatever becomes of the first while the second is forced.
#[tokio::test(flavor = "multi_thread")]
async fn an_equal_step_of_another_key_is_another_step() {
    let world = World::new();
    let [alice, bob] = [world.node(1).await, world.node(2).await];
    let channel = world.channel(&alice, &bob).await;
    let offered = wait_for(&bob.handle(), 0, "asked").await;
    let signed = tokio::spawn({
        let alice = alice.handle();
        async move { alice.call(transfer(channel, "first", 5)).await }
    });
    wait_for(&bob.handle(), offered.id, "asked").await;
    let forced = tokio::spawn({
        let alice = alice.handle();
        async move { alice.force(transfer(channel, "second", 5)).await }
    });
    for _ in 0..5 {
        world.mine(1);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let his = bob.handle();
    let agreed = his.approve(Answer {
        channel,
        question: None,
    });
    agreed.await.expect("a step");
    assert_eq!(
        signed.await.expect("no panic").expect("both sign").forced,
        0
    );
    let done = answered(&world, forced).await;
    assert_eq!(done.expect("the ledger carries it out").forced, 1);
    let held = alice.handle().balances(Which { channel }).await;
    let before = terms(&bob).deposit.0.0;
    assert_eq!(held.expect("coins").free.0.0, before - 10);
    alice.stop().await;
    bob.stop().await;
}
