//! A feed for whoever needs every message once and in its place, such as a watch for readings in a row.

use std::collections::VecDeque;

use twinroot_abi::MessageId;
use twinroot_feed::Signed;

use super::{Closed, Event, Events, Keeper};
use crate::store::NO_MESSAGE;
use crate::{Gap, Lag, Place};

/// What comes next in the order of the places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// The next message.
    Message(Box<Signed>),
    /// Messages of later places are here, and this is missing before them. It is told once; then it is waited for.
    Waits(Gap),
    /// What came next is no longer here. What follows it comes next.
    Dropped(Lag),
}

/// Tells all from the first place on, in the order of the places, and waits where something is missing. Of
/// messages that contradict each other it tells one.
#[derive(Debug)]
pub struct Ordered {
    keeper: Keeper,
    events: Events,
    last: Option<Place>,
    /// Id of the last message, where it was told.
    told: Option<MessageId>,
    waits: Option<Gap>,
    ready: VecDeque<Turn>,
}

impl Ordered {
    pub(super) fn start(keeper: Keeper) -> Self {
        // First of all, so that nothing comes between.
        let events = keeper.subscribe();
        Self {
            keeper,
            events,
            last: None,
            told: None,
            waits: None,
            ready: VecDeque::new(),
        }
    }

    /// What comes next; none where the keeper has ended.
    pub async fn next(&mut self) -> Option<Turn> {
        loop {
            if let Some(turn) = self.ready.pop_front() {
                return Some(turn);
            }
            self.look().await.ok()?;
            if self.ready.is_empty() {
                self.wait().await?;
            }
        }
    }

    async fn look(&mut self) -> Result<(), Closed> {
        let page = self.keeper.since(self.place()).await?;
        if let Some(lag) = page.lag
            && self.last < Some(lag.last)
        {
            self.last = Some(lag.last);
            self.told = None;
            self.ready.push_back(Turn::Dropped(lag));
        }
        for message in page.messages {
            let place = Place::of(&message);
            if self.last >= Some(place) {
                continue;
            }
            if let Some(gap) = self.gap_before(&message) {
                if self.waits != Some(gap) {
                    self.waits = Some(gap);
                    self.ready.push_back(Turn::Waits(gap));
                }
                return Ok(());
            }
            self.last = Some(place);
            self.told = Some(message.id());
            self.ready.push_back(Turn::Message(Box::new(message)));
        }
        Ok(())
    }

    /// Where to ask from.
    fn place(&self) -> Place {
        self.last.map_or(Place::FIRST, |last| Place {
            seq: last.seq.saturating_add(1),
            ..last
        })
    }

    /// What is missing before a message: places of its epoch or, where it begins one, the end of the epoch before.
    fn gap_before(&self, message: &Signed) -> Option<Gap> {
        let place = Place::of(message);
        let begins = |last: Place| last.epoch < place.epoch;
        Gap::between(self.last, place).or_else(|| {
            let missing = message.observation().prev;
            let is_missing = missing != NO_MESSAGE && self.told.is_some_and(|told| told != missing);
            (self.last.is_some_and(begins) && is_missing).then(|| Gap::Named {
                place,
                by: message.id(),
                missing,
            })
        })
    }

    /// Until there may be more.
    async fn wait(&mut self) -> Option<()> {
        loop {
            if let Event::New(_) | Event::Lag { .. } = self.events.next().await? {
                return Some(());
            }
        }
    }
}
