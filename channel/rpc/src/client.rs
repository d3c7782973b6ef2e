//! The client.

use core::marker::PhantomData;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use std::io;

use futures_util::Stream;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tokio_tungstenite::client_async_with_config;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::http::header::AUTHORIZATION;
use tokio_tungstenite::tungstenite::http::{HeaderValue, StatusCode};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use crate::limits::HANDSHAKE;
use crate::link::{self, Ask, Wanted};
use crate::socket::Socket;
use crate::{Endpoint, Fault, codes};

/// A connection to a server. Copies share it; it ends with the last one.
#[derive(Clone, Debug)]
pub struct Client {
    endpoint: Endpoint,
    asks: mpsc::Sender<Ask>,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Nobody listens there.
    #[error("nobody listens at {endpoint} ({source}); start it, or say where it is")]
    Nobody {
        /// Where.
        endpoint: Endpoint,
        /// What the system says.
        source: io::Error,
    },
    /// The server does not take the token.
    #[error("{0} does not let this caller in: the token is missing or wrong")]
    Token(Endpoint),
    /// The server answers something else.
    #[error("{endpoint} is no server of this protocol: {why}")]
    Other {
        /// Where.
        endpoint: Endpoint,
        /// What it does.
        why: String,
    },
}

/// Why a call has no result.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CallError {
    /// The server says no.
    #[error(transparent)]
    Fault(Fault),
    /// The connection was lost; whether the request was carried out is not known.
    #[error("the connection was lost ({0}); it is not known whether the request was carried out")]
    Lost(String),
    /// The parameters cannot be written as JSON; the caller is at fault.
    #[error("the parameters cannot be written: {0}")]
    Params(String),
    /// The server answers another type than was asked for.
    #[error("the server answers something else than was asked: {0}")]
    Answer(String),
    /// The answer to a subscription is no number.
    #[error("the server began no subscription")]
    NoSubscription,
    /// The items of a subscription were not taken in time, and it ended.
    #[error(
        "the items of the subscription were not taken in time; subscribe again from where you stand"
    )]
    Slow,
}

impl ConnectError {
    /// Its stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Nobody { .. } => codes::NOBODY,
            Self::Token(_) => codes::TOKEN,
            Self::Other { .. } => codes::UNINTELLIGIBLE,
        }
    }
}

impl CallError {
    /// Its stable code; of a fault, the server's.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Fault(fault) => fault.stable().unwrap_or(codes::UNINTELLIGIBLE),
            Self::Lost(_) => codes::LOST,
            Self::Params(_) => codes::REQUEST,
            Self::Answer(_) | Self::NoSubscription => codes::UNINTELLIGIBLE,
            Self::Slow => codes::SLOW,
        }
    }
}

impl Client {
    /// Connects, showing a token if there is one.
    ///
    /// # Errors
    /// [`ConnectError`] says who is not there, or why it does not talk.
    pub async fn connect(endpoint: &Endpoint, token: Option<&str>) -> Result<Self, ConnectError> {
        let other = |why: String| ConnectError::Other {
            endpoint: endpoint.clone(),
            why,
        };
        let connected = timeout(HANDSHAKE, Socket::connect(endpoint)).await;
        let connected = connected.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        let nobody = |source| ConnectError::Nobody {
            endpoint: endpoint.clone(),
            source,
        };
        let socket = connected.map_err(nobody)?;
        let address = match endpoint {
            Endpoint::Tcp(address) => format!("ws://{address}/"),
            Endpoint::Unix(_) => "ws://localhost/".to_owned(),
        };
        let mut request = address
            .into_client_request()
            .map_err(|error| other(error.to_string()))?;
        if let Some(token) = token {
            // One that no header can hold is no server's.
            let shown = HeaderValue::from_str(&format!("Bearer {token}"));
            let mut shown = shown.map_err(|_| ConnectError::Token(endpoint.clone()))?;
            shown.set_sensitive(true);
            request.headers_mut().insert(AUTHORIZATION, shown);
        }
        // What a server sends may be longer than what it takes.
        let config = WebSocketConfig::default()
            .max_message_size(Some(ANSWER_BYTES))
            .max_frame_size(Some(ANSWER_BYTES));
        let opened = timeout(
            HANDSHAKE,
            client_async_with_config(request, socket, Some(config)),
        )
        .await;
        let socket = match opened.map_err(|_| other("it does not answer".to_owned()))? {
            Ok((socket, _)) => socket,
            Err(Error::Http(answer)) if answer.status() == StatusCode::UNAUTHORIZED => {
                return Err(ConnectError::Token(endpoint.clone()));
            }
            // Whoever was there has gone in the middle of it, as one that is killed and started again.
            Err(error) => {
                return Err(gone(error).map_or_else(|error| other(error.to_string()), nobody));
            }
        };
        let (asks, asked) = mpsc::channel(ASKS);
        tokio::spawn(link::run(socket, asked));
        Ok(Self {
            endpoint: endpoint.clone(),
            asks,
        })
    }

    /// Where the server is.
    #[must_use]
    pub const fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Asks, and waits for the answer as long as it takes.
    ///
    /// # Errors
    /// [`CallError`]; after [`CallError::Lost`] it is not known whether the server did what it was asked.
    pub async fn call<P, R>(&self, method: &str, params: &P) -> Result<R, CallError>
    where
        P: Serialize + ?Sized,
        R: DeserializeOwned,
    {
        let (to, answer) = oneshot::channel();
        self.ask(method, params, Wanted::Answer(to)).await?;
        let value = answer.await.map_err(|_| hung_up())??;
        serde_json::from_value(value).map_err(|error| CallError::Answer(error.to_string()))
    }

    /// Begins a subscription. It ends with the stream.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn subscribe<P, T>(
        &self,
        method: &str,
        params: &P,
    ) -> Result<Subscription<T>, CallError>
    where
        P: Serialize + ?Sized,
        T: DeserializeOwned,
    {
        let (to, begun) = oneshot::channel();
        self.ask(method, params, Wanted::Items(to)).await?;
        let items = begun.await.map_err(|_| hung_up())??;
        Ok(Subscription {
            items,
            _client: self.asks.clone(),
            kind: PhantomData,
        })
    }

    /// Comes back when the connection is lost.
    pub async fn closed(&self) {
        self.asks.closed().await;
    }

    async fn ask<P: Serialize + ?Sized>(
        &self,
        method: &str,
        params: &P,
        wanted: Wanted,
    ) -> Result<(), CallError> {
        let params =
            serde_json::to_value(params).map_err(|error| CallError::Params(error.to_string()))?;
        let ask = Ask {
            method: method.to_owned(),
            params,
            wanted,
        };
        self.asks.send(ask).await.map_err(|_| hung_up())
    }
}

fn hung_up() -> CallError {
    CallError::Lost("it hung up".to_owned())
}

/// The items of a subscription, until it ends; an error is the last one.
#[derive(Debug)]
pub struct Subscription<T> {
    items: mpsc::Receiver<Result<Value, CallError>>,
    /// The connection stays as long as someone listens.
    _client: mpsc::Sender<Ask>,
    kind: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Stream for Subscription<T> {
    type Item = Result<T, CallError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let item = ready!(self.items.poll_recv(context));
        let read = |value| {
            serde_json::from_value(value).map_err(|error| CallError::Answer(error.to_string()))
        };
        Poll::Ready(item.map(|item| item.and_then(read)))
    }
}

/// Requests that wait to be sent.
const ASKS: usize = 64;
/// Bytes of one answer: an export of a whole ledger is one.
const ANSWER_BYTES: usize = 256 * 1024 * 1024;

/// How a connection broke, if that is what went wrong, rather than what was said on it.
fn gone(error: Error) -> Result<io::Error, Error> {
    match error {
        Error::Io(source) => Ok(source),
        Error::ConnectionClosed | Error::Protocol(ProtocolError::HandshakeIncomplete) => {
            Ok(io::ErrorKind::UnexpectedEof.into())
        }
        other => Err(other),
    }
}
