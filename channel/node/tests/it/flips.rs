//! A byte of a stopped node's log is changed by the disk: the check or the start says so, or nobody ever reads it.

use std::path::Path;
use std::sync::Arc;

use futures_util::StreamExt;
use twinroot_client::Api;
use twinroot_client::api::{Answer, Events, Id, Stage};
use twinroot_keyring::LocalSigner;
use twinroot_node::{CheckError, Checked, Handle, LOG, Node, RestoreError, StartError, check};
use twinroot_store::{OpenError, Store};

use crate::accounts::{PATIENCE, closed_with, pay};
use crate::backups::{backups, careful, restored, until_status};
use crate::toy::{Line, Toy};
use crate::world::{World, call, contract, create, key, signing};

/// Bytes that are changed of each log.
const FLIPS: usize = 200;
/// Of those that the check does not find, how many to start with as well; it takes longer.
const STARTS: usize = 12;
const SEED: u64 = 11;

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_byte_is_said_or_is_one_that_nobody_reads() {
    let world = World::new();
    let story = lived(&world).await;
    for (name, log) in [("stopped", &story.stopped), ("killed", &story.killed)] {
        let folder = world.folder(if name == "stopped" { 50 } else { 51 });
        let good = written(&folder, log);
        let mut random = fastrand::Rng::with_seed(SEED);
        let (mut found, mut started, mut refused) = (0, 0, 0);
        for number in 0..FLIPS {
            let mut changed = log.clone();
            flip(&mut changed, &mut random, number);
            let is_found = is_found(&folder, &changed, &good);
            found += usize::from(is_found);
            if (is_found && refused < STARTS) || (!is_found && started < STARTS) {
                std::fs::write(folder.join(LOG), &changed).expect("a log");
                if starts(&world, &folder).await {
                    started += 1;
                } else {
                    assert!(is_found, "the start finds more than the check");
                    refused += 1;
                }
            }
        }
        println!(
            "{name}: {FLIPS} bytes of {} changed, {found} found; of those tried, {refused} starts refused, {started} good",
            log.len()
        );
        assert!(found > FLIPS / 20, "{found} of the bytes that count");
        assert!(refused > 0 && started > 0);
    }
}

/// What a log that is damaged stands for is not lost: a backup and the peer have it.
#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_log_is_replaced_by_a_backup_and_the_channel_goes_on() {
    let world = World::new();
    let story = lived(&world).await;
    let bob = world.node_with(2, &signing()).await;
    let damaged = world.folder(50);
    let good = written(&damaged, &story.stopped);
    let mut random = fastrand::Rng::with_seed(SEED);
    let mut changed = story.stopped.clone();
    let mut tries = 0;
    while {
        changed.clone_from(&story.stopped);
        flip(&mut changed, &mut random, tries);
        !is_found(&damaged, &changed, &good)
    } {
        tries += 1;
    }
    let mut paid = story.paid;
    let ages = backups(&world.folder(10));
    // The newest, and one of before the newest rounds.
    for (life, sealed) in [ages.last(), ages.get(ages.len() / 2)]
        .into_iter()
        .flatten()
        .enumerate()
    {
        let salt = u32::try_from(life).expect("a few") + 1;
        let folder = restored(
            &world,
            1,
            20 + u8::try_from(life).expect("a few"),
            sealed,
            salt,
        );
        let alice = world.node_in(1, &folder, &signing()).await;
        world.meet(&alice, &bob).await;
        until_status(&alice.handle(), story.channel, "free").await;
        pay(&alice, story.channel, &format!("after {life}"), 50).await;
        paid += 50;
        alice.stop().await;
    }
    let folder = world.folder(21);
    let alice = world.node_in(1, &folder, &signing()).await;
    world.meet(&alice, &bob).await;
    until_status(&alice.handle(), story.channel, "free").await;
    closed_with(&world, [alice, bob], story.channel, paid).await;
}

/// What a node has lived through, and its log.
struct Story {
    channel: Id,
    paid: u64,
    /// As it was when its process was gone in the middle of it.
    killed: Vec<u8>,
    stopped: Vec<u8>,
}

/// Payments, contracts, and a backup at each stop.
async fn lived(world: &World) -> Story {
    let config = careful(world.folder(10));
    let bob = world.node_with(2, &signing()).await;
    let alice = world.node_with(1, &config).await;
    let channel = world.channel(&alice, &bob).await;
    let agreeing = tokio::spawn(agree(bob.handle()));
    let contract = contract(channel, 0);
    alice
        .handle()
        .call(create(channel, "create"))
        .await
        .expect("both sign");
    alice.stop().await;
    let alice = world.node_with(1, &config).await;
    let mut paid = 0;
    for number in 0..6_u8 {
        pay(&alice, channel, &format!("pay {number}"), 100).await;
        paid += 100;
        let script = [Line::Store(number, number), Line::Read(1)];
        let step = call(channel, &format!("call {number}"), contract, &script);
        alice.handle().call(step).await.expect("both sign");
    }
    let killed = std::fs::read(world.folder(1).join(LOG)).expect("a log");
    alice.stop().await;
    agreeing.abort();
    bob.stop().await;
    let stopped = std::fs::read(world.folder(1).join(LOG)).expect("a log");
    Story {
        channel,
        paid,
        killed,
        stopped,
    }
}

/// Its user agrees to whatever is asked.
async fn agree(handle: Handle) {
    let mut events = handle.follow(Events::default());
    while let Some(event) = events.next().await {
        if event.kind == "asked"
            && let Some(channel) = event.channel
        {
            let question = event.details["question"]
                .as_str()
                .and_then(|text| text.parse().ok());
            // It may stand no more.
            let _ = handle.approve(Answer { channel, question }).await;
        }
    }
}

/// What the check and the store say of a log that is good.
fn written(folder: &Path, log: &[u8]) -> (Checked, Vec<u8>) {
    std::fs::write(folder.join(LOG), log).expect("a log");
    let checked = check(folder, &Toy).expect("a good log");
    assert_eq!(checked.faults, Vec::<String>::new());
    (checked, exported(folder, log))
}

/// All that is in the log. Opening may bring a file in order, so that it is a copy which is opened.
fn exported(folder: &Path, log: &[u8]) -> Vec<u8> {
    let copy = folder.join("copy");
    std::fs::write(&copy, log).expect("a copy");
    let store = Store::open(&copy).expect("a store");
    store.export().expect("all of it")
}

/// Some bit of some byte; every other time of one that is not zero, as most of the bytes are.
fn flip(log: &mut [u8], random: &mut fastrand::Rng, number: usize) {
    let place = loop {
        let place = random.usize(..log.len());
        if number.is_multiple_of(2) || log[place] != 0 {
            break place;
        }
    };
    log[place] ^= 1 << random.u8(..8);
}

/// Whether the check says that something is wrong. Where it does not, all is as it was.
fn is_found(folder: &Path, changed: &[u8], good: &(Checked, Vec<u8>)) -> bool {
    std::fs::write(folder.join(LOG), changed).expect("a log");
    match check(folder, &Toy) {
        Ok(checked) if checked.faults.is_empty() => {
            assert_eq!(format!("{checked:?}"), format!("{:?}", good.0));
            assert!(
                exported(folder, changed) == good.1,
                "something is silently lost"
            );
            false
        }
        Ok(_) | Err(CheckError::Read(_)) => true,
        Err(CheckError::Open(error)) => {
            assert!(
                !matches!(error, OpenError::InUse { .. } | OpenError::Full { .. }),
                "{error}"
            );
            true
        }
        Err(other) => panic!("{other}"),
    }
}

/// Whether the node starts. If it does, its channel is as it was.
async fn starts(world: &World, folder: &Path) -> bool {
    let signer = Arc::new(LocalSigner::new(key(1)));
    let started = Node::start(folder, &signing(), Arc::new(Toy), signer, world.backend()).await;
    let node = match started {
        Ok(node) => node,
        Err(
            StartError::Open(_)
            | StartError::Restore(
                RestoreError::Read(_) | RestoreError::Line { .. } | RestoreError::Channel { .. },
            ),
        ) => return false,
        Err(other) => panic!("{other}"),
    };
    let looked = async {
        loop {
            let list = node.handle().list().await.expect("a list");
            assert_eq!(list.len(), 1);
            assert_eq!(list[0].stage, Stage::Open);
            assert_eq!(list[0].round, 13);
            assert_eq!(list[0].balances[1].0.0, 400_000_600);
            if list[0].status == "free" {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, looked)
        .await
        .expect("it is as it was");
    node.stop().await;
    true
}
