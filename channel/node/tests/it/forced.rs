//! What the ledger has to be told before it can carry out a step, and what it is not told twice.

use twinroot_client::Api;
use twinroot_client::api::{Id, Which};
use twinroot_node::Node;

use crate::accounts::answered;
use crate::toy::Line;
use crate::world::{World, agree, call, contract, create, newest, terms, wait_for};

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
    let made = agree(&alice, &bob, create(channel, "contract")).await;
    made.expect("both sign");

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
    let declined = his.decline(newest(channel));
    declined.await.expect("an offer");
    wait_for(&alice.handle(), 0, "offer_refused").await;
    let list = alice.handle().list().await.expect("a list");
    assert!(list[0].status.contains("does not want it"), "{list:?}");
    alice.stop().await;
    bob.stop().await;
}
