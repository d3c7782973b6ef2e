//! A folder is checked without being touched.

use twinroot_client::api::Stage;
use twinroot_node::{CheckError, LOG, check};
use twinroot_store::{Batch, Entry, Store};

use super::{backups, careful, pay, restored};
use crate::toy::Toy;
use crate::world::{World, signing};

#[tokio::test(flavor = "multi_thread")]
async fn a_good_folder_is_good_and_stays_as_it_is() {
    let world = World::new();
    let folder = world.folder(10);
    let bob = world.node_with(2, &signing()).await;
    let alice = world.node_with(1, &careful(folder.clone())).await;
    let channel = world.channel(&alice, &bob).await;
    for step in ["one", "two"] {
        pay(&alice, channel, step, 1_000).await;
    }
    let running = check(&world.folder(2), &Toy);
    assert!(matches!(running, Err(CheckError::InUse(_))), "{running:?}");
    alice.stop().await;
    bob.stop().await;

    let log = world.folder(1).join(LOG);
    let before = std::fs::read(&log).unwrap();
    let checked = check(&world.folder(1), &Toy).expect("a log");
    assert_eq!(checked.faults, Vec::<String>::new());
    assert_eq!(checked.channels.len(), 1);
    assert_eq!(checked.channels[0].channel, channel);
    assert_eq!(checked.channels[0].round, 2);
    assert!(checked.channels[0].signed > 0 && checked.lines > 0 && !checked.restored);
    assert_eq!(
        std::fs::read(&log).unwrap(),
        before,
        "it was only looked at"
    );

    let life = restored(&world, 1, 20, &backups(&folder).pop().unwrap(), 1);
    let checked = check(&life, &Toy).expect("a log");
    assert!(checked.restored);
    assert_eq!(
        checked.channels[0].status,
        "back from a backup, waits to hear of the peer"
    );
    assert!(matches!(
        check(&world.folder(30), &Toy),
        Err(CheckError::NoLog(_))
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_makes_no_sense_is_named() {
    let world = World::new();
    let bob = world.node_with(2, &signing()).await;
    let alice = world.node_with(1, &signing()).await;
    let channel = world.channel(&alice, &bob).await;
    pay(&alice, channel, "one", 1_000).await;
    world.until(&alice, channel, Stage::Open).await;
    alice.stop().await;
    bob.stop().await;
    let log = world.folder(1).join(LOG);
    let good = std::fs::read(&log).unwrap();

    // A line that no node writes, under a good checksum.
    let store = Store::open(&log).unwrap();
    let line = Entry {
        stream: channel.0,
        number: store.next(),
        bytes: vec![255; 9],
    };
    let number = line.number;
    store
        .write(&[Batch {
            append: vec![line],
            ..Batch::default()
        }])
        .unwrap();
    drop(store);
    let checked = check(&world.folder(1), &Toy).expect("a log");
    assert_eq!(checked.faults.len(), 1, "{:?}", checked.faults);
    assert!(
        checked.faults[0].contains(&format!("line {number}")),
        "{:?}",
        checked.faults
    );

    // Bytes that the disk has changed: something is always said.
    let mut found = 0;
    for place in (0..good.len()).step_by(good.len() / 23) {
        let mut bad = good.clone();
        bad[place] ^= 0x20;
        std::fs::write(&log, &bad).unwrap();
        match check(&world.folder(1), &Toy) {
            Ok(checked) if checked.faults.is_empty() => {}
            Ok(_) | Err(_) => found += 1,
        }
        assert_eq!(std::fs::read(&log).unwrap(), bad, "it was only looked at");
    }
    assert!(found > 0, "none of the changed bytes was used");
}
