//! The keeper without a network: what it stores, answers and tells.

use twinroot_feed::{Conflict, OpenError};
use twinroot_link::{Arrival, Event, Evidence, Gap, Keeper, Kept, LinkState, Origin, Place};

use crate::world::{
    Disk, all, chain, feed, message, message_of, next, open_log, open_patiently, roomy, within,
};

fn origin() -> Origin {
    Origin::new("test")
}

async fn deliver(keeper: &Keeper, message: &[u8]) -> Kept {
    let receipt = keeper.deliver(&origin(), message.to_vec()).await.unwrap();
    within(receipt.done()).await.unwrap()
}

#[tokio::test]
async fn what_is_acknowledged_is_on_disk() {
    let disk = Disk::new();
    let (log, _) = disk.open().unwrap();
    let keeper = Keeper::start(Evidence::from(log));
    let messages = chain(3);
    for message in &messages {
        let kept = deliver(&keeper, message.bytes()).await;
        assert_eq!(kept, Kept::Signed(Arrival::New));
        let on_disk = disk.bytes();
        let bytes = message.bytes();
        assert!(on_disk.windows(bytes.len()).any(|window| window == bytes));
    }
    let again = deliver(&keeper, messages[1].bytes()).await;
    assert_eq!(again, Kept::Signed(Arrival::Known));
    drop(keeper);
}

#[tokio::test]
async fn what_breaks_a_rule_is_counted_and_told_and_never_stored() {
    let disk = Disk::new();
    let (log, _) = disk.open().unwrap();
    let keeper = Keeper::start(Evidence::from(log));
    let mut events = keeper.subscribe();
    let before = disk.bytes();
    let foreign = message_of(2, 0, 0, crate::world::NO_MESSAGE, 1);
    let mut mutated = chain(1)[0].bytes().to_vec();
    *mutated.last_mut().unwrap() ^= 1;
    let refused = [
        (b"junk".to_vec(), OpenError::TooShort),
        (foreign.bytes().to_vec(), OpenError::WrongFeed),
        (mutated, OpenError::BadSignature),
        (vec![0; 100_000], OpenError::TooLong),
    ];
    for (bytes, reason) in refused {
        assert_eq!(deliver(&keeper, &bytes).await, Kept::Refused(reason));
        let Event::Refused {
            from,
            reason: told,
            messages,
        } = next(&mut events).await
        else {
            panic!("another event");
        };
        assert_eq!((from, told, messages), (origin(), reason, 1));
        let overview = keeper.overview().await.unwrap();
        assert_eq!(overview.refused[&reason], 1);
        assert_eq!(overview.messages, 0);
    }
    assert_eq!(disk.bytes(), before);
}

#[tokio::test]
async fn a_gap_is_told_before_the_message_that_shows_it() {
    let keeper = Keeper::start(Evidence::memory(feed(1), roomy()));
    let mut events = keeper.subscribe();
    let messages = chain(5);
    for seq in [0, 4, 2] {
        deliver(&keeper, messages[seq].bytes()).await;
    }
    let mut told = Vec::new();
    for _ in 0..4 {
        told.push(match next(&mut events).await {
            Event::New(message) => format!("{}", message.observation().seq),
            Event::Gap(Gap::Places { first, last, .. }) => format!("{first}..{last}"),
            other => panic!("{other:?}"),
        });
    }
    assert_eq!(told, ["0", "1..3", "4", "2"]);
    let missing = keeper.missing().await.unwrap();
    let firsts: Vec<u64> = missing.iter().map(|stretch| stretch.first.seq).collect();
    assert_eq!(firsts, [1, 3, 4], "and what may come after the newest");
}

#[tokio::test]
async fn a_feed_that_lies_is_told_of_with_the_proof() {
    let messages = chain(2);
    let fork = message(0, 1, messages[0].id(), 1);
    let disk = Disk::with(&messages);
    let (log, _) = disk.open().unwrap();
    let keeper = Keeper::start(Evidence::from(log));
    let mut events = keeper.subscribe();
    assert_eq!(
        deliver(&keeper, fork.bytes()).await,
        Kept::Signed(Arrival::Fork)
    );
    assert!(matches!(next(&mut events).await, Event::New(_)));
    let Event::Equivocation(proof) = next(&mut events).await else {
        panic!("another event");
    };
    assert_eq!(proof.verify().unwrap().conflict(), Conflict::Fork);
    assert_eq!(keeper.overview().await.unwrap().proof, Some(proof.clone()));

    // Whoever opens the log later finds it, too.
    drop((keeper, events));
    let (log, _) = tokio::task::spawn_blocking(move || disk.open().unwrap())
        .await
        .unwrap();
    let keeper = Keeper::start(Evidence::from(log));
    assert_eq!(keeper.overview().await.unwrap().proof, Some(proof));
}

#[tokio::test]
async fn a_slow_subscriber_is_told_what_it_missed_and_asks_for_it() {
    let keeper = Keeper::start(Evidence::memory(feed(1), roomy()));
    let mut events = keeper.subscribe();
    let messages = chain(3_000);
    deliver(&keeper, messages[0].bytes()).await;
    assert!(matches!(next(&mut events).await, Event::New(_)));
    for message in &messages[1..] {
        deliver(&keeper, message.bytes()).await;
    }
    let Event::Lag { events, since } = next(&mut events).await else {
        panic!("another event");
    };
    assert!(events > 0);
    assert_eq!(since, Place::FIRST, "the last that it was told of");

    let mut place = Some(since);
    let mut seen = Vec::new();
    while let Some(from) = place {
        let page = keeper.since(from).await.unwrap();
        seen.extend(page.messages);
        place = page.next;
    }
    assert_eq!(seen, messages);
}

#[tokio::test]
async fn subscribers_hear_of_transports() {
    let keeper = Keeper::start(Evidence::memory(feed(1), roomy()));
    let mut events = keeper.subscribe();
    keeper.tell(&origin(), LinkState::Up);
    let Event::Link { from, state } = next(&mut events).await else {
        panic!("another event");
    };
    assert_eq!((from, state), (origin(), LinkState::Up));
    drop(keeper);
    assert!(
        within(events.next()).await.is_none(),
        "the keeper has ended"
    );
}

/// The test starts itself once more, in a process whose files may not grow beyond a few KiB.
#[cfg(unix)]
#[test]
fn on_a_full_disk_nothing_is_acknowledged_that_is_not_stored() {
    const THIS: &str = "keeper::on_a_full_disk_nothing_is_acknowledged_that_is_not_stored";
    let messages = chain(200);
    if let Some(path) = crate::full::limited() {
        let (log, _) = open_log(&path).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let keeper = Keeper::start(Evidence::from(log));
            let mut events = keeper.subscribe();
            let mut acknowledged = 0;
            for message in &messages {
                let receipt = keeper
                    .deliver(&origin(), message.bytes().to_vec())
                    .await
                    .unwrap();
                match within(receipt.done()).await {
                    Ok(_) => acknowledged += 1,
                    Err(unkept) => {
                        assert!(unkept.to_string().contains("make room"), "{unkept}");
                        break;
                    }
                }
            }
            let overview = keeper.overview().await.unwrap();
            assert_eq!(overview.messages, acknowledged);
            let junk = keeper.deliver(&origin(), b"junk".to_vec()).await.unwrap();
            assert!(
                junk.done().await.is_ok(),
                "that is none of the disk's business"
            );
            loop {
                if let Event::Unkept(_) = next(&mut events).await {
                    break;
                }
            }
            std::fs::write(path.with_extension("count"), acknowledged.to_string()).unwrap();
        });
        return;
    }
    let disk = Disk::new();
    crate::full::run_limited(THIS, &disk.path, &[]);
    let acknowledged = std::fs::read_to_string(disk.path.with_extension("count")).unwrap();
    let acknowledged: usize = acknowledged.parse().unwrap();
    assert!(acknowledged > 14 && acknowledged < 200);
    let (log, _) = open_patiently(&disk.path, feed(1), roomy()).unwrap();
    assert_eq!(all(log.store()), messages[..acknowledged]);
}
