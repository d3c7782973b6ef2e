//! What a keeper decides: which messages are kept, what whoever brought them is answered, and what
//! subscribers are told. No channel and no task is here.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use twinroot_feed::{Equivocation, EquivocationWatch, OpenError, Signed};

use super::{Closed, Event, Evidence, Kept, Origin, Unkept};
use crate::store::key;
use crate::{Arrival, Dropped, Gap, Lag, LogError, Place, Store};

/// The evidence, and whoever watches it.
#[derive(Debug)]
pub(super) struct Desk {
    evidence: Evidence,
    watch: EquivocationWatch,
    proof: Option<Arc<Equivocation>>,
    refused: BTreeMap<OpenError, u64>,
}

/// The bytes of a message, and who brought them.
#[derive(Debug)]
pub(super) struct Delivery {
    pub(super) from: Origin,
    pub(super) message: Vec<u8>,
}

impl AsRef<[u8]> for Delivery {
    fn as_ref(&self) -> &[u8] {
        &self.message
    }
}

/// What became of a batch.
#[derive(Debug)]
pub(super) struct Taken {
    /// Of each delivery, in their order.
    pub(super) results: Vec<Result<Kept, Unkept>>,
    /// What is to be told.
    pub(super) events: Vec<Event>,
}

/// How things stand with a feed.
#[derive(Clone, Debug)]
pub struct Overview {
    /// The message of the last place.
    pub latest: Option<Signed>,
    /// Number of messages in memory.
    pub messages: usize,
    /// What is missing among them.
    pub gaps: Vec<Gap>,
    /// What was dropped, because memory had no room for it or on purpose.
    pub lag: Option<Lag>,
    /// Messages that were refused since the start, by the rule that they broke.
    pub refused: BTreeMap<OpenError, u64>,
    /// Proof that the feed contradicted itself; the first that was found.
    pub proof: Option<Arc<Equivocation>>,
}

impl Desk {
    /// A desk that has seen all that the evidence has.
    pub(super) fn new(evidence: Evidence) -> Self {
        let feed = evidence.verifier().feed().clone();
        let mut watch = EquivocationWatch::new(feed, WATCHED);
        let mut proof = None;
        for message in evidence.store().since(Place::FIRST) {
            proof = proof.or(watch.push(message).map(Arc::new));
        }
        Self {
            evidence,
            watch,
            proof,
            refused: BTreeMap::new(),
        }
    }

    pub(super) const fn store(&self) -> &Store {
        self.evidence.store()
    }

    pub(super) fn drop_before(&mut self, place: Place) -> Result<Dropped, Arc<LogError>> {
        self.evidence.drop_before(place).map_err(Arc::new)
    }

    pub(super) fn overview(&self) -> Overview {
        let store = self.store();
        Overview {
            latest: store.latest().cloned(),
            messages: store.len(),
            gaps: store.gaps(),
            lag: store.lag(),
            refused: self.refused.clone(),
            proof: self.proof.clone(),
        }
    }

    /// Opens what was delivered and keeps what the feed signed (docs/spec/oracles.md, 10.2).
    pub(super) fn take(&mut self, deliveries: Vec<Delivery>) -> Taken {
        let opened = self.evidence.verifier().open(&deliveries);
        let mut events = self.count_refused(&deliveries, &opened);
        let batch: Vec<Signed> = opened.iter().flatten().cloned().collect();
        let last = self.store().latest().map(Place::of);
        let arrivals = self.evidence.append(batch.clone()).map_err(Arc::new);
        match &arrivals {
            Ok(arrivals) => events.extend(self.look_at(last, batch, arrivals)),
            Err(error) => events.push(Event::Unkept(error.clone())),
        }
        Taken {
            results: results(&opened, &arrivals),
            events,
        }
    }

    fn count_refused(
        &mut self,
        deliveries: &[Delivery],
        opened: &[Result<Signed, OpenError>],
    ) -> Vec<Event> {
        let mut refused: BTreeMap<(&Origin, OpenError), u64> = BTreeMap::new();
        for (delivery, opened) in deliveries.iter().zip(opened) {
            if let Err(reason) = opened {
                *refused.entry((&delivery.from, *reason)).or_default() += 1;
                *self.refused.entry(*reason).or_default() += 1;
            }
        }
        let told = refused
            .into_iter()
            .map(|((from, reason), messages)| Event::Refused {
                from: from.clone(),
                reason,
                messages,
            });
        told.collect()
    }

    /// What is to be told of messages that were kept, in the order of their places; `last` was the last
    /// place before them.
    fn look_at(
        &mut self,
        mut last: Option<Place>,
        batch: Vec<Signed>,
        arrivals: &[Arrival],
    ) -> Vec<Event> {
        let mut new: Vec<Signed> = batch
            .into_iter()
            .zip(arrivals)
            .filter(|(_, arrival)| matches!(arrival, Arrival::New | Arrival::Fork))
            .map(|(message, _)| message)
            .collect();
        new.sort_by_key(key);

        let mut events = Vec::new();
        for message in new {
            let place = Place::of(&message);
            if last < Some(place) {
                events.extend(Gap::between(last, place).map(Event::Gap));
                last = Some(place);
            }
            let proof = self.watch.push(&message).map(Arc::new);
            events.push(Event::New(Arc::new(message)));
            if let Some(proof) = proof {
                self.proof.get_or_insert_with(|| proof.clone());
                events.push(Event::Equivocation(proof));
            }
        }
        events
    }
}

/// What became of each message. One that breaks a rule is refused whether the disk works or not.
fn results(
    opened: &[Result<Signed, OpenError>],
    arrivals: &Result<Vec<Arrival>, Arc<LogError>>,
) -> Vec<Result<Kept, Unkept>> {
    let mut kept = arrivals.iter().flatten();
    let result = |opened: &Result<Signed, OpenError>| match (opened, arrivals) {
        (Err(reason), _) => Ok(Kept::Refused(*reason)),
        (Ok(_), Err(error)) => Err(Unkept::Log(error.clone())),
        (Ok(_), Ok(_)) => match kept.next() {
            Some(arrival) => Ok(Kept::Signed(*arrival)),
            None => Err(Unkept::Closed(Closed)),
        },
    };
    opened.iter().map(result).collect()
}

/// Messages that the watch remembers: more than an hour of readings at 1 Hz, and some 4 MB.
const WATCHED: NonZeroUsize = NonZeroUsize::new(4096).unwrap();
