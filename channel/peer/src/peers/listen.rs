//! Connections from outside.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use super::Shared;
use super::addresses::Addresses;
use super::connection::{Life, live};
use super::error::Ended;
use super::transport::Transport;
use crate::Session;

/// Accepts connections until the node stops.
pub(super) async fn listen(shared: Arc<Shared>, listener: TcpListener) {
    let addresses = Addresses::default();
    let handshakes = Arc::new(Semaphore::new(shared.config.most_handshakes));
    loop {
        // The semaphore is never closed.
        let place = handshakes.clone().acquire_owned().await.ok();
        let (stream, address) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Without files to spare there is none for this one; the next attempt may find some.
                    tracing::warn!(%error, "could not accept a connection");
                    sleep(BREATH).await;
                    continue;
                }
            },
            () = shared.stopping.cancelled() => return,
            () = shared.news.closed() => return,
        };
        let most = shared.config.most_per_address;
        let Some(counted) = addresses.count(address.ip(), most) else {
            tracing::debug!(%address, "too many connections from there");
            continue;
        };
        let shared = Arc::clone(&shared);
        shared.tasks.clone().spawn(async move {
            let shaken = tokio::select! {
                shaken = shake(&shared, stream) => shaken,
                () = shared.stopping.cancelled() => return,
            };
            drop(place);
            match shaken {
                Ok((transport, session)) => {
                    let peer = session.peer();
                    let Life { ended, .. } = live(&shared, transport, session, false).await;
                    tracing::debug!(%peer, %address, %ended, "a connection from outside ended");
                }
                Err(ended) => tracing::debug!(%address, %ended, "no handshake"),
            }
            drop(counted);
        });
    }
}

const BREATH: Duration = Duration::from_millis(100);

async fn shake(shared: &Shared, stream: TcpStream) -> Result<(Transport, Session), Ended> {
    let limit = shared.config.handshake;
    let shaking = async {
        let mut transport = Transport::new(stream)?;
        let session = transport
            .answer(&shared.identity, shared.frame_limit)
            .await?;
        Ok((transport, session))
    };
    timeout(limit, shaking)
        .await
        .map_err(|_| Ended::Slow(limit))?
}

/// Opens the listener of a node.
pub(super) async fn open(address: SocketAddr) -> std::io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}
