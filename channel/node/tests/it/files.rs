//! A channel leaves a node in a file, and another with one of its keys goes on from it.

use twinroot_client::Api;
use twinroot_client::api::{Bytes, ChannelFile as File, Close, Id, Stage, Which};
use twinroot_node::{ChannelFile, Node, codes};

use crate::accounts::{PATIENCE, closed_with, pay, stage};
use crate::toy::Line;
use crate::world::{World, agree, call, contract, create, signing, transfer, wait_for};

async fn exported(node: &Node, channel: Id) -> File {
    let file = node.handle().export(Which { channel }).await;
    file.expect("it fits")
}

/// A folder in which Alice's node has never been.
fn elsewhere(world: &World) -> std::path::PathBuf {
    let path = world.folder(1).join("elsewhere");
    std::fs::create_dir_all(&path).expect("a folder");
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_has_lost_all_goes_on_from_a_file_of_its_peer() {
    let world = World::new();
    let [alice, bob] = [world.node(1).await, world.node_with(2, &signing()).await];
    let channel = world.channel(&alice, &bob).await;
    let made = agree(&alice, &bob, create(channel, "contract")).await;
    made.expect("both sign");
    pay(&alice, channel, "one", 1_000).await;
    let file = exported(&bob, channel).await;
    alice.stop().await;

    let alice = world.node_in(1, &elsewhere(&world), &signing()).await;
    let handle = alice.handle();
    let came = handle.import(file.clone()).await.expect("it is hers");
    assert_eq!(came.channel, channel);
    let again = handle.import(file).await.expect_err("she has it");
    assert_eq!(again.code, codes::KNOWN);
    // Before she has heard of Bob she signs nothing.
    assert_eq!(stage(&alice, channel).await, Stage::Open);
    let shown = handle.show(Which { channel }).await.expect("the channel");
    assert!(
        shown.summary.status.contains("backup"),
        "{}",
        shown.summary.status
    );
    assert_eq!(shown.contracts.len(), 1);
    world.meet(&alice, &bob).await;
    pay(&alice, channel, "two", 100).await;
    // What she imported is in her log.
    alice.stop().await;
    let alice = world.node_in(1, &elsewhere(&world), &signing()).await;
    world.meet(&alice, &bob).await;
    pay(&alice, channel, "three", 10).await;
    let back = transfer(channel, "four", 5);
    bob.handle().call(back).await.expect("both sign");
    let close = Close {
        channel,
        solo: false,
    };
    alice.handle().close(close).await.expect("an end");
    closed_with(&world, [alice, bob], channel, 1_105).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_file_of_the_own_channel_catches_up_with_the_peer() {
    let world = World::new();
    let [alice, bob] = [world.node(1).await, world.node_with(2, &signing()).await];
    let channel = world.channel(&alice, &bob).await;
    pay(&alice, channel, "one", 1_000).await;
    let old = exported(&alice, channel).await;
    pay(&alice, channel, "two", 100).await;
    let made = agree(&alice, &bob, create(channel, "contract")).await;
    made.expect("both sign");
    alice.stop().await;

    let alice = world.node_in(1, &elsewhere(&world), &signing()).await;
    alice.handle().import(old).await.expect("it is hers");
    world.meet(&alice, &bob).await;
    let caught_up = wait_for(&alice.handle(), 0, "caught_up").await;
    assert!(caught_up.text.contains("round 3"), "{}", caught_up.text);
    // The code of the contract comes from Bob as well.
    let run = call(channel, "run", contract(channel, 0), &[Line::Store(1, 1)]);
    let come = async {
        while alice.handle().read(run.clone()).await.is_err() {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    let come = tokio::time::timeout(PATIENCE, come).await;
    come.expect("the code comes");
    agree(&alice, &bob, run).await.expect("both sign");
    closed_with(&world, [alice, bob], channel, 1_100).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_channel_of_this_node_is_not_taken() {
    let world = World::new();
    let [alice, bob] = [world.node(1).await, world.node_with(2, &signing()).await];
    let channel = world.channel(&alice, &bob).await;
    pay(&alice, channel, "one", 1_000).await;
    let good = exported(&bob, channel).await.file.0;
    let read = ChannelFile::decode(&good).expect("it is one");
    alice.stop().await;
    let alice = world.node_in(1, &elsewhere(&world), &signing()).await;
    let carol = world.node(3).await;
    let changed = |change: &dyn Fn(&mut ChannelFile)| {
        let mut file = read.clone();
        change(&mut file);
        file.encode()
    };
    let cases: [(&Node, Vec<u8>, &str, &str); 8] = [
        (&alice, b"nothing".to_vec(), codes::ARGUMENTS, "no exported"),
        (
            &alice,
            good[..good.len() - 1].to_vec(),
            codes::ARGUMENTS,
            "damaged",
        ),
        (&carol, good.clone(), codes::ARGUMENTS, "none of them"),
        (
            &alice,
            changed(&|file| file.terms.chain.0[0] ^= 1),
            codes::ARGUMENTS,
            "another ledger",
        ),
        (
            &alice,
            changed(&|file| file.terms.nonce ^= 1),
            codes::ARGUMENTS,
            "another channel",
        ),
        (
            &alice,
            changed(&|file| {
                if let twinroot_wire::Ground::CoSigned(state) = &mut file.checkpoint.ground {
                    state.commitment.payout.swap(0, 1);
                }
            }),
            codes::ARGUMENTS,
            "did not sign",
        ),
        (
            &alice,
            changed(&|file| {
                let leaf = file.checkpoint.leaves.last_mut().expect("a leaf");
                leaf.value.push(0);
            }),
            codes::ARGUMENTS,
            "not that of channel",
        ),
        (
            &alice,
            changed(&|file| {
                // Never opened: nobody has signed a state of it.
                file.terms.nonce ^= 1;
                file.checkpoint.ground = twinroot_wire::Ground::Terms;
                file.checkpoint.newest = None;
            }),
            codes::NO_CHANNEL,
            "never opened",
        ),
    ];
    for (node, file, code, words) in cases {
        let answer = node.handle().import(File { file: Bytes(file) }).await;
        let failure = answer.expect_err("it is not taken");
        assert_eq!(failure.code, code, "{failure}");
        assert!(failure.message.contains(words), "{failure}");
        assert!(node.handle().list().await.expect("a list").is_empty());
    }
    for node in [alice, bob, carol] {
        node.stop().await;
    }
}
