//! The machine's clock is set back: nothing of a node reads it, and the ledger's own time stands rather than goes back.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use twinroot_abi::TimeMs;
use twinroot_chain::Mode;
use twinroot_client::Api;
use twinroot_client::api::Stage;

use crate::accounts::{answered, closed_with, pay, stage};
use crate::world::{World, signing, transfer};

const YEAR: u64 = 365 * 24 * 60 * 60 * 1_000;

/// Whatever time it is, what the nodes do with each other and the ledger does for them goes on as before.
#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_set_back_harms_nothing() {
    let clock = Arc::new(AtomicU64::new(50 * YEAR));
    let read = clock.clone();
    let now = Arc::new(move || TimeMs(read.load(Ordering::SeqCst)));
    let world = World::with(Mode::Every(Duration::from_secs(1), now));
    let time = || world.chain.stands().expect("a ledger").block.time.0;
    let alice = world.node_with(1, &signing()).await;
    let mut bob = world.node_with(2, &signing()).await;
    let channel = world.channel(&alice, &bob).await;
    let mut paid = 0;
    let mut latest = time();
    // A year back, to where it was, on by some years, and to the beginning of time.
    for (number, at) in [49 * YEAR, 50 * YEAR, 60 * YEAR, 0].into_iter().enumerate() {
        clock.store(at, Ordering::SeqCst);
        world.mine(2);
        pay(&alice, channel, &format!("pay {number}"), 1_000).await;
        let step = transfer(channel, &format!("force {number}"), 10);
        let forced = tokio::spawn({
            let alice = alice.handle();
            async move { alice.force(step).await }
        });
        answered(&world, forced)
            .await
            .expect("the ledger carries it out");
        paid += 1_010;
        assert!(
            time() >= latest.max(at),
            "the ledger's time goes back to {}",
            time()
        );
        latest = time();
        // One that begins while the clock is wrong finds all as it was.
        bob.stop().await;
        bob = world.node_with(2, &signing()).await;
        world.meet(&alice, &bob).await;
        assert_eq!(stage(&bob, channel).await, Stage::Open);
    }
    closed_with(&world, [alice, bob], channel, paid).await;
    assert!(time() >= latest);
}

/// Deadlines are heights, and waits are counted by a clock that nobody can set.
#[test]
fn no_room_of_the_node_asks_what_time_it_is() {
    let rooms = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut read = 0;
    for room in ROOMS {
        read += without_a_clock(&rooms.join(room).join("src"));
    }
    assert!(read > 100, "{read} files are not all of the rooms");
}

const ROOMS: [&str; 11] = [
    "arbiter", "chain", "client", "keyring", "node", "party", "peer", "rpc", "rules", "store",
    "wire",
];

/// How many files of source there are.
fn without_a_clock(folder: &Path) -> usize {
    let mut read = 0;
    for entry in std::fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            read += without_a_clock(&path);
            continue;
        }
        let source = std::fs::read_to_string(&path).expect("a source");
        for name in [
            "SystemTime",
            "UNIX_EPOCH",
            "Utc::now",
            "Local::now",
            "now_utc",
        ] {
            assert!(!source.contains(name), "{} asks for {name}", path.display());
        }
        read += 1;
    }
    read
}
