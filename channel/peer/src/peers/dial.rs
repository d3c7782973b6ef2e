//! Reaches a peer that is kept, again and again.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use tokio::net::{TcpStream, lookup_host};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use twinroot_abi::PublicKey;

use super::Shared;
use super::connection::live;
use super::error::Ended;
use super::transport::Transport;
use crate::Session;

/// Dials `peer` whenever it is not connected, until it is dropped or the node stops.
pub(super) async fn keep(
    shared: Arc<Shared>,
    peer: PublicKey,
    mut address: watch::Receiver<String>,
    dropped: CancellationToken,
) {
    let mut pauses = Pauses::new(shared.config.longest_pause);
    let mut changed = shared.changed.subscribe();
    loop {
        let at = address.borrow_and_update().clone();
        let dialed = tokio::select! {
            dialed = dial(&shared, peer, &at) => Some(dialed),
            // It has come from outside in the meantime: that is the same.
            () = until(&shared, &mut changed, peer, true) => None,
            () = dropped.cancelled() => return,
            () = shared.stopping.cancelled() => return,
            () = shared.news.closed() => return,
        };
        let ended = match dialed {
            Some(Ok((transport, session))) => {
                let life = live(&shared, transport, session, true).await;
                if life.was_up {
                    pauses.shorten();
                }
                Some(life.ended)
            }
            Some(Err(ended)) => Some(ended),
            None => None,
        };
        if let Some(ended) = ended {
            tracing::debug!(%peer, address = at, %ended, "a connection to a peer ended");
        }
        tokio::select! {
            () = async {
                if shared.table().has(peer) {
                    until(&shared, &mut changed, peer, false).await;
                    pauses.shorten();
                }
                sleep(pauses.next()).await;
            } => {}
            known = address.changed() => if known.is_err() {
                return;
            },
            () = dropped.cancelled() => return,
            () = shared.stopping.cancelled() => return,
        }
    }
}

/// Waits until there is a connection of that peer, or none.
async fn until(shared: &Shared, changed: &mut watch::Receiver<()>, peer: PublicKey, is: bool) {
    loop {
        changed.borrow_and_update();
        // The sender lives as long as what is shared.
        if shared.table().has(peer) == is || changed.changed().await.is_err() {
            return;
        }
    }
}

/// Connects to the first address of `at` that answers, and shakes hands.
async fn dial(shared: &Shared, peer: PublicKey, at: &str) -> Result<(Transport, Session), Ended> {
    let limit = shared.config.handshake;
    let dialing = async {
        let unknown = |error| Ended::Name(at.to_owned(), error);
        let mut last = io::Error::from(io::ErrorKind::NotFound);
        for address in lookup_host(at).await.map_err(unknown)? {
            match TcpStream::connect(address).await {
                Ok(stream) => {
                    let mut transport = Transport::new(stream)?;
                    let identity = &shared.identity;
                    let session = transport.dial(identity, peer, shared.frame_limit).await?;
                    return Ok((transport, session));
                }
                Err(error) => last = error,
            }
        }
        Err(last.into())
    };
    timeout(limit, dialing)
        .await
        .map_err(|_| Ended::Slow(limit))?
}

/// The pauses between one attempt and the next: longer after each one in vain, by chance more or less, so that not all
/// come at once when a node is back.
struct Pauses {
    longest: Duration,
    next: ExponentialBackoff,
}

impl Pauses {
    fn new(longest: Duration) -> Self {
        let next = ExponentialBuilder::new()
            .with_min_delay(SHORTEST.min(longest))
            .with_max_delay(longest)
            .with_jitter()
            .without_max_times()
            .build();
        Self { longest, next }
    }

    fn next(&mut self) -> Duration {
        self.next.next().unwrap_or(self.longest)
    }

    /// The peer was there: it may be there again at once.
    fn shorten(&mut self) {
        *self = Self::new(self.longest);
    }
}

const SHORTEST: Duration = Duration::from_millis(250);
