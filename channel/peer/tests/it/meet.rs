//! Two nodes that mean well (docs/spec/peer.md, 6).

use std::time::Duration;

use tokio::time::timeout;
use twinroot_peer::{Config, News, Peers, SendError, StartError};

use crate::proxy::{Proxy, Weather};
use crate::world::{Node, PATIENCE, connect, identity, quick};

#[tokio::test]
async fn frames_go_both_ways_in_order() {
    for (dialer, other) in [(1, 2), (2, 1)] {
        let (mut dialer, mut other) = (Node::start(dialer).await, Node::start(other).await);
        connect(&mut dialer, &mut other).await;
        assert_eq!(dialer.peers.connected(), [other.key]);
        assert_eq!(other.peers.connected(), [dialer.key]);
        for number in 0..50_u8 {
            dialer.peers.send(other.key, vec![number; 3]).unwrap();
            other.peers.send(dialer.key, vec![number; 2]).unwrap();
        }
        for number in 0..50_u8 {
            assert_eq!(other.frame_of(dialer.key).await, [number; 3]);
            assert_eq!(dialer.frame_of(other.key).await, [number; 2]);
        }
    }
}

#[tokio::test]
async fn the_longest_frame_arrives_and_a_longer_one_is_not_taken() {
    let (mut alice, mut bob) = (Node::start(1).await, Node::start(2).await);
    connect(&mut alice, &mut bob).await;
    let most = Config::default().frame_limit;
    let longest: Vec<u8> = (0..most).map(|place| (place % 251) as u8).collect();
    alice.peers.send(bob.key, longest.clone()).unwrap();
    alice.peers.send(bob.key, Vec::new()).unwrap();
    assert!(
        bob.frame_of(alice.key).await == longest,
        "the frame came as another one"
    );
    assert_eq!(bob.frame_of(alice.key).await, []);
    let bytes = most + 1;
    let refused = alice.peers.send(bob.key, vec![0; bytes]);
    assert_eq!(refused, Err(SendError::TooLong { bytes, most }));
}

#[tokio::test]
async fn the_smaller_frame_limit_of_the_two_counts() {
    let small = Config {
        frame_limit: 100,
        ..quick()
    };
    let (mut alice, mut bob) = (Node::start(1).await, Node::with(2, small).await);
    connect(&mut alice, &mut bob).await;
    for node in [&alice, &bob] {
        let other = if node.key == alice.key {
            bob.key
        } else {
            alice.key
        };
        let refused = node.peers.send(other, vec![0; 101]);
        assert_eq!(
            refused,
            Err(SendError::TooLong {
                bytes: 101,
                most: 100
            })
        );
        node.peers.send(other, vec![0; 100]).unwrap();
    }
}

#[tokio::test]
async fn nobody_to_send_to() {
    let alice = Node::start(1).await;
    let sent = alice.peers.send(identity(2).key(), vec![1]);
    assert_eq!(sent, Err(SendError::NotConnected));
}

#[tokio::test]
async fn who_does_not_take_frames_fills_the_queue_and_nothing_else() {
    let queue = Config {
        queue: 8,
        frame_limit: 1 << 20,
        queue_bytes: 3 << 20,
        silence: PATIENCE,
        ..quick()
    };
    let (mut alice, mut bob) = (Node::with(1, queue).await, Node::start(2).await);
    connect(&mut alice, &mut bob).await;
    let refused = loop {
        match alice.peers.send(bob.key, vec![7; 1 << 20]) {
            Ok(()) => tokio::task::yield_now().await,
            Err(refused) => break refused,
        }
    };
    assert_eq!(refused, SendError::Full);
    // As soon as they are taken there is room again.
    while alice.peers.send(bob.key, vec![8; 1 << 20]).is_err() {
        bob.frame_of(alice.key).await;
    }
    while bob.frame_of(alice.key).await != [8; 1 << 20] {}
}

#[tokio::test]
async fn what_waits_is_sent_before_a_node_stops() {
    let (mut alice, mut bob) = (Node::start(1).await, Node::start(2).await);
    connect(&mut alice, &mut bob).await;
    for number in 0..40_u8 {
        alice.peers.send(bob.key, vec![number; 20_000]).unwrap();
    }
    let stopped = tokio::spawn(alice.peers.stop());
    for number in 0..40_u8 {
        assert_eq!(bob.frame_of(alice.key).await, vec![number; 20_000]);
    }
    assert_eq!(bob.until_lost(alice.key).await, "the peer stopped");
    timeout(PATIENCE, stopped).await.unwrap().unwrap();
    assert_eq!(bob.peers.connected(), []);
}

#[tokio::test]
async fn a_node_that_nobody_listens_to_stops_all_the_same() {
    let (mut alice, mut bob) = (Node::start(1).await, Node::start(2).await);
    connect(&mut alice, &mut bob).await;
    // More than bob's news and queues can hold.
    while alice.peers.send(bob.key, vec![0; 1_000]).is_ok() {
        tokio::task::yield_now().await;
    }
    timeout(PATIENCE, bob.peers.stop()).await.unwrap();
    timeout(PATIENCE, alice.peers.stop()).await.unwrap();
}

#[tokio::test]
async fn a_dropped_peer_is_told_and_not_dialed_again() {
    let (mut alice, mut bob) = (Node::start(1).await, Node::start(2).await);
    let way = Proxy::to(bob.address()).await;
    alice.peers.keep(bob.key, way.address().to_string());
    alice.until_connected(bob.key).await;
    alice.peers.drop_peer(bob.key);
    let told = "this node does not want to be connected to the peer";
    assert_eq!(alice.until_lost(bob.key).await, told);
    let told = "the peer does not want to be connected to this node";
    assert_eq!(bob.until_lost(alice.key).await, told);
    let dialed = way.connections();
    // Bob may come by himself; and who is kept again is dialed again.
    connect(&mut bob, &mut alice).await;
    assert_eq!(way.connections(), dialed);
    bob.peers.drop_peer(alice.key);
    alice.until_lost(bob.key).await;
    alice.peers.keep(bob.key, way.address().to_string());
    alice.until_connected(bob.key).await;
    assert_eq!(way.connections(), dialed + 1);
}

#[tokio::test]
async fn a_new_address_replaces_the_old_one() {
    let (mut alice, bob) = (Node::start(1).await, Node::start(2).await);
    let nowhere = Proxy::to("127.0.0.1:1".parse().unwrap()).await;
    alice.peers.keep(bob.key, nowhere.address().to_string());
    nowhere.connected(2).await;
    alice.peers.keep(bob.key, "no such name.invalid:1".into());
    alice.peers.keep(bob.key, bob.address().to_string());
    alice.until_connected(bob.key).await;
    // Said twice, or with an address that is of no use: the connection stays.
    alice.peers.keep(bob.key, bob.address().to_string());
    alice.peers.keep(alice.key, alice.address().to_string());
    assert_eq!(alice.peers.connected(), [bob.key]);
}

/// Both dial at once, on ways of different length. Whoever comes first, they end up with the same connection.
#[tokio::test]
async fn two_who_dial_each_other_agree_on_one_connection() {
    for (there, back) in [(0, 0), (5, 0), (0, 5), (3, 3), (20, 1), (1, 20)] {
        let (mut alice, mut bob) = (Node::start(1).await, Node::start(2).await);
        let (to_bob, to_alice) = (
            Proxy::to(bob.address()).await,
            Proxy::to(alice.address()).await,
        );
        for (way, delay) in [(&to_bob, there), (&to_alice, back)] {
            way.set(Weather {
                delay: Duration::from_millis(delay),
                ..Weather::default()
            });
        }
        alice.peers.keep(bob.key, to_bob.address().to_string());
        bob.peers.keep(alice.key, to_alice.address().to_string());
        alice.until_connected(bob.key).await;
        bob.until_connected(alice.key).await;
        for number in 0..20_u8 {
            alice.peers.send(bob.key, vec![number]).unwrap();
            let news = bob.next().await;
            let bytes = vec![number];
            assert_eq!(
                news,
                News::Frame {
                    peer: alice.key,
                    bytes
                }
            );
        }
    }
}

#[tokio::test]
async fn a_node_says_why_it_cannot_start() {
    let alice = Node::start(1).await;
    let (news, _kept) = tokio::sync::mpsc::channel(1);
    let taken = Config {
        listen: Some(alice.address()),
        ..quick()
    };
    let started = Peers::start(taken, identity(2), news.clone()).await;
    assert!(matches!(started, Err(StartError::Listen { .. })));
    for config in [
        Config {
            queue: 0,
            ..quick()
        },
        Config {
            frame_limit: 5 << 30,
            ..quick()
        },
    ] {
        let started = Peers::start(config, identity(2), news.clone()).await;
        assert!(matches!(started, Err(StartError::Bound { .. })));
    }
}
