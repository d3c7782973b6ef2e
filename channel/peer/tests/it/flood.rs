//! A peer that sends as fast as it can (docs/spec/peer.md, 8).

use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::time::timeout;
use twinroot_peer::{Config, News};

use crate::noise::{Claim, Hand};
use crate::world::{NEWS, Node, channel_key, connect, quick};

/// Nobody takes the news: the flood stops in the sockets. As soon as somebody does, the others get their turn.
#[tokio::test]
async fn a_flood_takes_bounded_memory_and_lets_the_others_through() {
    let (mut alice, mut bob) = (Node::start(1).await, Node::start(2).await);
    connect(&mut alice, &mut bob).await;
    let mut mallory = mallory(&mut bob).await;
    let frame = [vec![1], vec![7; 10_000]].concat();
    let mut taken = 0_usize;
    // Bytes are taken until the sockets are full; of a socket that takes nothing for so long it is believed.
    'flood: loop {
        let sealed = mallory.seal(&frame);
        let mut rest = sealed.as_slice();
        while !rest.is_empty() {
            match timeout(Duration::from_millis(500), mallory.stream.write(rest)).await {
                Ok(written) => {
                    let written = written.unwrap();
                    taken += written;
                    rest = &rest[written..];
                }
                Err(_) => break 'flood,
            }
        }
        assert!(taken < 64 << 20, "nothing stops the flood");
    }
    assert_eq!(bob.news.len(), NEWS);
    alice.peers.send(bob.key, b"help".to_vec()).unwrap();
    let mut between = 0;
    while bob.next().await
        != (News::Frame {
            peer: alice.key,
            bytes: b"help".to_vec(),
        })
    {
        between += 1;
    }
    // Those that lay there before, those that filled the room again while hers was on its way, and then hers is due.
    assert!(
        between <= 2 * NEWS + 2,
        "{between} frames of the flood came before"
    );
}

async fn mallory(bob: &mut Node) -> Hand {
    let key = channel_key(3).public();
    let hand = Hand::dial(bob.address(), bob.key, &Claim::honest(3)).await;
    let mut hand = hand.unwrap();
    if key > bob.key {
        hand.say(&[2]).await.unwrap();
        hand.hear().await.unwrap();
    } else {
        hand.hear().await.unwrap();
        hand.say(&[2]).await.unwrap();
    }
    bob.until_connected(key).await;
    hand
}

/// Messages that come to nothing are counted too.
#[tokio::test]
async fn so_many_messages_a_second_and_no_more() {
    let config = Config {
        messages_per_second: 100,
        ..quick()
    };
    let mut bob = Node::with(2, config).await;
    let mut mallory = mallory(&mut bob).await;
    let start = tokio::time::Instant::now();
    for _ in 0..250 {
        mallory.say(&[3]).await.unwrap();
    }
    mallory.say(&[1, 1]).await.unwrap();
    assert_eq!(bob.frame_of(channel_key(3).public()).await, [1]);
    // 100 at once, 100 in the next second, 51 in the one after it: two whole seconds lie between.
    assert!(
        start.elapsed() >= Duration::from_secs(2),
        "{:?}",
        start.elapsed()
    );
}
