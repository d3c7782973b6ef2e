//! The server: who is let in.

use std::io;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use tokio_tungstenite::accept_hdr_async_with_config;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::StatusCode;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_util::sync::CancellationToken;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};
use tracing::{debug, warn};

use crate::access::Barred;
use crate::limits::HANDSHAKE;
use crate::session;
use crate::socket::{Listener, Socket};
use crate::{Access, Endpoint, Limits, Methods};

/// A server that runs until this is dropped.
#[must_use = "the server ends when this is dropped"]
pub struct Server {
    endpoint: Endpoint,
    ending: CancellationToken,
    /// Connections are dropped with it, wherever they stand.
    ended: CancellationToken,
    sessions: TaskTracker,
    drain: core::time::Duration,
    accepting: AbortOnDropHandle<()>,
}

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen at {endpoint}: {source}")]
pub struct StartError {
    /// Where.
    pub endpoint: Endpoint,
    /// Why not.
    pub source: io::Error,
}

struct Service {
    methods: Arc<Methods>,
    access: Access,
    limits: Limits,
    ending: CancellationToken,
    ended: CancellationToken,
    sessions: TaskTracker,
}

impl Server {
    /// Listens, and carries out what is asked. On TCP, port 0 is any that is free.
    ///
    /// # Errors
    /// [`StartError`] where it cannot listen.
    pub async fn start(
        endpoint: &Endpoint,
        methods: Methods,
        access: Access,
        limits: Limits,
    ) -> Result<Self, StartError> {
        let failed = |source| StartError {
            endpoint: endpoint.clone(),
            source,
        };
        let listener = Listener::bind(endpoint).await.map_err(failed)?;
        let endpoint = listener.endpoint().map_err(failed)?;
        let (ending, ended) = (CancellationToken::new(), CancellationToken::new());
        let sessions = TaskTracker::new();
        let service = Service {
            methods: Arc::new(methods),
            // Whoever can open the socket is its owner.
            access: if listener.is_local() {
                Access::Anyone
            } else {
                access
            },
            limits,
            ending: ending.clone(),
            ended: ended.clone(),
            sessions: sessions.clone(),
        };
        let accepting = AbortOnDropHandle::new(tokio::spawn(accept(listener, Arc::new(service))));
        Ok(Self {
            endpoint,
            ending,
            ended,
            sessions,
            drain: limits.drain,
            accepting,
        })
    }

    /// Where it listens.
    #[must_use]
    pub const fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Takes nothing new, answers what is being carried out, tells subscribers, and ends.
    pub async fn shutdown(mut self) {
        self.accepting.abort();
        // It lets go of the socket when it has ended; that it was cut off is what was wanted.
        drop((&mut self.accepting).await);
        self.ending.cancel();
        self.sessions.close();
        if timeout(self.drain, self.sessions.wait()).await.is_err() {
            warn!(endpoint = %self.endpoint, "connections did not end in time and are cut");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ended.cancel();
    }
}

async fn accept(listener: Listener, service: Arc<Service>) {
    let room = Arc::new(Semaphore::new(service.limits.connections));
    loop {
        // The semaphore is never closed.
        let Ok(permit) = Arc::clone(&room).acquire_owned().await else {
            return;
        };
        match listener.accept().await {
            Ok(socket) => {
                let served = serve(socket, Arc::clone(&service), permit);
                let ended = service.ended.clone();
                service
                    .sessions
                    .spawn(async move { ended.run_until_cancelled(served).await });
            }
            Err(error) => {
                // Without file handles, say. They come back as connections end.
                warn!(%error, "a connection could not be accepted");
                sleep(core::time::Duration::from_millis(50)).await;
            }
        }
    }
}

async fn serve(socket: Socket, service: Arc<Service>, _room: OwnedSemaphorePermit) {
    let limits = service.limits;
    let config = WebSocketConfig::default()
        .max_message_size(Some(limits.message_bytes))
        .max_frame_size(Some(limits.message_bytes));
    #[expect(
        clippy::result_large_err,
        reason = "the callback's type is the library's"
    )]
    let check =
        |request: &Request, response: Response| match service.access.check(request.headers()) {
            Ok(()) => Ok(response),
            Err(barred) => Err(refusal(barred)),
        };
    match timeout(
        HANDSHAKE,
        accept_hdr_async_with_config(socket, check, Some(config)),
    )
    .await
    {
        Ok(Ok(socket)) => {
            session::run(
                socket,
                Arc::clone(&service.methods),
                limits,
                &service.ending,
            )
            .await
        }
        Ok(Err(error)) => debug!(%error, "a connection was not let in"),
        Err(_) => debug!("a connection said too slowly what it is"),
    }
}

fn refusal(barred: Barred) -> ErrorResponse {
    let (status, why) = match barred {
        Barred::Token => (
            StatusCode::UNAUTHORIZED,
            "the token is missing or wrong: Authorization: Bearer TOKEN",
        ),
        Barred::Page => (StatusCode::FORBIDDEN, "pages of a browser may not connect"),
    };
    let mut refusal = ErrorResponse::new(Some(why.into()));
    *refusal.status_mut() = status;
    refusal
}
