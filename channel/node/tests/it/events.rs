//! Events are told under the same numbers until they are acknowledged, whatever becomes of the node. With processes that are
//! killed at any point the soak looks at the same (`tests/soak`).

use std::path::{Path, PathBuf};

use twinroot_client::Api;
use twinroot_client::api::{Ack, Event, Events};
use twinroot_node::{LOG, Node};

use crate::accounts::pay;
use crate::world::{World, signing};

#[tokio::test(flavor = "multi_thread")]
async fn events_come_again_under_their_numbers_until_they_are_acknowledged() {
    let world = World::new();
    let bob = world.node_with(2, &signing()).await;
    let alice = world.node_with(1, &signing()).await;
    let channel = world.channel(&alice, &bob).await;
    for number in 0..5 {
        pay(&alice, channel, &format!("pay {number}"), 10).await;
    }
    let first = told(&alice).await;
    assert!(first.iter().filter(|event| event.kind == "agreed").count() == 5);
    let life = killed(&world, 20, &world.folder(1), alice).await;

    // Nobody has said that they were heard, so all come again, and then what is new.
    let alice = world.node_in(1, &life, &signing()).await;
    world.meet(&alice, &bob).await;
    pay(&alice, channel, "another", 10).await;
    let second = told(&alice).await;
    assert_eq!(words(&second[..first.len()]), words(&first));
    assert!(second.len() > first.len());

    let half = first[first.len() / 2].id;
    let ack = Ack { up_to: half };
    alice.handle().ack(ack).await.expect("it is noted");
    let life = killed(&world, 21, &life, alice).await;
    let alice = world.node_in(1, &life, &signing()).await;
    let third = told(&alice).await;
    let rest: Vec<Event> = second
        .iter()
        .filter(|event| event.id > half)
        .cloned()
        .collect();
    assert_eq!(words(&third[..rest.len()]), words(&rest));

    // Said twice, or of less than before, it changes nothing.
    for up_to in [half, 0] {
        alice
            .handle()
            .ack(Ack { up_to })
            .await
            .expect("it is noted");
    }
    assert_eq!(words(&told(&alice).await[..rest.len()]), words(&rest));
    alice.stop().await;
    bob.stop().await;
}

/// The log as it was in the middle of the node's life, in a folder of its own.
async fn killed(world: &World, folder: u8, from: &Path, node: Node) -> PathBuf {
    let to = world.folder(folder);
    std::fs::copy(from.join(LOG), to.join(LOG)).expect("a copy");
    node.stop().await;
    to
}

/// All that a new listener is told by now.
async fn told(node: &Node) -> Vec<Event> {
    let mut all: Vec<Event> = Vec::new();
    loop {
        let which = Events {
            after: all.last().map(|event| event.id),
            limit: Some(3),
            channel: None,
        };
        let page = node.handle().events(which).await.expect("events");
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

fn words(events: &[Event]) -> Vec<String> {
    events.iter().map(|event| format!("{event:?}")).collect()
}
