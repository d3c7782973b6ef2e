//! A feed in the order of its places: what is missing is waited for.

use twinroot_link::{Evidence, Keeper, Ordered, Origin, Place, Turn};

use crate::world::{NO_MESSAGE, bound, chain, feed, message, roomy, within};

async fn deliver(keeper: &Keeper, messages: &[twinroot_feed::Signed]) {
    let bytes = messages.iter().map(|message| message.bytes().to_vec());
    within(keeper.deliver_all(&Origin::new("test"), bytes))
        .await
        .unwrap();
}

/// In short, what comes next.
async fn told(ordered: &mut Ordered, turns: usize) -> Vec<String> {
    let mut told = Vec::new();
    for _ in 0..turns {
        told.push(match within(ordered.next()).await.unwrap() {
            Turn::Message(message) => Place::of(&message).to_string(),
            Turn::Waits(gap) => format!("{gap:?}"),
            Turn::Dropped(lag) => format!("dropped {}..{}", lag.first, lag.last),
        });
    }
    told
}

fn places(seqs: impl Iterator<Item = u64>) -> Vec<String> {
    seqs.map(|seq| format!("0-{seq}")).collect()
}

#[tokio::test]
async fn what_is_missing_is_waited_for() {
    let messages = chain(1_000);
    let keeper = Keeper::start(Evidence::memory(feed(1), roomy()));
    let mut ordered = keeper.in_order();
    deliver(&keeper, &messages[3..700]).await;
    assert_eq!(
        told(&mut ordered, 1).await,
        ["Places { epoch: 0, first: 0, last: 2 }"]
    );
    deliver(&keeper, &messages[1..2]).await;
    deliver(&keeper, &messages[701..]).await;
    deliver(&keeper, &messages[..1]).await;
    assert_eq!(
        told(&mut ordered, 3).await,
        ["0-0", "0-1", "Places { epoch: 0, first: 2, last: 2 }"]
    );
    deliver(&keeper, &messages[700..701]).await;
    deliver(&keeper, &messages[2..3]).await;
    assert_eq!(told(&mut ordered, 998).await, places(2..1_000));
    // Another one finds the same again.
    assert_eq!(told(&mut keeper.in_order(), 1_000).await, places(0..1_000));
}

#[tokio::test]
async fn the_end_of_an_epoch_is_waited_for_where_the_next_one_names_it() {
    let messages = chain(4);
    let keeper = Keeper::start(Evidence::memory(feed(1), roomy()));
    let mut ordered = keeper.in_order();
    deliver(&keeper, &messages[..3]).await;
    deliver(&keeper, &[message(1, 0, messages[3].id(), 1)]).await;
    let waits = told(&mut ordered, 4).await;
    assert!(waits[3].starts_with("Named"), "{waits:?}");
    deliver(&keeper, &messages[3..]).await;
    // A device that knows nothing of what it signed names nothing.
    deliver(&keeper, &[message(2, 0, NO_MESSAGE, 1)]).await;
    assert_eq!(told(&mut ordered, 3).await, ["0-3", "1-0", "2-0"]);
}

#[tokio::test]
async fn of_two_messages_of_a_place_one_is_told() {
    let messages = chain(3);
    let keeper = Keeper::start(Evidence::memory(feed(1), roomy()));
    let other = message(0, 1, messages[0].id(), 9);
    deliver(&keeper, &[&messages[..], &[other]].concat()).await;
    assert_eq!(told(&mut keeper.in_order(), 3).await, ["0-0", "0-1", "0-2"]);
}

#[tokio::test]
async fn what_memory_had_no_room_for_is_told() {
    let keeper = Keeper::start(Evidence::memory(feed(1), bound(4)));
    deliver(&keeper, &chain(10)).await;
    let turns = told(&mut keeper.in_order(), 5).await;
    assert_eq!(turns[0], "dropped 0-0..0-5");
    assert_eq!(turns[1..], places(6..10));
}
