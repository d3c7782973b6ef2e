//! Following a feed: nothing is missed between what was and what comes.

use twinroot_link::{Evidence, Follower, Keeper, Lag, Notice, Origin, Place};

use crate::world::{bound, chain, feed, message, roomy, within};

const fn at(seq: u64) -> Place {
    Place { epoch: 0, seq }
}

async fn deliver(keeper: &Keeper, messages: &[twinroot_feed::Signed]) {
    for message in messages {
        let bytes = message.bytes().to_vec();
        let receipt = keeper.deliver(&Origin::new("test"), bytes).await.unwrap();
        within(receipt.done()).await.unwrap();
    }
}

/// In short, what a follower is told.
async fn told(follower: &mut Follower, notices: usize) -> Vec<String> {
    let mut told = Vec::new();
    for _ in 0..notices {
        told.push(match within(follower.next()).await.unwrap() {
            Notice::Message(message) => Place::of(&message).to_string(),
            Notice::Gap(gap) => format!("{gap:?}"),
            Notice::Dropped(lag) => format!("dropped {}..{}", lag.first, lag.last),
            Notice::Missed { .. } => "missed".to_owned(),
            Notice::Equivocation(_) => "false".to_owned(),
        });
    }
    told
}

#[tokio::test]
async fn the_past_comes_first_and_then_what_is_new() {
    let messages = chain(600);
    let keeper = Keeper::start(Evidence::memory(feed(1), roomy()));
    deliver(&keeper, &messages[..590]).await;
    let mut follower = keeper.follow(Some(at(5))).await.unwrap();
    let mut live = keeper.follow(None).await.unwrap();
    let past = told(&mut follower, 300).await;
    deliver(&keeper, &messages[590..]).await;
    let rest = told(&mut follower, 295).await;
    let expected: Vec<String> = (5..600).map(|seq| at(seq).to_string()).collect();
    assert_eq!([past, rest].concat(), expected);
    assert_eq!(told(&mut live, 10).await, expected[585..]);
}

#[tokio::test]
async fn whoever_is_too_slow_is_told_and_misses_no_message() {
    let messages = chain(3_000);
    let keeper = Keeper::start(Evidence::memory(feed(1), roomy()));
    deliver(&keeper, &messages[..10]).await;
    let mut follower = keeper.follow(Some(Place::FIRST)).await.unwrap();
    assert_eq!(told(&mut follower, 10).await.len(), 10);
    deliver(&keeper, &messages[10..]).await;
    assert_eq!(told(&mut follower, 1).await, ["missed"]);
    let expected: Vec<String> = (10..3_000).map(|seq| at(seq).to_string()).collect();
    assert_eq!(told(&mut follower, 2_990).await, expected);
}

#[tokio::test]
async fn what_is_missing_is_told_where_it_is_missing() {
    let messages = chain(9);
    let keeper = Keeper::start(Evidence::memory(feed(1), bound(4)));
    for seq in [0, 1, 2, 3, 4, 7] {
        deliver(&keeper, &messages[seq..=seq]).await;
    }
    let mut follower = keeper.follow(Some(Place::FIRST)).await.unwrap();
    let gap = "Places { epoch: 0, first: 5, last: 6 }";
    let expected = ["dropped 0-0..0-1", "0-2", "0-3", "0-4", gap, "0-7"];
    assert_eq!(told(&mut follower, 6).await, expected);
    deliver(&keeper, &messages[6..7]).await;
    assert_eq!(told(&mut follower, 1).await, ["0-6"], "late");
    let lag = keeper.overview().await.unwrap().lag;
    assert_eq!(
        lag,
        Some(Lag {
            first: at(0),
            last: at(2)
        })
    );
}

#[tokio::test]
async fn a_proof_is_told_to_whoever_comes_later_too() {
    let messages = chain(2);
    let fork = message(0, 1, messages[0].id(), 1);
    let keeper = Keeper::start(Evidence::memory(feed(1), roomy()));
    deliver(&keeper, &[&messages[..], &[fork]].concat()).await;
    let mut follower = keeper.follow(Some(at(1))).await.unwrap();
    assert_eq!(told(&mut follower, 3).await, ["false", "0-1", "0-1"]);
}
