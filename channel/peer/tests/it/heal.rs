//! What becomes of a connection when the network or a node does not.

use std::time::Duration;

use twinroot_peer::{Config, News};

use crate::proxy::{Proxy, Way, Weather};
use crate::world::{Node, PATIENCE, connect, quick};

/// A node on a runtime of its own: when that ends, its sockets are closed and nobody says a word, as after kill -9.
struct Mortal {
    node: Node,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Mortal {
    fn start(seed: u8, config: Config) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let node = tokio::task::block_in_place(|| runtime.block_on(Node::with(seed, config)));
        let runtime = Some(runtime);
        Self { node, runtime }
    }

    fn kill(self) {}
}

impl Drop for Mortal {
    fn drop(&mut self) {
        let runtime = self.runtime.take().unwrap();
        // Its sockets are closed when this returns.
        tokio::task::block_in_place(|| runtime.shutdown_timeout(PATIENCE));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_was_killed_is_found_again() {
    let mut alice = Node::start(1).await;
    let mut bob = Mortal::start(2, quick());
    let (key, address) = (bob.node.key, bob.node.address());
    alice.peers.keep(key, address.to_string());
    for _ in 0..5 {
        alice.until_connected(key).await;
        bob.node.until_connected(alice.key).await;
        alice.peers.send(key, vec![1]).unwrap();
        assert_eq!(bob.node.frame_of(alice.key).await, [1]);
        bob.kill();
        alice.until_lost(key).await;
        let config = Config {
            listen: Some(address),
            ..quick()
        };
        bob = Mortal::start(2, config);
    }
}

/// The one who dialed is killed: the other one cannot dial and has to take the new connection for the old one's heir.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dialer_that_was_killed_gets_in_again() {
    for (dialer, other) in [(1, 2), (2, 1)] {
        let mut other = Node::start(other).await;
        for _ in 0..3 {
            let mut dialer = Mortal::start(dialer, quick());
            // The news of the loss, if there are any yet, come before these.
            connect(&mut dialer.node, &mut other).await;
            dialer.kill();
        }
    }
}

/// A way on which nothing gets through: no end of the connection is seen, only silence.
#[tokio::test]
async fn a_parted_network_is_noticed_and_heals() {
    for (dialer, other) in [(1, 2), (2, 1)] {
        let (mut dialer, mut other) = (Node::start(dialer).await, Node::start(other).await);
        let way = Proxy::to(other.address()).await;
        dialer.peers.keep(other.key, way.address().to_string());
        dialer.until_connected(other.key).await;
        other.until_connected(dialer.key).await;
        way.set(Weather {
            is_parted: true,
            ..Weather::default()
        });
        assert_eq!(
            dialer.until_lost(other.key).await,
            "the peer was silent for 2s"
        );
        assert_eq!(
            other.until_lost(dialer.key).await,
            "the peer was silent for 2s"
        );
        way.set(Weather::default());
        dialer.until_connected(other.key).await;
        other.until_connected(dialer.key).await;
        dialer.peers.send(other.key, vec![1]).unwrap();
        assert_eq!(other.frame_of(dialer.key).await, [1]);
    }
}

/// One side sees the end, the other does not: the new connection takes the place of the one that only seems to be there.
#[tokio::test]
async fn a_new_connection_replaces_one_that_is_half_open() {
    for (dialer, other) in [(1, 2), (2, 1)] {
        let patient = Config {
            silence: Duration::from_hours(1),
            ..quick()
        };
        let mut other = Node::with(other, patient.clone()).await;
        let way = Proxy::to(other.address()).await;
        {
            let mut dialer = Node::with(dialer, patient.clone()).await;
            dialer.peers.keep(other.key, way.address().to_string());
            dialer.until_connected(other.key).await;
            other.until_connected(dialer.key).await;
            // The word of its end, and the end itself, get lost on the way.
            way.set(Weather {
                is_parted: true,
                ..Weather::default()
            });
            dialer.peers.stop().await;
        }
        let mut dialer = Node::with(dialer, patient).await;
        assert_eq!(other.peers.connected(), [dialer.key]);
        connect(&mut dialer, &mut other).await;
        dialer.peers.send(other.key, vec![1]).unwrap();
        assert_eq!(other.frame_of(dialer.key).await, [1]);
    }
}

#[tokio::test]
async fn a_quiet_connection_stays() {
    let config = Config {
        heartbeat: Duration::from_millis(20),
        silence: Duration::from_secs(1),
        ..quick()
    };
    let (mut alice, mut bob) = (
        Node::with(1, config.clone()).await,
        Node::with(2, config).await,
    );
    let way = Proxy::to(bob.address()).await;
    alice.peers.keep(bob.key, way.address().to_string());
    alice.until_connected(bob.key).await;
    bob.until_connected(alice.key).await;
    // Signs of life of 19 bytes each, from both, for longer than either bears silence.
    while way
        .recorded(Way::There)
        .len()
        .min(way.recorded(Way::Back).len())
        < 19 * 100
    {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    alice.peers.send(bob.key, vec![1]).unwrap();
    let bytes = vec![1];
    assert_eq!(
        bob.next().await,
        News::Frame {
            peer: alice.key,
            bytes
        }
    );
}

/// Late bytes, lost packets, cuts without a word: what arrives is whole and in order, and the connection always comes back.
#[tokio::test]
async fn bad_weather() {
    let (mut alice, mut bob) = (Node::start(1).await, Node::start(2).await);
    let way = Proxy::to(bob.address()).await;
    way.set(Weather {
        delay: Duration::from_millis(2),
        loss: 10,
        resend: Duration::from_millis(20),
        cuts: 20,
        ..Weather::default()
    });
    alice.peers.keep(bob.key, way.address().to_string());
    let (mut sent, mut heard, mut losses) = (0_u32, None, 0);
    while losses < 10 {
        tokio::select! {
            news = alice.next() => if matches!(news, News::Lost { .. }) {
                losses += 1;
            },
            news = bob.next() => if let News::Frame { bytes, .. } = news {
                let number = u32::from_be_bytes(bytes[..4].try_into().unwrap());
                assert_eq!(bytes[4..], vec![number as u8; number as usize % 5_000]);
                assert!(heard.is_none_or(|before| before < number), "out of order");
                heard = Some(number);
            },
            () = tokio::time::sleep(Duration::from_millis(1)) => {
                let frame = [&sent.to_be_bytes()[..], &vec![sent as u8; sent as usize % 5_000]].concat();
                if alice.peers.send(bob.key, frame).is_ok() {
                    sent += 1;
                }
            }
        }
    }
    assert!(heard.is_some(), "nothing got through");
    way.set(Weather::default());
    // A cut may still be on its way, so it may take more than one.
    let last = vec![9; 3];
    loop {
        let _ = alice.peers.send(bob.key, last.clone());
        tokio::select! {
            frame = bob.frame_of(alice.key) => if frame == last {
                break;
            },
            _ = alice.next() => {}
        }
    }
}
