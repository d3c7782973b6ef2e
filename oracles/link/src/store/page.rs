//! A part of the evidence that fits into one answer.

use super::{Lag, Place, Store};
use twinroot_feed::Signed;

/// Messages in order, from a place on, and where the next ones begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The messages.
    pub messages: Vec<Signed>,
    /// The place to ask from for more; none where nothing comes after these.
    pub next: Option<Place>,
    /// What the store dropped of what was asked for.
    pub lag: Option<Lag>,
}

impl Store {
    /// The messages from `place` on, at most `limit` and whole places only (docs/spec/oracles.md, 9.4).
    ///
    /// Where a feed forked so often that one place alone is more than a page, the page has the first
    /// ones of it, and the next one begins at the place after it: two are proof enough.
    #[must_use]
    pub fn page(&self, place: Place, limit: usize) -> Page {
        let since = self.since(place);
        let lag = since.lag();
        let mut messages: Vec<Signed> = since.take(limit.saturating_add(1)).cloned().collect();
        let mut next = None;
        if messages.len() > limit {
            let end = messages.pop().map(|message| Place::of(&message));
            let whole = messages.partition_point(|message| Some(Place::of(message)) < end);
            if whole > 0 {
                messages.truncate(whole);
                next = end;
            } else {
                next = end.and_then(|place| self.place_after(place));
            }
        }
        Page {
            messages,
            next,
            lag,
        }
    }

    /// The next place that has a message.
    fn place_after(&self, place: Place) -> Option<Place> {
        let mut after = self.messages.range((place, super::HIGHEST)..);
        after
            .find(|((other, _), _)| *other > place)
            .map(|((other, _), _)| *other)
    }
}
