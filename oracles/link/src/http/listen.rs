//! The client: follows a server, again and again, and believes nothing but what the feed signed.

use core::iter::successors;
use std::error::Error as _;
use std::io;
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt};
use reqwest::{Client, Response};
use tokio_util::codec::{FramedRead, LinesCodec};
use tokio_util::io::StreamReader;
use twinroot_feed::Feed;
use url::Url;

use super::address::Address;
use super::answers::Messages;
use super::said::{LINE_LIMIT, Said};
use crate::keeper::PAGE;
use crate::running::{Lost, Pauses, Running};
use crate::wanted::Wanted;
use crate::{Keeper, LinkState, MESSAGE_LIMIT, Origin, Place};

/// Gives `keeper` all that the server has and gets of the feed, from the place `from` on.
///
/// After each break it asks for what is missing and goes on where it was.
pub fn listen(address: &Address, from: Place, keeper: Keeper) -> Running {
    let address = address.clone();
    Running::start(async move {
        let origin = address.origin();
        let mut pauses = Pauses::new();
        loop {
            let lost = follow(&address, from, &keeper, &origin).await;
            pauses.after(lost, |link| keeper.tell(&origin, link)).await;
        }
    })
}

/// Waits for the descriptor of the feed of that address. Its hash is the id, so the server is not believed.
pub async fn describe(address: &Address, mut tell: impl FnMut(LinkState)) -> Feed {
    let mut pauses = Pauses::new();
    loop {
        match look(address).await {
            Ok(feed) => return feed,
            Err(lost) => pauses.after(lost, &mut tell).await,
        }
    }
}

async fn look(address: &Address) -> Result<Feed, Lost> {
    let response = get(&client()?, address.url().clone()).await?;
    let said: serde_json::Value = json(response).await?;
    let descriptor = said["descriptor_bytes"].as_str().unwrap_or_default();
    let descriptor = hex::decode(descriptor).map_err(Lost::at_once)?;
    let feed = Feed::decode(&descriptor).map_err(Lost::at_once)?;
    if feed.id() != address.feed() {
        let reason = "the server described another feed than the one that was asked for";
        return Err(Lost::at_once(reason));
    }
    Ok(feed)
}

/// One connection.
async fn follow(address: &Address, from: Place, keeper: &Keeper, origin: &Origin) -> Lost {
    match try_follow(address, from, keeper, origin).await {
        Ok(()) => Lost::after(true, "the server ended the stream"),
        Err(lost) => lost,
    }
}

async fn try_follow(
    address: &Address,
    from: Place,
    keeper: &Keeper,
    origin: &Origin,
) -> Result<(), Lost> {
    let client = client()?;
    fill(&client, address, from, keeper, origin).await?;
    let since = newest(keeper).await?.max(from);
    let response = get(&client, address.below("events", since)).await?;
    keeper.tell(origin, LinkState::Up);
    let bytes = response.bytes_stream().map_err(io::Error::other);
    let codec = LinesCodec::new_with_max_length(LINE_LIMIT);
    let mut lines = FramedRead::new(StreamReader::new(bytes), codec);
    let mut said = Said::default();
    while let Some(line) = lines.next().await {
        let line = line.map_err(|error| Lost::after(true, error))?;
        keeper
            .deliver_all(origin, said.line(&line))
            .await
            .map_err(Lost::at_once)?;
    }
    Ok(())
}

/// Asks for what is missing, page by page. A page is stored at once, so that is faster than event by event.
async fn fill(
    client: &Client,
    address: &Address,
    from: Place,
    keeper: &Keeper,
    origin: &Origin,
) -> Result<(), Lost> {
    let mut wanted = Wanted::default();
    wanted.extend(keeper.missing().await.map_err(Lost::at_once)?, from);
    while let Some(place) = wanted.from() {
        let response = get(client, address.below("messages", place)).await?;
        let page: Messages = json(response).await?;
        wanted.answered(place, page.next());
        keeper
            .deliver_all(origin, page.bytes())
            .await
            .map_err(Lost::at_once)?;
    }
    Ok(())
}

async fn newest(keeper: &Keeper) -> Result<Place, Lost> {
    let overview = keeper.overview().await.map_err(Lost::at_once)?;
    Ok(overview
        .latest
        .map_or(Place::FIRST, |message| Place::of(&message)))
}

fn client() -> Result<Client, Lost> {
    let client = Client::builder()
        .connect_timeout(CONNECT)
        .read_timeout(SILENCE);
    client.build().map_err(failed)
}

async fn get(client: &Client, url: Url) -> Result<Response, Lost> {
    let response = client.get(url).send().await.map_err(failed)?;
    response.error_for_status().map_err(failed)
}

/// An error of the client says what failed; why it did, only the errors behind it say.
fn failed(error: reqwest::Error) -> Lost {
    let behind = successors(error.source(), |error| (*error).source());
    let reasons = behind.map(|error| format!(": {error}"));
    Lost::at_once(format!("{error}{}", reasons.collect::<String>()))
}

/// Reads an answer of bounded length.
async fn json<T: serde::de::DeserializeOwned>(mut response: Response) -> Result<T, Lost> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > ANSWER_LIMIT {
            return Err(Lost::at_once("the server's answer is too long"));
        }
    }
    serde_json::from_slice(&bytes).map_err(Lost::at_once)
}

const CONNECT: Duration = Duration::from_secs(10);
/// A server that says nothing for so long, not even a heartbeat, is gone.
const SILENCE: Duration = Duration::from_secs(60);
/// Bytes of an answer at most: a page of messages as hex, with quotes and commas, and what stands around them.
const ANSWER_LIMIT: usize = PAGE * (2 * MESSAGE_LIMIT + 3) + 4096;
