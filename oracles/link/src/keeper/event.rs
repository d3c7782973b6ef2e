//! What subscribers of a feed are told.

use std::sync::Arc;

use tokio::sync::broadcast::{self, error::RecvError};
use twinroot_feed::{Equivocation, OpenError, Signed};

use crate::{Gap, LogError, Place};

/// Something that happened to the evidence of a feed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// A message is on disk that was not there before.
    New(Arc<Signed>),
    /// Places were left out before a message that is above all others. They may still come.
    Gap(Gap),
    /// The subscriber was too slow and missed events. Messages among them are in the evidence: it asks for them
    /// from the place on, the last that it was told.
    Lag {
        /// How many events were missed.
        events: u64,
        /// Where to ask from.
        since: Place,
    },
    /// Messages were refused, and not stored.
    Refused {
        /// Which link brought them.
        from: Origin,
        /// The rule that they break.
        reason: OpenError,
        /// How many they were.
        messages: u64,
    },
    /// The feed contradicted itself; the bytes of the proof convince anyone.
    Equivocation(Arc<Equivocation>),
    /// Messages could not be stored. They were not acknowledged, so whoever sent them sends them again.
    Unkept(Arc<LogError>),
    /// A link came up or went down.
    Link {
        /// Which.
        from: Origin,
        /// What happened to it.
        state: LinkState,
    },
}

/// The link that brought something, in words for people. Nothing is believed for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin(Arc<str>);

impl Origin {
    /// A link, such as `mqtt://broker:1883`.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }
}

impl core::fmt::Display for Origin {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.0)
    }
}

/// How it is with a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// It is connected.
    Up,
    /// It is not, and tries again.
    Down {
        /// Why not.
        reason: String,
    },
}

/// The events of a feed for one subscriber.
#[derive(Debug)]
pub struct Events {
    ring: broadcast::Receiver<Event>,
    last: Place,
}

impl Events {
    pub(super) const fn new(ring: broadcast::Receiver<Event>) -> Self {
        Self {
            ring,
            last: Place::FIRST,
        }
    }

    /// The next event; [`Event::Lag`] where some were missed, and none where the keeper has ended.
    /// Nothing is lost where the wait is given up.
    pub async fn next(&mut self) -> Option<Event> {
        match self.ring.recv().await {
            Ok(event) => {
                if let Event::New(message) = &event {
                    self.last = self.last.max(Place::of(message));
                }
                Some(event)
            }
            Err(RecvError::Lagged(events)) => Some(Event::Lag {
                events,
                since: self.last,
            }),
            Err(RecvError::Closed) => None,
        }
    }
}
