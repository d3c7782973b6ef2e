//! What a listener is told, as server-sent events (docs/spec/oracles.md, 9.5).

use std::convert::Infallible;

use axum::response::sse::Event;
use futures_util::Stream;
use futures_util::stream::unfold;
use serde_json::{Value as Json, json};
use twinroot_feed::Value;

use super::answers;
use crate::{Follower, Notice, Place};

pub(super) const READING: &str = "reading";
pub(super) const CLAIM: &str = "claim";
pub(super) const GAP: &str = "gap";
pub(super) const LAG: &str = "lag";
pub(super) const EQUIVOCATION: &str = "equivocation";

/// The events of a follower, as fast as they are taken.
pub(super) fn stream(follower: Follower) -> impl Stream<Item = Result<Event, Infallible>> {
    unfold(follower, async |mut follower| {
        let notice = follower.next().await?;
        Some((Ok(event(&notice)), follower))
    })
}

fn event(notice: &Notice) -> Event {
    match notice {
        Notice::Message(message) => {
            let kind = match message.observation().value {
                Value::Fixed(_) => READING,
                Value::Claim { .. } => CLAIM,
            };
            let event = named(kind, &answers::message(message));
            event.id(Place::of(message).to_string())
        }
        Notice::Gap(gap) => named(GAP, &answers::gap(gap)),
        Notice::Dropped(lag) => named(LAG, &json!({ "dropped": answers::dropped(*lag) })),
        Notice::Missed { events } => named(LAG, &json!({ "missed": events })),
        Notice::Equivocation(proof) => named(
            EQUIVOCATION,
            &json!({ "proof": hex::encode(proof.encode()) }),
        ),
    }
}

fn named(kind: &str, data: &Json) -> Event {
    Event::default().event(kind).data(data.to_string())
}
