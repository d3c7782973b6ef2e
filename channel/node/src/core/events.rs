//! Events: lines of the log, in the batch of what they follow from; told again until acknowledged.

use serde_json::Value;
use twinroot_abi::ChannelId;
use twinroot_client::Failure;
use twinroot_client::api::{Ack, Event, Events};
use twinroot_store::Store;
use twinroot_types::{decode, encode};

use super::line::{EVENTS, Told};
use super::restore::last_restored;
use super::tell::Words;
use super::{Core, codes};

/// Events of one answer, at most.
const PAGE: usize = 1_000;
/// Bytes of an event's line, at most.
const LINE_BYTES: usize = 1 << 20;

impl Core {
    /// Notes an event; whoever follows is told once it is on the disk.
    pub(super) fn tell(&mut self, channel: Option<ChannelId>, words: &Words) {
        let told = Told {
            channel,
            kind: words.kind.to_owned(),
            height: self.height(),
            text: words.text.clone(),
            details: words.details.to_string(),
        };
        let id = self.note(EVENTS, encode(&told));
        metrics::counter!("twinroot_events_total", "kind" => words.kind).increment(1);
        self.last_event = id;
        let newest = self.parts.newest_event.clone();
        self.after_write(move || {
            newest.send_replace(id);
        });
    }

    pub(super) fn ack(&mut self, ack: Ack) {
        let up_to = match self.restored {
            // Of a life that is lost: it says nothing of what this one has told.
            Some(restored) if ack.up_to > self.last_event => restored.number,
            _ => ack.up_to.min(self.last_event),
        };
        if up_to > self.acked {
            self.acked = up_to;
            self.batch.forget.push((EVENTS, up_to.saturating_add(1)));
        }
    }
}

/// Where to go on behind that event. Whoever was told one that this log cannot have was told so by a life that is lost, and has
/// heard nothing of what came after the restoring.
pub(crate) fn behind(store: &Store, after: Option<u64>) -> Option<u64> {
    if after.is_none_or(|after| after < store.next()) {
        return after;
    }
    match last_restored(store) {
        Ok(Some(restored)) => Some(restored.number),
        _ => after,
    }
}

/// The events in the log that were asked for.
pub(crate) fn read(store: &Store, which: &Events) -> Result<Vec<Event>, Failure> {
    let mut from = behind(store, which.after).map_or(0, |after| after.saturating_add(1));
    let limit = which.limit.map_or(PAGE, |limit| {
        usize::try_from(limit).unwrap_or(PAGE).min(PAGE)
    });
    let mut events = Vec::new();
    loop {
        let lines = store.read(&EVENTS, from, PAGE).map_err(|error| Failure {
            code: codes::LOG,
            message: format!("the log cannot be read: {error}"),
            todo: "`twinroot node check` says what is broken".into(),
        })?;
        let Some((last, _)) = lines.last() else {
            return Ok(events);
        };
        from = last.saturating_add(1);
        for (id, bytes) in lines {
            let Ok(told) = decode::<Told>(&bytes, LINE_BYTES) else {
                continue;
            };
            if which
                .channel
                .is_none_or(|channel| told.channel == Some(channel.into()))
            {
                events.push(event(id, told));
            }
            if events.len() >= limit {
                return Ok(events);
            }
        }
    }
}

fn event(id: u64, told: Told) -> Event {
    Event {
        id,
        channel: told.channel.map(Into::into),
        kind: told.kind,
        height: told.height.0,
        text: told.text,
        details: serde_json::from_str(&told.details).unwrap_or(Value::Null),
    }
}
