//! The ledger loses blocks that it had: the nodes see it, and bring about again what was in them.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::StreamExt;
use twinroot_abi::{Height, PublicKey};
use twinroot_chain::{Answer as Told, ChainBackend, Included, Query, To, What};
use twinroot_client::Api;
use twinroot_client::api::{Answer, Close, Done, Id, Stage};
use twinroot_node::Node;

use crate::world::{COINS, World, public, signing, terms, transfer, wait_for};

/// Where the ledger goes back to.
const HERE: &str = "here";
/// Longer than anything here takes on a slow machine.
const PATIENCE: Duration = Duration::from_secs(60);

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
    let answer = Answer {
        channel,
        question: None,
    };
    bob.handle().approve(answer).await.expect("an offer");
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

/// The blocks since the snapshot are gone, and that with them.
fn back(world: &World, lost: &Included) {
    let begins = world
        .chain
        .rollback(&To::Snapshot(HERE.into()))
        .expect("it goes back");
    assert!(lost.block.height >= begins.height, "it is lost");
}

async fn pay(node: &Node, channel: Id, key: &str, amount: u64) -> Done {
    let handle = node.handle();
    let paid = tokio::time::timeout(PATIENCE, handle.call(transfer(channel, key, amount))).await;
    paid.expect("an answer").expect("both sign")
}

async fn stage(node: &Node, channel: Id) -> Stage {
    let list = node.handle().list().await.expect("a list");
    list.into_iter()
        .find(|one| one.channel == channel)
        .expect("the channel")
        .stage
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

/// Both close it, and every coin is accounted for: Alice has paid so much in it, and each its own fees.
async fn closed_with(world: &World, nodes: [Node; 2], channel: Id, paid: u64) {
    if stage(&nodes[0], channel).await == Stage::Open {
        let close = Close {
            channel,
            solo: true,
        };
        // One that is closed by both already is on its way.
        let _ = nodes[0].handle().close(close).await;
    }
    for node in &nodes {
        world.until(node, channel, Stage::Closed).await;
    }
    world.mine(1);
    let [alice, bob] = [public(1), public(2)];
    assert_eq!(
        coins(world, alice).await,
        COINS - paid - fees(world, alice).await
    );
    assert_eq!(
        coins(world, bob).await,
        COINS + paid - fees(world, bob).await
    );
    for node in nodes {
        node.stop().await;
    }
}

fn height(world: &World) -> u64 {
    world.chain.stands().expect("a ledger").block.height.0
}

async fn coins(world: &World, key: PublicKey) -> u64 {
    match world.chain.query(Query::Account(key)).await {
        Ok(Told::Account(account)) => account.coins.0,
        other => panic!("{other:?}"),
    }
}

/// What its transactions have cost on the ledger as it is now.
async fn fees(world: &World, key: PublicKey) -> u64 {
    let all = transactions(world).await;
    all.values()
        .filter(|one| one.sender == key)
        .map(|one| one.fee.0)
        .sum()
}

/// Makes blocks until the ledger has it.
async fn included(world: &World, what: What) -> Included {
    let wait = async {
        loop {
            if let Some(included) = there(world, what).await {
                return included;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let included = tokio::time::timeout(PATIENCE, wait).await;
    included.unwrap_or_else(|_| panic!("nothing is ever {what:?}"))
}

async fn there(world: &World, what: What) -> Option<Included> {
    let all = transactions(world).await;
    all.into_values().find(|one| one.what == what)
}

/// All that the ledger has included, by height and place. Ends the present block.
async fn transactions(world: &World) -> BTreeMap<(u64, usize), Included> {
    world.mine(1);
    let present = height(world);
    let mut blocks = world.chain.blocks(Height(0));
    let mut all = BTreeMap::new();
    while let Some(news) = blocks.next().await {
        let news = news.expect("a block");
        let height = news.block.height.0;
        all.extend(
            news.included
                .into_iter()
                .enumerate()
                .map(|(place, one)| ((height, place), one)),
        );
        if height == present {
            break;
        }
    }
    all
}
