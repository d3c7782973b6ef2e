//! Nodes with what a test knows of them.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::timeout;
use twinroot_abi::PublicKey;
use twinroot_peer::{Config, Identity, News, Peers};
use twinroot_types::SecretKey;

/// A node and its news.
pub(crate) struct Node {
    pub(crate) peers: Peers,
    pub(crate) key: PublicKey,
    pub(crate) news: mpsc::Receiver<News>,
}

impl Node {
    /// The node of that seed, listening, with times that suit a test.
    pub(crate) async fn start(seed: u8) -> Self {
        Self::with(seed, quick()).await
    }

    pub(crate) async fn with(seed: u8, config: Config) -> Self {
        let (sender, news) = mpsc::channel(NEWS);
        let identity = identity(seed);
        let key = identity.key();
        let peers = Peers::start(config, identity, sender).await.unwrap();
        Self { peers, key, news }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.peers.listening().unwrap()
    }

    /// Has this node dial `other` and come back to it.
    pub(crate) fn keep(&self, other: &Self) {
        self.peers.keep(other.key, other.address().to_string());
    }

    pub(crate) async fn next(&mut self) -> News {
        timeout(PATIENCE, self.news.recv())
            .await
            .expect("news in time")
            .expect("a node that runs")
    }

    /// Waits until `peer` is connected; what else comes before is passed over.
    pub(crate) async fn until_connected(&mut self, peer: PublicKey) {
        while self.next().await != (News::Connected { peer }) {}
    }

    /// Waits until `peer` is lost, and says why.
    pub(crate) async fn until_lost(&mut self, peer: PublicKey) -> String {
        loop {
            match self.next().await {
                News::Lost { peer: lost, why } if lost == peer => return why,
                _ => {}
            }
        }
    }

    /// Waits for the next frame of `peer`.
    pub(crate) async fn frame_of(&mut self, peer: PublicKey) -> Vec<u8> {
        loop {
            match self.next().await {
                News::Frame {
                    peer: sender,
                    bytes,
                } if sender == peer => return bytes,
                _ => {}
            }
        }
    }
}

/// Connects the two, `dialer` being the one who dials.
pub(crate) async fn connect(dialer: &mut Node, other: &mut Node) {
    dialer.keep(other);
    dialer.until_connected(other.key).await;
    other.until_connected(dialer.key).await;
}

pub(crate) fn channel_key(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

pub(crate) fn noise_secret(seed: u8) -> [u8; 32] {
    [seed ^ 0xa5; 32]
}

pub(crate) fn identity(seed: u8) -> Identity {
    let key = channel_key(seed);
    let sign = |tag, body: &[u8]| Ok::<_, std::convert::Infallible>(key.sign(tag, body));
    let Ok(identity) = Identity::new(noise_secret(seed), key.public(), sign);
    identity
}

/// A configuration whose times suit a test on one machine.
pub(crate) fn quick() -> Config {
    Config {
        listen: Some("127.0.0.1:0".parse().unwrap()),
        heartbeat: Duration::from_millis(100),
        silence: Duration::from_secs(2),
        handshake: Duration::from_secs(2),
        longest_pause: Duration::from_millis(50),
        ..Config::default()
    }
}

/// After this a test has failed. It is long, because others may use the machine too.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);
/// News that wait for a test.
pub(crate) const NEWS: usize = 64;
