//! The ledger loses blocks that it had: the nodes see it, and bring about again what was in them.

use std::time::Duration;

use twinroot_chain::{Included, To, What};
use twinroot_client::Api;
use twinroot_client::api::{Answer, Close, Id, Stage};
use twinroot_node::{Node, codes};

use crate::accounts::{PATIENCE, answered, closed_with, height, included, pay, stage};
use crate::world::{World, called, newest, signing, terms, transfer, wait_for};

/// Where the ledger goes back to.
const HERE: &str = "here";

#[tokio::test(flavor = "multi_thread")]
async fn a_fork_takes_back_the_block_that_opened_the_channel() {
    let world = World::new();
    let [alice, bob] = [world.node(1).await, world.node_with(2, &signing()).await];
    let channel = alice
        .handle()
        .open(terms(&bob))
        .await
        .expect("terms")
        .channel;
    let asked = wait_for(&bob.handle(), 0, "asked").await;
    world.chain.snapshot(HERE).expect("a name");
    bob.handle()
        .approve(newest(channel))
        .await
        .expect("an offer");
    let lost = included(&world, What::Opened).await;
    back(&world, &lost);
    for node in [&alice, &bob] {
        assert_ne!(
            stage(node, channel).await,
            Stage::Open,
            "no fork may take back what counts as open"
        );
    }
    for node in [&alice, &bob] {
        world.until(node, channel, Stage::Open).await;
    }
    wait_for(&bob.handle(), asked.id, "opened").await;
    pay(&alice, channel, "one", 1_000).await;
    closed_with(&world, [alice, bob], channel, 1_000).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fork_takes_back_a_block_with_a_forced_step() {
    let world = World::new();
    let [alice, bob] = [world.node(1).await, world.node_with(2, &signing()).await];
    let channel = world.channel(&alice, &bob).await;
    pay(&alice, channel, "one", 1_000).await;
    world.chain.snapshot(HERE).expect("a name");
    let forced = tokio::spawn({
        let alice = alice.handle();
        async move { alice.force(transfer(channel, "forced", 7)).await }
    });
    let lost = included(&world, What::Forced).await;
    for node in [&alice, &bob] {
        wait_for(&node.handle(), 0, "forced").await;
    }

    back(&world, &lost);
    let undone = wait_for(&bob.handle(), 0, "undone").await;
    wait_for(&alice.handle(), 0, "undone").await;
    included(&world, What::Forced).await;
    wait_for(&bob.handle(), undone.id, "forced").await;
    let done = forced
        .await
        .expect("no panic")
        .expect("the ledger carries it out");
    assert_eq!((done.round, done.forced), (1, 1));
    // Under the same key it is the same step, and not another one.
    let again = alice
        .handle()
        .force(transfer(channel, "forced", 7))
        .await
        .expect("the same answer");
    assert_eq!((again.round, again.forced), (1, 1));
    until_agreed(&world, [&alice, &bob], channel, 1_007).await;
    pay(&alice, channel, "two", 100).await;
    closed_with(&world, [alice, bob], channel, 1_107).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fork_takes_back_a_block_in_which_a_close_began() {
    let world = World::new();
    let [alice, bob] = [world.node(1).await, world.node_with(2, &signing()).await];
    let channel = world.channel(&alice, &bob).await;
    pay(&alice, channel, "one", 1_000).await;
    world.chain.snapshot(HERE).expect("a name");
    let close = Close {
        channel,
        solo: true,
    };
    alice.handle().close(close.clone()).await.expect("a close");
    let lost = included(&world, What::Closing).await;
    for node in [&alice, &bob] {
        wait_for(&node.handle(), 0, "closing").await;
    }

    back(&world, &lost);
    for node in [&alice, &bob] {
        until_stage(&world, node, channel, Stage::Open).await;
    }
    // It is a channel like any other again: it can be used, and closed.
    pay(&alice, channel, "two", 200).await;
    closed_with(&world, [alice, bob], channel, 1_200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fork_takes_back_the_block_in_which_the_channel_paid_out() {
    let world = World::new();
    let [alice, bob] = [world.node(1).await, world.node_with(2, &signing()).await];
    let channel = world.channel(&alice, &bob).await;
    pay(&alice, channel, "one", 1_000).await;
    let asked = wait_for(&bob.handle(), 0, "agreed").await;
    world.chain.snapshot(HERE).expect("a name");
    let close = Close {
        channel,
        solo: false,
    };
    alice.handle().close(close).await.expect("a close");
    let question = wait_for(&bob.handle(), asked.id, "asked").await;
    bob.handle()
        .approve(Answer {
            channel,
            question: question.details["question"]
                .as_str()
                .and_then(|text| text.parse().ok()),
        })
        .await
        .expect("the end");
    let lost = included(&world, What::Closed).await;
    // Both have seen it; nothing is over before no fork can take it back.
    world.mine(1);
    for node in [&alice, &bob] {
        until_height(&world, node).await;
        assert_ne!(stage(node, channel).await, Stage::Closed);
    }

    back(&world, &lost);
    closed_with(&world, [alice, bob], channel, 1_000).await;
}

/// The rules refuse what is pinned below the newest state's block. That says nothing of the step, which waits.
#[tokio::test(flavor = "multi_thread")]
async fn a_fork_takes_the_ledger_back_below_the_block_of_the_newest_state() {
    let world = World::new();
    let [alice, bob] = [world.node(1).await, world.node_with(2, &signing()).await];
    let channel = world.channel(&alice, &bob).await;
    world.chain.snapshot(HERE).expect("a name");
    world.mine(5);
    for node in [&alice, &bob] {
        until_height(&world, node).await;
    }
    pay(&alice, channel, "one", 1_000).await;
    let to = To::Snapshot(HERE.into());
    world.chain.rollback(&to).expect("it goes back");
    world.mine(1);
    for node in [&alice, &bob] {
        until_height(&world, node).await;
    }
    let waits = called(&alice, transfer(channel, "two", 100));
    let force = transfer(channel, "three", 100);
    let failure = alice.handle().force(force).await.expect_err("not now");
    assert_eq!(failure.code, codes::NOT_NOW);
    assert!(failure.message.contains("a fork"), "{failure}");
    let done = answered(&world, waits).await.expect("both sign");
    assert_eq!((done.round, done.forced), (2, 0));
    closed_with(&world, [alice, bob], channel, 1_100).await;
}

/// The blocks since the snapshot are gone, and that with them.
fn back(world: &World, lost: &Included) {
    let begins = world
        .chain
        .rollback(&To::Snapshot(HERE.into()))
        .expect("it goes back");
    assert!(lost.block.height >= begins.height, "it is lost");
}

/// Without a new block: what a fork has left is enough to see it.
async fn until_stage(world: &World, node: &Node, channel: Id, wanted: Stage) {
    let wait = async {
        while stage(node, channel).await != wanted {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let seen = tokio::time::timeout(PATIENCE, wait).await;
    seen.unwrap_or_else(|_| panic!("at height {} it never is {wanted:?}", height(world)));
}

/// Until the node knows the newest block, and what it says of its channels.
async fn until_height(world: &World, node: &Node) {
    let wait = async {
        while node.handle().status().await.expect("a status").height != height(world) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait)
        .await
        .expect("the block is heard");
}

/// Both have the same newest state, in which Alice has paid so much.
async fn until_agreed(world: &World, nodes: [&Node; 2], channel: Id, paid: u64) {
    let wait = async {
        loop {
            let mut held = Vec::new();
            for node in nodes {
                let list = node.handle().list().await.expect("a list");
                let one = list
                    .into_iter()
                    .find(|one| one.channel == channel)
                    .expect("the channel");
                held.push((one.balances.map(|coins| coins.0.0), one.round, one.forced));
            }
            let turned = ([held[1].0[1], held[1].0[0]], held[1].1, held[1].2);
            if held[0] == turned && held[0].0 == [500_000_000 - paid, 400_000_000 + paid] {
                return;
            }
            world.mine(1);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait)
        .await
        .expect("both agree");
}
