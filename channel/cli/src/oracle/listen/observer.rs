//! What the messages of a feed show, one after the other, in whatever order they come.

use std::fmt;

use serde::Serialize;
use twinroot_feed::{EquivocationWatch, Feed, OpenError, Signed, Value, open};
use twinroot_link::{Arrival, Gap, Place, Store};

use crate::oracle::advice::{advice, name};
use crate::oracle::line::Line;
use crate::oracle::source::Came;
use crate::oracle::{prove, sink};

/// Something that is told.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(super) enum Event {
    /// A message that counts.
    Message {
        #[serde(flatten)]
        line: Line,
        /// Whether the value lies outside the band, where there is one.
        #[serde(skip_serializing_if = "Option::is_none")]
        breach: Option<bool>,
        /// Later ones came before it.
        late: bool,
    },
    /// A message that was here already.
    Known { epoch: u32, seq: u64 },
    /// Messages that nobody takes.
    Refused {
        rule: u16,
        name: String,
        why: String,
        advice: &'static str,
        messages: u64,
        /// The bytes, where they are here.
        #[serde(skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    },
    /// Places of which no message has come yet, though a later one has.
    Gap { epoch: u32, first: u64, last: u64 },
    /// The device lost its memory.
    Epoch { epoch: u32, before: u32 },
    /// The device contradicts itself, and here is the proof.
    Equivocation {
        conflict: u8,
        name: String,
        why: &'static str,
        places: [String; 2],
        proof: String,
    },
    /// The source has lost something.
    Damage { what: String },
    /// A connection came up or went down.
    Link { what: String },
    /// No more comes.
    End(Counts),
}

/// What was heard so far.
#[derive(Clone, Copy, Default, Serialize)]
pub(super) struct Counts {
    pub(super) messages: usize,
    pub(super) known: usize,
    pub(super) late: usize,
    pub(super) breaches: usize,
    pub(super) refused: u64,
    pub(super) epochs: usize,
    /// Places of which no message has come, as far as the others show.
    pub(super) missing: u64,
    pub(super) equivocations: usize,
}

/// Listens to one feed.
pub(super) struct Observer {
    feed: Feed,
    band: Option<(i64, i64)>,
    watch: EquivocationWatch,
    store: Store,
    /// The highest place so far.
    highest: Option<Place>,
    counts: Counts,
}

impl Observer {
    pub(super) fn new(feed: Feed, band: Option<(i64, i64)>) -> Self {
        Self {
            band,
            watch: EquivocationWatch::new(feed.clone(), sink::MEMORY),
            store: Store::new(feed.id(), sink::MEMORY),
            highest: None,
            counts: Counts::default(),
            feed,
        }
    }

    pub(super) const fn feed(&self) -> &Feed {
        &self.feed
    }

    pub(super) const fn band(&self) -> Option<(i64, i64)> {
        self.band
    }

    pub(super) const fn store(&self) -> &Store {
        &self.store
    }

    /// What was heard so far. Whoever begins to listen late misses nothing of what was before.
    pub(super) fn counts(&self) -> Counts {
        let first = self.store.since(Place::FIRST).next().map(Place::of);
        let missing = self.store.gaps().into_iter().map(|gap| match gap {
            Gap::Places { epoch, last, .. } if first > Some(Place { epoch, seq: last }) => 0,
            Gap::Named { place, .. } if first == Some(place) => 0,
            Gap::Places { first, last, .. } => last.saturating_sub(first).saturating_add(1),
            Gap::Named { .. } => 1,
        });
        Counts {
            missing: missing.fold(0, u64::saturating_add),
            ..self.counts
        }
    }

    /// Whether a value lies outside the band.
    pub(super) fn is_breach(&self, value: Value) -> Option<bool> {
        match (value, self.band) {
            (Value::Fixed(value), Some((low, high))) => Some(value < low || value > high),
            _ => None,
        }
    }

    /// What something that came shows, whoever sent it.
    pub(super) fn hear(&mut self, came: Came) -> Vec<Event> {
        match came {
            Came::Message(bytes) => match open(&self.feed, &bytes) {
                Ok(message) => self.take(&message),
                Err(rule) => vec![self.refuse(rule, 1, Some(hex::encode(bytes)))],
            },
            Came::Refused { rule, messages } => vec![self.refuse(rule, messages, None)],
            Came::Damage(what) => vec![Event::Damage { what }],
            Came::Link(what) => vec![Event::Link { what }],
        }
    }

    fn refuse(&mut self, rule: OpenError, messages: u64, message: Option<String>) -> Event {
        self.counts.refused = self.counts.refused.saturating_add(messages);
        Event::Refused {
            rule: rule.code(),
            name: name(rule.into()),
            why: rule.to_string(),
            advice: advice(rule.into()),
            messages,
            message,
        }
    }

    fn take(&mut self, message: &Signed) -> Vec<Event> {
        let place = Place::of(message);
        let arrival = self.store.insert(message.clone());
        if arrival == Arrival::Known {
            self.counts.known += 1;
            let Place { epoch, seq } = place;
            return vec![Event::Known { epoch, seq }];
        }
        let mut events = self.before(place);
        let late = self.highest.is_some_and(|highest| place < highest);
        let breach = self.is_breach(message.observation().value);
        self.counts.messages += 1;
        self.counts.late += usize::from(late);
        self.counts.breaches += usize::from(breach == Some(true));
        self.highest = self.highest.max(Some(place));
        events.push(Event::Message {
            line: Line::of(&self.feed, message),
            breach,
            late,
        });
        events.extend(self.contradiction(message));
        events
    }

    /// What a place shows of those before it: that messages are missing, that an epoch began.
    fn before(&mut self, place: Place) -> Vec<Event> {
        let mut events = Vec::new();
        let Some(highest) = self.highest.filter(|highest| place > *highest) else {
            return events;
        };
        let mut expected = highest.seq.saturating_add(1);
        if place.epoch > highest.epoch {
            self.counts.epochs += 1;
            events.push(Event::Epoch {
                epoch: place.epoch,
                before: highest.epoch,
            });
            expected = 0;
        }
        if expected < place.seq {
            events.push(Event::Gap {
                epoch: place.epoch,
                first: expected,
                last: place.seq.saturating_sub(1),
            });
        }
        events
    }

    fn contradiction(&mut self, message: &Signed) -> Option<Event> {
        let proof = self.watch.push(message)?;
        let proven = proof.verify().ok()?;
        self.counts.equivocations += 1;
        let conflict = proven.conflict();
        Some(Event::Equivocation {
            conflict: conflict as u8,
            name: format!("{conflict:?}"),
            why: prove::words(conflict),
            places: proven.messages().each_ref().map(|message| {
                let Place { epoch, seq } = Place::of(message);
                format!("{epoch}:{seq}")
            }),
            proof: hex::encode(proof.encode()),
        })
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message { line, breach, late } => {
                let breach = if *breach == Some(true) {
                    "  OUT OF BAND"
                } else {
                    ""
                };
                let late = if *late { "  late" } else { "" };
                write!(f, "{line}{breach}{late}")
            }
            Self::Known { epoch, seq } => write!(f, "{epoch}:{seq} came again"),
            Self::Refused {
                rule,
                name,
                why,
                advice,
                ..
            } => write!(f, "refused by rule {rule}, {name}: {why}. {advice}"),
            Self::Gap { epoch, first, last } if first == last => {
                write!(f, "missing {epoch}:{first}")
            }
            Self::Gap { epoch, first, last } => {
                write!(f, "missing {epoch}:{first} to {epoch}:{last}")
            }
            Self::Epoch { epoch, before } => write!(
                f,
                "the device lost its memory: epoch {epoch} begins after epoch {before}"
            ),
            Self::Equivocation {
                conflict,
                name,
                why,
                places: [lower, higher],
                ..
            } => write!(
                f,
                "EQUIVOCATION: {lower} and {higher} contradict each other (conflict {conflict}, {name}): {why}"
            ),
            Self::Damage { what } => write!(f, "damaged: {what}"),
            Self::Link { what } => f.write_str(what),
            Self::End(counts) => counts.fmt(f),
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            messages,
            known,
            late,
            breaches,
            refused,
            epochs,
            missing,
            equivocations,
        } = self;
        write!(
            f,
            "{messages} messages, {breaches} out of band, {known} came again, {late} late, {missing} missing, \
             {epochs} epochs begun, {refused} refused, {equivocations} contradictions"
        )
    }
}
