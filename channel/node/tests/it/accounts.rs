//! What the ledger holds and what led to it, to the coin.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::StreamExt;
use tokio::task::JoinHandle;
use twinroot_abi::{Height, PublicKey};
use twinroot_chain::{Answer as Told, ChainBackend, Included, Query, What};
use twinroot_client::api::{Close, Done, Id, Stage};
use twinroot_client::{Api, Failure};
use twinroot_node::Node;

use crate::world::{COINS, World, public, transfer};

/// Longer than anything here takes on a slow machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Blocks come until the call is answered.
pub(crate) async fn answered(
    world: &World,
    call: JoinHandle<Result<Done, Failure>>,
) -> Result<Done, Failure> {
    let wait = async {
        while !call.is_finished() {
            world.mine(1);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait)
        .await
        .expect("an answer");
    call.await.expect("no panic")
}

/// Both close it, and every coin is accounted for: Alice has paid so much in it, and each its own fees.
pub(crate) async fn closed_with(world: &World, nodes: [Node; 2], channel: Id, paid: u64) {
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

pub(crate) async fn pay(node: &Node, channel: Id, key: &str, amount: u64) -> Done {
    let handle = node.handle();
    let paid = tokio::time::timeout(PATIENCE, handle.call(transfer(channel, key, amount))).await;
    paid.expect("an answer").expect("both sign")
}

pub(crate) async fn stage(node: &Node, channel: Id) -> Stage {
    let list = node.handle().list().await.expect("a list");
    list.into_iter()
        .find(|one| one.channel == channel)
        .expect("the channel")
        .stage
}

pub(crate) fn height(world: &World) -> u64 {
    world.chain.stands().expect("a ledger").block.height.0
}

/// Makes blocks until the ledger has it.
pub(crate) async fn included(world: &World, what: What) -> Included {
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
