//! How often the disk is waited for: what a round takes, and no more.

use twinroot_client::Api;

use crate::disk::Disk;
use crate::world::{World, config, signing, transfer};

#[tokio::test(flavor = "multi_thread")]
async fn a_round_is_two_commits_of_the_caller_and_one_of_the_peer() {
    const ROUNDS: u64 = 20;
    let world = World::new();
    let disks = [Disk::new(), Disk::new()];
    let alice = world
        .node_on(1, &config(), &disks[0], world.backend())
        .await;
    let bob = world
        .node_on(2, &signing(), &disks[1], world.backend())
        .await;
    let channel = world.channel(&alice, &bob).await;
    let (mut sizes, mut syncs, mut counted) = ([0; 2], [0; 2], 0);
    for number in 0..=ROUNDS {
        let pay = transfer(channel, &format!("pay {number}"), 1);
        alice.handle().call(pay).await.expect("both sign");
        // A list is told once all that was noted before is on the disk.
        for node in [&alice, &bob] {
            node.handle().list().await.expect("a list");
        }
        let before = std::mem::replace(&mut syncs, disks.each_ref().map(Disk::syncs));
        // A file that grows is waited for once more, and the first round has what opening left to be written.
        if std::mem::replace(&mut sizes, disks.each_ref().map(Disk::size)) == sizes {
            assert_eq!(
                [syncs[0] - before[0], syncs[1] - before[1]],
                [2, 1],
                "round {number}"
            );
            counted += 1;
        }
    }
    assert!(counted > ROUNDS / 2, "only {counted} rounds were counted");
    alice.stop().await;
    bob.stop().await;
}
