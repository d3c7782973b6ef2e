//! The evidence of one feed in bounded memory.
//!
//! ```text
//! insert, any order, twice --->  (epoch, seq) 0,0  0,1  ...  0,7  1,0  1,1   ---> since, latest, at
//!                                 |    lag     |         ^^^ gap
//!                                 dropped at the bound
//! ```
//!
//! What a store holds depends on the set of messages alone, never on their order of arrival: the
//! newest ones by place, as many as the bound allows, and none below the floor. The bound counts messages. One takes 600 bytes of
//! memory as measured, and 1 KiB at most, so a day of readings at 1 Hz, 86,400 of them, takes 52 MB.
//!
//! Two messages of one place are both kept: together they show that the feed lied (docs/spec/oracles.md, 2.2).

mod gap;
mod missing;
mod page;
mod place;

use std::collections::{BTreeMap, btree_map};
use std::num::NonZeroUsize;

use twinroot_abi::{FeedId, MessageId};
use twinroot_feed::Signed;

pub use gap::Gap;
pub(crate) use gap::NO_MESSAGE;
pub use missing::Stretch;
pub use page::Page;
pub use place::{NoPlace, Place};

/// Messages of one feed, each once, ordered by place, and no more of them than the bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    feed: FeedId,
    bound: NonZeroUsize,
    messages: BTreeMap<Key, Signed>,
    lag: Option<Lag>,
    /// Nothing below it is taken.
    floor: Place,
}

/// The order of messages.
pub(crate) type Key = (Place, MessageId);

impl Store {
    /// A store for messages of `feed` that holds at most `bound` of them.
    ///
    /// The bound should leave room for the longest stretch that a policy can ask for: what is
    /// dropped can only be shown to a judge by whoever still has it.
    #[must_use]
    pub const fn new(feed: FeedId, bound: NonZeroUsize) -> Self {
        Self {
            feed,
            bound,
            messages: BTreeMap::new(),
            lag: None,
            floor: Place::FIRST,
        }
    }

    /// Takes a message in. Where the store is full, the oldest one goes, and the lag tells of it.
    pub fn insert(&mut self, message: Signed) -> Arrival {
        let arrival = self.weigh(&message);
        match arrival {
            Arrival::New | Arrival::Fork => {
                self.messages.insert(key(&message), message);
                if self.messages.len() > self.bound.get()
                    && let Some(((place, _), _)) = self.messages.pop_first()
                {
                    self.drop_at(place);
                }
            }
            Arrival::Known => {
                if self.takes(&message) {
                    self.messages.insert(key(&message), message);
                }
            }
            Arrival::TooOld => self.drop_at(Place::of(&message)),
            Arrival::OtherFeed => {}
        }
        arrival
    }

    /// Drops the messages of places before `place`, and takes none of them from now on. The lag tells of it.
    pub(crate) fn drop_before(&mut self, place: Place) {
        if place <= self.floor {
            return;
        }
        self.floor = place;
        self.messages = self.messages.split_off(&(place, LOWEST));
        self.drop_at(Place::FIRST);
        if let Some(last) = place.before() {
            self.drop_at(last);
        }
    }

    /// The floor that dropping what lies before `place` makes: the newest message always stays.
    pub(crate) fn floor_for(&self, place: Place) -> Place {
        place.min(self.latest().map_or(Place::FIRST, Place::of))
    }

    /// The first place of which messages are taken.
    #[must_use]
    pub const fn floor(&self) -> Place {
        self.floor
    }

    /// The messages from `place` on, that place included, in order, and the lag if it reaches there.
    #[must_use]
    pub fn since(&self, place: Place) -> Since<'_> {
        Since {
            lag: self.lag.filter(|lag| lag.last >= place),
            messages: self.messages.range((place, LOWEST)..),
        }
    }

    /// The message of the last place; if the feed forked there, the one with the lowest id.
    #[must_use]
    pub fn latest(&self) -> Option<&Signed> {
        let ((place, _), _) = self.messages.last_key_value()?;
        self.at(*place).next()
    }

    /// The messages of one place: more than one where the feed forked, in the order of their ids.
    pub fn at(&self, place: Place) -> impl Iterator<Item = &Signed> {
        self.messages
            .range((place, LOWEST)..=(place, HIGHEST))
            .map(|(_, message)| message)
    }

    /// What was dropped because the store was full, or was told to drop it.
    #[must_use]
    pub const fn lag(&self) -> Option<Lag> {
        self.lag
    }

    /// Number of messages.
    #[must_use]
    pub fn len(&self) -> usize {
        self.messages.len()
    }

    /// Whether nothing is here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// Whether the store would be another one with this message: of one message with several
    /// signatures the lowest bytes count, as in docs/spec/oracles.md, 7.2.
    pub(crate) fn takes(&self, message: &Signed) -> bool {
        match self.weigh(message) {
            Arrival::New | Arrival::Fork => true,
            Arrival::Known => self
                .messages
                .get(&key(message))
                .is_some_and(|known| message.bytes() < known.bytes()),
            Arrival::TooOld | Arrival::OtherFeed => false,
        }
    }

    fn weigh(&self, message: &Signed) -> Arrival {
        let key = key(message);
        if message.observation().feed != self.feed {
            Arrival::OtherFeed
        } else if key.0 < self.floor {
            Arrival::TooOld
        } else if self.messages.contains_key(&key) {
            Arrival::Known
        } else if self.is_full() && self.messages.keys().next() > Some(&key) {
            Arrival::TooOld
        } else if self.at(key.0).next().is_some() {
            Arrival::Fork
        } else {
            Arrival::New
        }
    }

    fn is_full(&self) -> bool {
        self.messages.len() >= self.bound.get()
    }

    fn drop_at(&mut self, place: Place) {
        let lag = self.lag.unwrap_or(Lag {
            first: place,
            last: place,
        });
        self.lag = Some(Lag {
            first: lag.first.min(place),
            last: lag.last.max(place),
        });
    }
}

/// What a store says of a message that came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// It was kept.
    New,
    /// It was kept, and another message of its place is here: the feed lied.
    Fork,
    /// It was here already.
    Known,
    /// It was dropped: the store is full of newer ones, or was told to drop what is so old. The lag tells of it.
    TooOld,
    /// It was not kept: another feed signed it.
    OtherFeed,
}

/// The stretch in which messages were dropped, because the store was full or was told to. Between the two places,
/// both included, some may be missing; before and after them none was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lag {
    /// The lowest place of which a message was dropped.
    pub first: Place,
    /// The highest place of which a message was dropped.
    pub last: Place,
}

/// The messages from a place on, in order.
#[derive(Clone, Debug)]
pub struct Since<'a> {
    lag: Option<Lag>,
    messages: btree_map::Range<'a, Key, Signed>,
}

impl Since<'_> {
    /// What was dropped of what was asked for; whoever asked has to be told.
    #[must_use]
    pub const fn lag(&self) -> Option<Lag> {
        self.lag
    }
}

impl<'a> Iterator for Since<'a> {
    type Item = &'a Signed;

    fn next(&mut self) -> Option<&'a Signed> {
        self.messages.next().map(|(_, message)| message)
    }
}

pub(crate) const fn key(message: &Signed) -> Key {
    (Place::of(message), message.id())
}

const LOWEST: MessageId = MessageId([0; 32]);
const HIGHEST: MessageId = MessageId([0xff; 32]);

/// What a message takes in a node of the tree. It owns 201 bytes more at most, and 5 of 11 entries of a
/// node are used at least: that is the KiB.
const _: () = assert!(size_of::<(Key, Signed)>() <= 256);
