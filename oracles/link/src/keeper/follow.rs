//! A feed for one listener, without a break between what was and what comes.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use twinroot_abi::MessageId;
use twinroot_feed::{Equivocation, Signed};

use super::{Closed, Event, Events, Keeper};
use crate::{Gap, Lag, Page, Place};

/// Something that a listener is told.
#[derive(Clone, Debug)]
pub enum Notice {
    /// A message. One that comes late has a lower place than those before it, and one that came while the
    /// past was told may come twice.
    Message(Arc<Signed>),
    /// Places are left out before the message that comes next. They may still come.
    Gap(Gap),
    /// Of what was asked for, this is no longer here.
    Dropped(Lag),
    /// The listener was too slow and missed what happened. The messages of it come next, from the last place
    /// on that it was told.
    Missed {
        /// How many events.
        events: u64,
    },
    /// The feed contradicted itself.
    Equivocation(Arc<Equivocation>),
}

/// Tells a listener all from a place on, in pages as fast as it takes them, and then what comes.
#[derive(Debug)]
pub struct Follower {
    keeper: Keeper,
    events: Events,
    /// Where the next page begins, as long as the past is told.
    page: Option<Place>,
    told: Told,
    ready: VecDeque<Notice>,
}

impl Follower {
    pub(super) async fn start(keeper: Keeper, from: Option<Place>) -> Result<Self, Closed> {
        // First of all, so that nothing comes between.
        let events = keeper.subscribe();
        let overview = keeper.overview().await?;
        let told = match from {
            Some(from) => Told::before(from),
            None => Told::up_to(overview.latest.as_ref()),
        };
        Ok(Self {
            keeper,
            events,
            page: from,
            told,
            ready: overview
                .proof
                .map(Notice::Equivocation)
                .into_iter()
                .collect(),
        })
    }

    /// The next notice; none where the keeper has ended.
    pub async fn next(&mut self) -> Option<Notice> {
        loop {
            if let Some(notice) = self.ready.pop_front() {
                return Some(notice);
            }
            match self.page.take() {
                Some(place) => {
                    let page = self.keeper.since(place).await.ok()?;
                    self.page = page.next;
                    self.told.page(page, &mut self.ready);
                }
                None => self.live().await?,
            }
        }
    }

    async fn live(&mut self) -> Option<()> {
        match self.events.next().await? {
            Event::New(message) => self.told.message(message, &mut self.ready),
            Event::Equivocation(proof) => self.ready.push_back(Notice::Equivocation(proof)),
            Event::Lag { events, since } => {
                self.ready.push_back(Notice::Missed { events });
                self.page = Some(self.told.last.unwrap_or(since));
            }
            // A gap shows in the messages; the rest is about transports.
            _ => {}
        }
        Some(())
    }
}

/// How far the listener was told.
#[derive(Debug)]
struct Told {
    last: Option<Place>,
    /// The messages of the last place, so that the page that begins with it does not tell them again.
    there: BTreeSet<MessageId>,
}

impl Told {
    /// Everything before the place counts as told.
    fn before(from: Place) -> Self {
        let seq = from.seq.checked_sub(1);
        Self {
            last: seq.map(|seq| Place { seq, ..from }),
            there: BTreeSet::new(),
        }
    }

    fn up_to(latest: Option<&Signed>) -> Self {
        Self {
            last: latest.map(Place::of),
            there: latest.map(Signed::id).into_iter().collect(),
        }
    }

    fn page(&mut self, page: Page, ready: &mut VecDeque<Notice>) {
        if let Some(lag) = page.lag
            && self.last < Some(lag.last)
        {
            ready.push_back(Notice::Dropped(lag));
            self.last = Some(lag.last);
        }
        for message in page.messages {
            self.message(Arc::new(message), ready);
        }
    }

    fn message(&mut self, message: Arc<Signed>, ready: &mut VecDeque<Notice>) {
        let place = Place::of(&message);
        if self.last < Some(place) {
            ready.extend(Gap::between(self.last, place).map(Notice::Gap));
            self.last = Some(place);
            self.there.clear();
        }
        if self.last != Some(place) || self.there.insert(message.id()) {
            ready.push_back(Notice::Message(message));
        }
    }
}
