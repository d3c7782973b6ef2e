//! What is answered, as JSON (docs/spec/oracles.md, 9.5).
//!
//! Numbers above 2^53 lose digits in a browser; the bytes of the message have them all.

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use twinroot_feed::{Feed, Signed, Value};

use crate::{Gap, Lag, Overview, Page, Place};

/// A feed, and how things stand with it.
pub(super) fn feed(feed: &Feed, overview: &Overview) -> Json {
    let descriptor = feed.descriptor();
    json!({
        "feed": feed.id().to_string(),
        "descriptor": {
            "key": hex::encode(descriptor.key.0),
            "urn": descriptor.urn,
            "quantity": descriptor.quantity,
            "unit": descriptor.unit,
            "scale": descriptor.scale,
            "period_ms": descriptor.period_ms,
            "valid_from": descriptor.valid_from.0,
            "valid_to": descriptor.valid_to.0,
        },
        "descriptor_bytes": hex::encode(feed.encode()),
        "latest": overview.latest.as_ref().map(message),
        "messages": overview.messages,
        "gaps": overview.gaps.iter().take(GAPS).map(gap).collect::<Vec<_>>(),
        "dropped": overview.lag.map(dropped),
        "equivocation": overview.proof.as_ref().map(|proof| hex::encode(proof.encode())),
    })
}

/// A message: what it says, and the bytes that prove it.
pub(super) fn message(message: &Signed) -> Json {
    let said = message.observation();
    let mut json = json!({
        "id": message.id().to_string(),
        "epoch": said.epoch,
        "seq": said.seq,
        "t": said.t.0,
        "bytes": hex::encode(message.bytes()),
    });
    match said.value {
        Value::Fixed(value) => json["value"] = value.into(),
        Value::Claim { subject, code } => {
            json["claim"] = json!({ "subject": subject.to_string(), "code": code });
        }
    }
    json
}

pub(super) fn gap(gap: &Gap) -> Json {
    match gap {
        Gap::Places { epoch, first, last } => {
            json!({ "epoch": epoch, "first": first, "last": last })
        }
        Gap::Named { place, by, missing } => json!({
            "before": place.to_string(),
            "by": by.to_string(),
            "missing": missing.to_string(),
        }),
    }
}

pub(super) fn dropped(lag: Lag) -> Json {
    json!({ "first": lag.first.to_string(), "last": lag.last.to_string() })
}

pub(super) fn error(text: &impl ToString) -> Json {
    json!({ "error": text.to_string() })
}

/// A page of messages, as their bytes.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Messages {
    messages: Vec<String>,
    next: Option<String>,
    #[serde(default, skip_deserializing)]
    dropped: Option<Json>,
}

impl Messages {
    pub(super) fn new(page: &Page) -> Self {
        Self {
            messages: page
                .messages
                .iter()
                .map(|message| hex::encode(message.bytes()))
                .collect(),
            next: page.next.map(|place| place.to_string()),
            dropped: page.lag.map(dropped),
        }
    }

    /// Where to ask from for more.
    pub(super) fn next(&self) -> Option<Place> {
        self.next.as_ref()?.parse().ok()
    }

    /// The bytes of what are said to be messages.
    pub(super) fn bytes(self) -> impl Iterator<Item = Vec<u8>> {
        let decoded = self.messages.into_iter().map(hex::decode);
        // What is no hex is no message, and would only be refused.
        decoded.flatten()
    }
}

/// Gaps of an answer at most, the first ones.
const GAPS: usize = 256;
