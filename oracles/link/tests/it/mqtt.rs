//! Feeds over a real Mosquitto.

use twinroot_feed::{Conflict, Equivocation, OpenError, Signed};
use twinroot_link::mqtt::{Broker, Publisher, answer, backfill, describe, subscribe};
use twinroot_link::{Event, Evidence, Keeper, LinkState, Place, Running};

use crate::broker::Mosquitto;
use crate::full::{limited, run_limited};
use crate::world::{
    Disk, NO_MESSAGE, chain, feed, has, message, message_of, next, offsets, open_log, roomy, within,
};

/// A subscriber that the broker knows of.
async fn listen(broker: &Mosquitto, keeper: &Keeper) -> Running {
    let mut events = keeper.subscribe();
    let running = subscribe(&broker.address(), "keeper", keeper.clone());
    let is_up = |event| {
        matches!(
            event,
            Event::Link {
                state: LinkState::Up,
                ..
            }
        )
    };
    while !is_up(next(&mut events).await) {}
    running
}

async fn publish(publisher: &Publisher, messages: &[Signed]) {
    for message in messages {
        within(publisher.publish(message.bytes())).await;
    }
}

#[tokio::test]
async fn messages_go_from_the_device_over_the_broker_into_the_log() {
    let Some(broker) = Mosquitto::start() else {
        return;
    };
    let messages = chain(500);
    let disk = Disk::new();
    let (log, _) = disk.open().unwrap();
    let keeper = Keeper::start(Evidence::from(log));
    let _running = listen(&broker, &keeper).await;
    let publisher = Publisher::start(&broker.address(), feed(1));
    publish(&publisher, &messages).await;
    within(publisher.flushed()).await;
    within(has(&keeper, &messages)).await;
    let overview = keeper.overview().await.unwrap();
    assert_eq!(overview.refused.len(), 0);
    assert_eq!(overview.gaps, []);
}

/// Two of three are published before anybody listens; the third while the subscriber is away.
#[tokio::test]
async fn a_late_joiner_knows_nothing_but_the_id_and_gets_all() {
    let Some(broker) = Mosquitto::start() else {
        return;
    };
    let messages = chain(700);
    let device = Keeper::start(Evidence::from(Disk::with(&messages).open().unwrap().0));
    let _answers = answer(&broker.address(), device.clone());
    let publisher = Publisher::start(&broker.address(), feed(1));
    publish(&publisher, &messages).await;
    within(publisher.flushed()).await;

    let described = within(describe(&broker.address(), feed(1).id(), |_| {})).await;
    assert_eq!(described, feed(1));
    let late = Keeper::start(Evidence::memory(described, roomy()));
    let mut events = late.subscribe();
    let _live = subscribe(&broker.address(), "late", late.clone());
    loop {
        match next(&mut events).await {
            Event::New(latest) => {
                assert_eq!(*latest, messages[699], "the retained one is there at once");
                break;
            }
            Event::Gap(_) | Event::Link { .. } => {}
            other => panic!("{other:?}"),
        }
    }
    let _asks = backfill(&broker.address(), Place::FIRST, late.clone());
    within(has(&late, &messages)).await;
    assert_eq!(late.overview().await.unwrap().gaps, []);
}

#[tokio::test]
async fn a_broker_that_is_killed_loses_nothing_that_the_device_holds() {
    let Some(mut broker) = Mosquitto::start() else {
        return;
    };
    let messages = chain(300);
    let device_disk = Disk::with(&messages);
    let device = Keeper::start(Evidence::from(device_disk.open().unwrap().0));
    let _answers = answer(&broker.address(), device.clone());
    let publisher = Publisher::start(&broker.address(), feed(1));
    let disk = Disk::new();
    let keeper = Keeper::start(Evidence::from(disk.open().unwrap().0));
    let _live = listen(&broker, &keeper).await;
    let _asks = backfill(&broker.address(), Place::FIRST, keeper.clone());

    publish(&publisher, &messages[..100]).await;
    within(has(&keeper, &messages[..50])).await;
    // In the middle of it, and with all that it remembers.
    broker.kill();
    broker.forget();
    publish(&publisher, &messages[100..200]).await;
    assert!(publisher.state().waiting >= 100);
    broker.restart();
    within(publisher.flushed()).await;
    publish(&publisher, &messages[200..]).await;
    within(has(&keeper, &messages)).await;
    assert_eq!(keeper.overview().await.unwrap().gaps, []);
    drop(keeper);
}

#[tokio::test]
async fn what_a_device_holds_arrives_though_nobody_answers() {
    let Some(mut broker) = Mosquitto::start() else {
        return;
    };
    let messages = chain(100);
    let publisher = Publisher::start(&broker.address(), feed(1));
    let keeper = Keeper::start(Evidence::memory(feed(1), roomy()));
    let _live = listen(&broker, &keeper).await;
    publish(&publisher, &messages[..1]).await;
    within(has(&keeper, &messages[..1])).await;
    broker.kill();
    publish(&publisher, &messages[1..]).await;
    broker.restart();
    within(has(&keeper, &messages)).await;
}

/// Publishes bytes as anybody can, and waits until the broker has them.
async fn publish_raw(broker: &Mosquitto, messages: &[Vec<u8>]) {
    let publisher = Publisher::start(&broker.address(), feed(1));
    for message in messages {
        within(publisher.publish(message)).await;
    }
    within(publisher.flushed()).await;
}

#[tokio::test]
async fn duplicates_and_another_order_are_harmless() {
    let Some(broker) = Mosquitto::start() else {
        return;
    };
    let messages = chain(100);
    let keeper = Keeper::start(Evidence::memory(feed(1), roomy()));
    let _live = listen(&broker, &keeper).await;
    let arriving: Vec<Vec<u8>> = (0..200)
        .map(|turn| messages[turn * 37 % 100].bytes().to_vec())
        .collect();
    publish_raw(&broker, &arriving).await;
    within(has(&keeper, &messages)).await;
    let page = keeper.since(Place::FIRST).await.unwrap();
    assert_eq!(page.messages, messages);
    assert_eq!((page.next, page.lag), (None, None));
}

#[tokio::test]
async fn a_hostile_publisher_is_refused_and_counted() {
    let Some(broker) = Mosquitto::start() else {
        return;
    };
    let messages = chain(20);
    let disk = Disk::new();
    let keeper = Keeper::start(Evidence::from(disk.open().unwrap().0));
    let mut events = keeper.subscribe();
    let _live = listen(&broker, &keeper).await;
    let foreign = message_of(2, 0, 0, NO_MESSAGE, 1);
    let mut hostile = vec![Vec::new(), b"junk".to_vec(), vec![0; 400], vec![0x84; 200]];
    hostile.push(foreign.bytes().to_vec());
    // The middle of each message is changed.
    hostile.extend(messages.iter().map(|message| {
        let mut bytes = message.bytes().to_vec();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0x10;
        bytes
    }));
    let told = async {
        let mut refused = 0;
        while refused < hostile.len() as u64 {
            if let Event::Refused { messages, .. } = next(&mut events).await {
                refused += messages;
            }
        }
    };
    publish_raw(&broker, &hostile).await;
    within(told).await;
    publish_raw(&broker, &[messages[0].bytes().to_vec()]).await;
    within(has(&keeper, &messages[..1])).await;
    let overview = keeper.overview().await.unwrap();
    assert_eq!(overview.messages, 1);
    assert!(overview.refused[&OpenError::WrongFeed] >= 1);
    assert!(overview.refused[&OpenError::UnknownEnvelope] >= 1);
    let bytes = disk.bytes();
    assert_eq!(
        bytes.len(),
        offsets(&messages[..1])[1],
        "nothing else is stored"
    );
}

#[tokio::test]
async fn a_feed_that_lies_over_the_broker_is_proven_false() {
    let Some(broker) = Mosquitto::start() else {
        return;
    };
    let messages = chain(3);
    let fork = message(0, 2, messages[1].id(), 1);
    let keeper = Keeper::start(Evidence::memory(feed(1), roomy()));
    let mut events = keeper.subscribe();
    let _live = listen(&broker, &keeper).await;
    let arriving: Vec<Vec<u8>> = messages
        .iter()
        .chain([&fork])
        .map(|one| one.bytes().to_vec())
        .collect();
    publish_raw(&broker, &arriving).await;
    let proof = loop {
        if let Event::Equivocation(proof) = next(&mut events).await {
            break proof;
        }
    };
    let proof = Equivocation::decode(&proof.encode()).unwrap();
    let proven = proof.verify().unwrap();
    assert_eq!(proven.conflict(), Conflict::Fork);
    assert_eq!(proven.feed(), &feed(1));
}

#[tokio::test]
async fn junk_in_place_of_the_descriptor_is_passed_over() {
    let Some(broker) = Mosquitto::start() else {
        return;
    };
    let topic = format!("oracle/v1/{}/desc", feed(1).id());
    broker.retain(&topic, feed(2).encode()).await;
    let address = broker.address();
    let mut links = Vec::new();
    let looking = describe(&address, feed(1).id(), |link| links.push(link));
    let publisher = async {
        broker.retain(&topic, b"junk".to_vec()).await;
        let publisher = Publisher::start(&address, feed(1));
        within(publisher.flushed()).await;
    };
    let (described, ()) = within(async { tokio::join!(looking, publisher) }).await;
    assert_eq!(described, feed(1));
    assert_eq!(links, [LinkState::Up]);
}

/// The subscriber runs in a process whose files may not grow beyond a few KiB. What it could not store comes
/// again to the next one of its session.
#[cfg(unix)]
#[test]
fn what_a_full_disk_did_not_take_comes_again() {
    const THIS: &str = "mqtt::what_a_full_disk_did_not_take_comes_again";
    const PORT: &str = "TWINROOT_TEST_PORT";
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if let Some(path) = limited() {
        let port = std::env::var(PORT).unwrap().parse().unwrap();
        let keeper =
            runtime.block_on(async { Keeper::start(Evidence::from(open_log(&path).unwrap().0)) });
        runtime.block_on(async {
            let mut events = keeper.subscribe();
            let _live = subscribe(&Broker::new("127.0.0.1", port), "keeper", keeper.clone());
            // Full, and full again when the broker sends it again.
            for _ in 0..2 {
                while !matches!(next(&mut events).await, Event::Unkept(_)) {}
            }
        });
        return;
    }
    let Some(broker) = Mosquitto::start() else {
        return;
    };
    let messages = chain(200);
    let disk = Disk::new();
    runtime.block_on(async {
        // The session begins before the first message is published.
        let keeper = Keeper::start(Evidence::memory(feed(1), roomy()));
        drop(listen(&broker, &keeper).await);
    });
    runtime.block_on(async {
        let publisher = Publisher::start(&broker.address(), feed(1));
        publish(&publisher, &messages).await;
        within(publisher.flushed()).await;
    });
    run_limited(THIS, &disk.path, &[(PORT, &broker.port().to_string())]);
    let (log, _) = disk.open().unwrap();
    let stored = log.store().len();
    assert!(stored < messages.len(), "the disk was full");
    runtime.block_on(async {
        let keeper = Keeper::start(Evidence::from(log));
        let _live = listen(&broker, &keeper).await;
        within(has(&keeper, &messages)).await;
        let overview = keeper.overview().await.unwrap();
        assert_eq!((overview.gaps, overview.messages), (vec![], messages.len()));
    });
}
