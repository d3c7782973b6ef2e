//! Who may connect, and how many (docs/spec/peer.md, 8).

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use twinroot_peer::{Config, News};

use crate::noise::{Claim, Hand};
use crate::world::{Node, channel_key, connect, quick};

#[tokio::test]
async fn strangers_get_in_as_long_as_there_is_room_and_friends_always() {
    let one = Config {
        most_peers: 1,
        ..quick()
    };
    let mut bob = Node::with(9, one).await;
    let (mut first, mut second, mut friend) = (
        Node::start(1).await,
        Node::start(2).await,
        Node::start(3).await,
    );
    connect(&mut first, &mut bob).await;
    let told = refusal(&bob, 2).await;
    assert_eq!(told, [5, 2]);
    bob.peers.expect(friend.key);
    connect(&mut friend, &mut bob).await;
    bob.keep(&second);
    bob.until_connected(second.key).await;
    second.until_connected(bob.key).await;
    assert_eq!(bob.peers.connected().len(), 3);
    // The first is no stranger any more: there is room for another one.
    bob.peers.expect(first.key);
    let mut fourth = Node::start(4).await;
    connect(&mut fourth, &mut bob).await;
}

/// What the node of that seed is told instead of a beginning.
async fn refusal(node: &Node, seed: u8) -> Vec<u8> {
    let mut hand = Hand::dial(node.address(), node.key, &Claim::honest(seed))
        .await
        .unwrap();
    if channel_key(seed).public() > node.key {
        hand.say(&[2]).await.unwrap();
    }
    hand.hear().await.unwrap()
}

#[tokio::test]
async fn one_address_has_so_many_connections() {
    let config = Config {
        most_per_address: 2,
        // They are to stay until the test is over.
        handshake: Duration::from_hours(1),
        ..quick()
    };
    let mut bob = Node::with(2, config).await;
    let mut first = TcpStream::connect(bob.address()).await.unwrap();
    let _second = TcpStream::connect(bob.address()).await.unwrap();
    let mut third = TcpStream::connect(bob.address()).await.unwrap();
    assert_eq!(third.read(&mut [0; 1]).await.unwrap_or(0), 0);
    // Nonsense ends the first, so that there is room again.
    first.write_all(&[0; 50]).await.unwrap();
    assert_eq!(first.read(&mut [0; 1]).await.unwrap_or(0), 0);
    let mut alice = Node::start(1).await;
    connect(&mut alice, &mut bob).await;
}

#[tokio::test]
async fn who_says_nothing_is_not_waited_for() {
    let config = Config {
        handshake: Duration::from_millis(100),
        most_handshakes: 2,
        ..quick()
    };
    let mut bob = Node::with(2, config).await;
    let silent = [
        TcpStream::connect(bob.address()).await.unwrap(),
        TcpStream::connect(bob.address()).await.unwrap(),
    ];
    // All places are taken: she waits until theirs are over.
    let mut alice = Node::start(1).await;
    connect(&mut alice, &mut bob).await;
    for mut stream in silent {
        assert_eq!(stream.read(&mut [0; 1]).await.unwrap_or(0), 0);
    }
    // Nor who has shaken hands and then does not begin, whoever of the two it was to be.
    for seed in [1, 3, 4, 5, 6] {
        let hand = Hand::dial(bob.address(), bob.key, &Claim::honest(seed)).await;
        let mut hand = hand.unwrap();
        while hand.hear().await.is_ok() {}
    }
}

/// A frame that never gets on: its place is given back.
#[tokio::test]
async fn who_does_not_finish_a_frame_is_lost() {
    let config = Config {
        long_frames: 1,
        frame_time: Duration::from_millis(200),
        ..quick()
    };
    let (mut alice, mut bob) = (Node::start(1).await, Node::with(2, config).await);
    let mut slow = Hand::dial(bob.address(), bob.key, &Claim::honest(3))
        .await
        .unwrap();
    if channel_key(3).public() > bob.key {
        slow.say(&[2]).await.unwrap();
        slow.hear().await.unwrap();
    } else {
        slow.hear().await.unwrap();
        slow.say(&[2]).await.unwrap();
    }
    let slow_key = channel_key(3).public();
    bob.until_connected(slow_key).await;
    let piece = [vec![0], vec![7; twinroot_peer::PIECE]].concat();
    slow.say(&piece).await.unwrap();
    connect(&mut alice, &mut bob).await;
    alice.peers.send(bob.key, vec![1; 200_000]).unwrap();
    let (mut is_lost, mut has_come) = (false, false);
    // Both happen, in whatever order the machine finds.
    while !(is_lost && has_come) {
        match bob.next().await {
            News::Lost { peer, why } if peer == slow_key => {
                assert_eq!(why, "a frame took longer than 200ms");
                is_lost = true;
            }
            News::Frame { peer, bytes } if peer == alice.key => {
                assert_eq!(bytes, [1; 200_000]);
                has_come = true;
            }
            other => panic!("{other:?}"),
        }
    }
}
