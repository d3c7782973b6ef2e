//! A peer that is away for so long that the block of a step counts no more.

use std::time::Duration;

use twinroot_client::Api;

use crate::world::{World, called, newest, transfer, wait_for};

/// Blocks after which a pinned one counts no more, and some.
const LONG: u64 = 40;

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_waited_too_long_for_the_peer_comes_again_at_the_present_block() {
    let world = World::new();
    let [alice, bob] = [world.node(1).await, world.node(2).await];
    let channel = world.channel(&alice, &bob).await;
    let asked = wait_for(&bob.handle(), 0, "opened").await;
    let paid = called(&alice, transfer(channel, "pay", 7));
    let asked = wait_for(&bob.handle(), asked.id, "asked").await;
    bob.stop().await;
    world.mine(LONG);

    let bob = world.node(2).await;
    let address = bob.listening().expect("it listens").to_string();
    let peer = twinroot_client::api::Peer {
        peer: bob.key().into(),
        address,
    };
    alice.handle().add_peer(peer).await.expect("an address");
    // The same question, of a higher round: what was pinned to the old block was taken back by both.
    let again = wait_for(&bob.handle(), asked.id, "asked").await;
    assert!(again.text.contains("round 3"), "{}", again.text);
    bob.handle().approve(newest(channel)).await.expect("a step");
    let done = tokio::time::timeout(Duration::from_secs(60), paid).await;
    let done = done.expect("an answer").expect("no panic");
    assert_eq!(done.expect("both sign").round, 3);
    alice.stop().await;
    bob.stop().await;
}
