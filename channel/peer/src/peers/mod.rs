//! The connections of a node.

mod addresses;
mod connection;
mod dial;
mod error;
mod listen;
mod news;
mod rate;
mod table;
mod transport;

use core::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::runtime::Handle;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;
use twinroot_abi::PublicKey;

use self::table::{Bounds, Table};
use crate::{Config, Identity};

pub use self::error::{SendError, StartError};
pub use self::news::News;

/// All connections of a node: at most one a peer. Clones are the same node; with the last one everything ends, without a word
/// to anyone.
#[derive(Clone)]
pub struct Peers {
    shared: Arc<Shared>,
    listening: Option<SocketAddr>,
    _end: Arc<DropGuard>,
}

/// What the tasks of a node share.
struct Shared {
    config: Config,
    frame_limit: u32,
    bounds: Bounds,
    identity: Identity,
    news: mpsc::Sender<News>,
    table: Mutex<Table>,
    /// Says that a connection came into the table or left it.
    changed: watch::Sender<()>,
    long_frames: Semaphore,
    stopping: CancellationToken,
    tasks: TaskTracker,
    runtime: Handle,
}

impl Peers {
    /// Starts to listen, if it is to. It is called within a runtime of tokio; everything else may be called anywhere.
    ///
    /// Each frame is given to `news`. Where that is full no peer is read from, so its capacity times the frame limit is the most
    /// memory that unread frames take.
    ///
    /// # Errors
    /// [`StartError`] where it cannot listen, or a bound cannot be kept.
    pub async fn start(
        config: Config,
        identity: Identity,
        news: mpsc::Sender<News>,
    ) -> Result<Self, StartError> {
        let frame_limit = check(&config)?;
        let listener = match config.listen {
            Some(address) => {
                let opened = listen::open(address).await;
                Some(opened.map_err(|source| StartError::Listen { address, source })?)
            }
            None => None,
        };
        let stopping = CancellationToken::new();
        let shared = Arc::new(Shared {
            bounds: Bounds {
                queue: config.queue,
                queue_bytes: config.queue_bytes,
                strangers: config.most_peers,
            },
            long_frames: Semaphore::new(config.long_frames),
            config,
            frame_limit,
            identity,
            news,
            table: Mutex::default(),
            changed: watch::Sender::default(),
            stopping: stopping.clone(),
            tasks: TaskTracker::new(),
            runtime: Handle::current(),
        });
        let listening = listener.as_ref().map(|(_, address)| *address);
        if let Some((listener, _)) = listener {
            shared
                .tasks
                .spawn(listen::listen(Arc::clone(&shared), listener));
        }
        Ok(Self {
            shared,
            listening,
            _end: Arc::new(stopping.drop_guard()),
        })
    }

    /// Where peers can connect.
    #[must_use]
    pub fn listening(&self) -> Option<SocketAddr> {
        self.listening
    }

    /// Connects to `peer` at `address` (host and port) and comes back after every loss, until it is dropped. Names are looked
    /// up at each attempt. Said twice it changes nothing; another address replaces the one before, for the next attempt.
    pub fn keep(&self, peer: PublicKey, address: String) {
        if peer == self.shared.identity.key() {
            return;
        }
        let kept = self.shared.table().keep(peer, address);
        if let Some((addresses, dropped)) = kept {
            let shared = Arc::clone(&self.shared);
            let dialing = dial::keep(shared, peer, addresses, dropped);
            self.shared.tasks.spawn_on(dialing, &self.shared.runtime);
        }
    }

    /// Keeps a place for `peer`, whose address is not known, so that it can always connect.
    pub fn expect(&self, peer: PublicKey) {
        self.shared.table().expect(peer);
    }

    /// Ends the connection with `peer` after what waits is sent, and does not come back to it. The peer may come back.
    pub fn drop_peer(&self, peer: PublicKey) {
        self.shared.table().drop_peer(peer);
    }

    /// Puts `frame` behind those that wait for `peer`. It never blocks. That a frame was taken does not mean that it arrives:
    /// with the connection what waits is lost.
    ///
    /// # Errors
    /// [`SendError`]; the frame is dropped.
    pub fn send(&self, peer: PublicKey, frame: Vec<u8>) -> Result<(), SendError> {
        self.shared.table().send(peer, frame)
    }

    /// The peers that are connected, in order of their keys.
    #[must_use]
    pub fn connected(&self) -> Vec<PublicKey> {
        self.shared.table().connected()
    }

    /// Sends what waits and ends all connections. It takes a few seconds at most, whatever the peers do.
    pub async fn stop(self) {
        self.shared.stopping.cancel();
        self.shared.tasks.close();
        self.shared.tasks.wait().await;
    }
}

impl fmt::Debug for Peers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Peers(of {})", self.shared.identity.key())
    }
}

impl Shared {
    fn table(&self) -> MutexGuard<'_, Table> {
        // The table is whole after every call of it, even one that stopped halfway.
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The frame limit as it is announced.
fn check(config: &Config) -> Result<u32, StartError> {
    let most = Semaphore::MAX_PERMITS;
    let bounds = [
        ("a queue", config.queue, most),
        ("a number of long frames", config.long_frames, most),
        ("a number of handshakes", config.most_handshakes, most),
        ("a frame limit", config.frame_limit, LONGEST_FRAME),
        ("a queue of bytes", config.queue_bytes, most),
    ];
    for (what, found, most) in bounds {
        if found == 0 || found > most {
            return Err(StartError::Bound { what, found, most });
        }
    }
    Ok(u32::try_from(config.frame_limit).unwrap_or(u32::MAX))
}

/// So that the length of a frame and what it counts as fit into 32 bits.
const LONGEST_FRAME: usize = 1 << 30;
