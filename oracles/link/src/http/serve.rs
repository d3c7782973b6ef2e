//! The server.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, HeaderMap};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::map_response;
use axum::response::sse::KeepAlive;
use axum::response::{IntoResponse, Response, Sse};
use axum::routing::get;
use axum::{Json, Router};
use futures_util::StreamExt;
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::answers::{self, Messages};
use super::connections::Connections;
use super::events;
use crate::keeper::Closed;
use crate::running::Running;
use crate::{Keeper, NoPlace, Place};

/// Serves the feeds of these keepers to whoever connects (docs/spec/oracles.md, 9.5). All of it is public, and
/// pages of any origin may read it.
pub fn serve(listener: TcpListener, keepers: impl IntoIterator<Item = Keeper>) -> Running {
    let keepers = keepers.into_iter();
    let feeds = keepers.map(|keeper| (keeper.feed().id().to_string(), keeper));
    let ended = CancellationToken::new();
    let service = Service {
        feeds: Arc::new(feeds.collect()),
        ended: ended.clone(),
    };
    let router = Router::new()
        .route("/v1/feeds/{feed}", get(feed))
        .route("/v1/feeds/{feed}/events", get(follow))
        .route("/v1/feeds/{feed}/messages", get(messages))
        .layer(map_response(allow_any_origin))
        .with_state(service);
    Running::start(async move {
        // Streams have no end, so they are told when this task is ended.
        let _ending = ended.drop_guard();
        let connections = Connections::new(listener, CONNECTIONS);
        // It never returns: what cannot be accepted is tried again.
        drop(axum::serve(connections, router).await);
    })
}

#[derive(Clone)]
struct Service {
    feeds: Arc<BTreeMap<String, Keeper>>,
    ended: CancellationToken,
}

impl Service {
    fn keeper(&self, feed: &str) -> Result<&Keeper, Refusal> {
        self.feeds
            .get(&feed.to_ascii_lowercase())
            .ok_or(Refusal::NoFeed)
    }
}

/// Where to begin.
#[derive(Deserialize)]
struct From {
    since: Option<String>,
}

impl From {
    fn place(&self) -> Result<Option<Place>, Refusal> {
        let place = self.since.as_deref().map(str::parse);
        Ok(place.transpose()?)
    }
}

async fn feed(
    State(service): State<Service>,
    Path(feed): Path<String>,
) -> Result<Response, Refusal> {
    let keeper = service.keeper(&feed)?;
    let overview = keeper.overview().await?;
    Ok(Json(answers::feed(keeper.feed(), &overview)).into_response())
}

/// A browser that connects again says with `Last-Event-ID` where it was; that counts more than the address.
async fn follow(
    State(service): State<Service>,
    Path(feed): Path<String>,
    Query(from): Query<From>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let keeper = service.keeper(&feed)?;
    let place = match headers.get("last-event-id") {
        Some(id) => Some(id.to_str().map_err(|_| NoPlace)?.parse()?),
        None => from.place()?,
    };
    let follower = keeper.follow(place).await?;
    let ended = service.ended.clone().cancelled_owned();
    let stream = events::stream(follower).take_until(ended);
    let heartbeat = KeepAlive::new();
    Ok(Sse::new(stream).keep_alive(heartbeat).into_response())
}

async fn messages(
    State(service): State<Service>,
    Path(feed): Path<String>,
    Query(from): Query<From>,
) -> Result<Response, Refusal> {
    let keeper = service.keeper(&feed)?;
    let page = keeper.since(from.place()?.unwrap_or(Place::FIRST)).await?;
    Ok(Json(Messages::new(&page)).into_response())
}

async fn allow_any_origin(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("this server has no feed of that id")]
    NoFeed,
    #[error(transparent)]
    Place(#[from] NoPlace),
    #[error(transparent)]
    Closed(#[from] Closed),
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = match self {
            Self::NoFeed => StatusCode::NOT_FOUND,
            Self::Place(_) => StatusCode::BAD_REQUEST,
            Self::Closed(_) => StatusCode::SERVICE_UNAVAILABLE,
        };
        (status, Json(answers::error(&self))).into_response()
    }
}

/// Connections at a time. Each takes a page of messages in memory at most, and what the sockets hold.
const CONNECTIONS: usize = 512;
