//! A store against a naive model, and its words one by one.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use twinroot_abi::MessageId;
use twinroot_feed::Signed;
use twinroot_link::{Arrival, Gap, Lag, Place, Store, Stretch};

use crate::world::{NO_MESSAGE, all, bound, chain, feed, message, message_of, roomy, signed_again};

/// What a feed signed in its life, forks and second signatures included.
#[derive(Clone, Debug)]
struct History(Vec<Signed>);

/// One epoch: whether its first message names the one before it, and for each place whether the feed
/// forked there, whether the next message names the fork, and whether it signed the message twice.
type Epoch = (bool, Vec<(bool, bool, bool)>);

fn histories() -> impl Strategy<Value = History> {
    let place = (
        prop::bool::weighted(0.2),
        any::<bool>(),
        prop::bool::weighted(0.1),
    );
    vec((any::<bool>(), vec(place, 1..6)), 1..4).prop_map(|epochs| History::of(&epochs))
}

impl History {
    fn of(epochs: &[Epoch]) -> Self {
        let mut messages = Vec::new();
        let mut last = NO_MESSAGE;
        for (epoch, (remembers, places)) in (0..).zip(epochs) {
            if !remembers {
                last = NO_MESSAGE;
            }
            for (seq, (forks, named, again)) in (0..).zip(places) {
                let honest = message(epoch, seq, last, 1);
                last = honest.id();
                if *forks {
                    let fork = message(epoch, seq, honest.observation().prev, 2);
                    if *named {
                        last = fork.id();
                    }
                    messages.push(fork);
                }
                if *again {
                    messages.push(signed_again(&honest, 7));
                }
                messages.push(honest);
            }
        }
        Self(messages)
    }
}

/// A set, without any cleverness.
struct Model {
    held: Vec<Signed>,
    dropped: Vec<Signed>,
}

impl Model {
    fn of(arrived: &[Signed], bound: usize) -> Self {
        let mut messages: Vec<Signed> = arrived.to_vec();
        messages
            .sort_by_key(|message| (Place::of(message), message.id(), message.bytes().to_vec()));
        messages.dedup_by_key(|message| message.id());
        let held = messages.split_off(messages.len().saturating_sub(bound));
        Self {
            held,
            dropped: messages,
        }
    }

    fn lag(&self) -> Option<Lag> {
        Some(Lag {
            first: Place::of(self.dropped.first()?),
            last: Place::of(self.dropped.last()?),
        })
    }

    fn ids(&self) -> BTreeSet<MessageId> {
        self.held.iter().map(Signed::id).collect()
    }

    fn has_one_at(&self, place: Place) -> bool {
        self.held.iter().any(|message| Place::of(message) == place)
    }

    fn may_have_dropped(&self, place: Place) -> bool {
        self.lag().is_some_and(|lag| place <= lag.last)
    }

    /// Each place before one that is here, in its epoch.
    fn empty_places(&self) -> BTreeSet<Place> {
        self.held
            .iter()
            .map(Place::of)
            .flat_map(|Place { epoch, seq }| (0..seq).map(move |seq| Place { epoch, seq }))
            .filter(|place| !self.has_one_at(*place) && !self.may_have_dropped(*place))
            .collect()
    }

    /// Who names whom that is not here, though another is at that place or nobody knows the place.
    fn named(&self) -> BTreeMap<MessageId, MessageId> {
        let ids = self.ids();
        self.held
            .iter()
            .map(|message| (message, message.observation().prev))
            .filter(|(_, prev)| *prev != NO_MESSAGE && !ids.contains(prev))
            .filter(|(message, _)| {
                let Place { epoch, seq } = Place::of(message);
                seq == 0 || {
                    let before = Place {
                        epoch,
                        seq: seq - 1,
                    };
                    self.has_one_at(before) && !self.may_have_dropped(before)
                }
            })
            .map(|(message, prev)| (message.id(), prev))
            .collect()
    }
}

fn store_of(arrived: &[Signed], messages: usize) -> Store {
    let mut store = Store::new(feed(1).id(), bound(messages));
    for message in arrived {
        store.insert(message.clone());
    }
    store
}

fn arrived(history: &History, arrivals: &[Index]) -> Vec<Signed> {
    arrivals
        .iter()
        .map(|index| index.get(&history.0).clone())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_order_of_arrival_gives_the_same_store(
        history in histories(),
        arrivals in vec(any::<Index>(), 0..40),
        again in vec(any::<Index>(), 0..40),
        messages in 1usize..20,
        shuffle in vec(any::<u32>(), 80),
    ) {
        let once = arrived(&history, &arrivals);
        let mut twice: Vec<Signed> = once.clone();
        if !once.is_empty() {
            twice.extend(again.iter().map(|index| index.get(&once).clone()));
        }
        let mut order: Vec<(u32, Signed)> = shuffle.into_iter().zip(twice).collect();
        order.sort_by_key(|(rank, _)| *rank);
        let twice: Vec<Signed> = order.into_iter().map(|(_, message)| message).collect();
        prop_assert_eq!(store_of(&once, messages), store_of(&twice, messages));
    }

    #[test]
    fn a_store_agrees_with_a_model(
        history in histories(),
        arrivals in vec(any::<Index>(), 0..40),
        messages in 1usize..20,
        from in (0u32..4, 0u64..6),
    ) {
        let arrived = arrived(&history, &arrivals);
        let store = store_of(&arrived, messages);
        let model = Model::of(&arrived, messages);
        prop_assert_eq!(&all(&store), &model.held);
        prop_assert_eq!(store.len(), model.held.len());
        prop_assert_eq!(store.lag(), model.lag());

        let from = Place { epoch: from.0, seq: from.1 };
        let since = store.since(from);
        prop_assert_eq!(since.lag(), model.lag().filter(|lag| lag.last >= from));
        let expected: Vec<&Signed> = model.held.iter().filter(|message| Place::of(message) >= from).collect();
        prop_assert_eq!(since.collect::<Vec<_>>(), expected);

        let last = model.held.last().map(Place::of);
        let latest = model.held.iter().find(|message| Some(Place::of(message)) == last);
        prop_assert_eq!(store.latest(), latest);
    }

    #[test]
    fn gaps_agree_with_a_model(
        history in histories(),
        arrivals in vec(any::<Index>(), 0..30),
        messages in 1usize..20,
    ) {
        let arrived = arrived(&history, &arrivals);
        let model = Model::of(&arrived, messages);
        let mut empty = BTreeSet::new();
        let mut named = BTreeMap::new();
        for gap in store_of(&arrived, messages).gaps() {
            match gap {
                Gap::Places { epoch, first, last } => {
                    prop_assert!(first <= last);
                    for seq in first..=last {
                        prop_assert!(empty.insert(Place { epoch, seq }), "told once");
                    }
                }
                Gap::Named { place, by, missing } => {
                    prop_assert!(model.held.iter().any(|message| message.id() == by && Place::of(message) == place));
                    prop_assert_eq!(named.insert(by, missing), None, "told once");
                }
            }
        }
        prop_assert_eq!(empty, model.empty_places());
        prop_assert_eq!(named, model.named());
    }
}

#[test]
fn a_whole_history_has_no_gap() {
    let history = History::of(&[
        (false, vec![(false, false, false); 3]),
        (true, vec![(false, false, false); 2]),
        (false, vec![(false, false, false); 2]),
    ]);
    assert_eq!(store_of(&history.0, 10).gaps(), []);
}

#[test]
fn the_last_message_of_an_epoch_is_missed_by_the_next() {
    let history = History::of(&[
        (false, vec![(false, false, false); 3]),
        (true, vec![(false, false, false); 2]),
    ]);
    let [first, second, third, fourth, fifth] = history.0.try_into().unwrap();
    let store = store_of(&[first, second, fifth, fourth.clone()], 10);
    let gap = Gap::Named {
        place: Place { epoch: 1, seq: 0 },
        by: fourth.id(),
        missing: third.id(),
    };
    assert_eq!(store.gaps(), [gap]);
}

#[test]
fn a_fork_hides_no_missing_message() {
    let first = message(0, 0, NO_MESSAGE, 1);
    let honest = message(0, 1, first.id(), 1);
    let fork = message(0, 1, first.id(), 2);
    let after = message(0, 2, honest.id(), 1);
    let mut store = store_of(&[first, fork, after.clone()], 10);
    let gap = Gap::Named {
        place: Place { epoch: 0, seq: 2 },
        by: after.id(),
        missing: honest.id(),
    };
    assert_eq!(store.gaps(), [gap]);
    assert_eq!(store.insert(honest), Arrival::Fork);
    assert_eq!(store.gaps(), []);
    assert_eq!(store.at(Place { epoch: 0, seq: 1 }).count(), 2);
}

#[test]
fn each_arrival_is_told() {
    let [first, second, third] = chain(3).try_into().unwrap();
    let mut store = Store::new(feed(1).id(), bound(2));
    assert!(store.is_empty());
    assert_eq!(store.insert(second.clone()), Arrival::New);
    assert_eq!(store.insert(second.clone()), Arrival::Known);
    assert_eq!(store.insert(signed_again(&second, 7)), Arrival::Known);
    assert_eq!(store.insert(third), Arrival::New);
    assert_eq!(store.lag(), None);
    assert_eq!(store.insert(first.clone()), Arrival::TooOld);
    let lag = Lag {
        first: Place::FIRST,
        last: Place::FIRST,
    };
    assert_eq!(store.lag(), Some(lag));
    let foreign = message_of(2, 0, 9, first.id(), 1);
    assert_eq!(store.insert(foreign), Arrival::OtherFeed);
    assert_eq!(store.len(), 2);
}

#[test]
fn the_last_place_of_all_is_a_place() {
    let last = message(u32::MAX, u64::MAX, MessageId([1; 32]), 1);
    let mut store = Store::new(feed(1).id(), roomy());
    store.insert(last.clone());
    let gap = Gap::Places {
        epoch: u32::MAX,
        first: 0,
        last: u64::MAX - 1,
    };
    assert_eq!(store.gaps(), [gap]);
    assert_eq!(store.latest(), Some(&last));
}

/// Pages lead through all of it, and none parts the messages of one place.
#[test]
fn pages_hold_whole_places() {
    let mut store = Store::new(feed(1).id(), roomy());
    let messages = chain(5);
    for message in &messages {
        store.insert(message.clone());
    }
    for value in 1..=2 {
        store.insert(message(0, 2, messages[1].id(), value));
    }
    let page = store.page(Place::FIRST, 4);
    assert_eq!(
        page.messages,
        messages[..2],
        "the three of the next place have no room"
    );
    assert_eq!(page.next, Some(Place { epoch: 0, seq: 2 }));
    let page = store.page(Place { epoch: 0, seq: 2 }, 3);
    assert_eq!(page.messages.len(), 3);
    assert_eq!(page.next, Some(Place { epoch: 0, seq: 3 }));
    let page = store.page(Place { epoch: 0, seq: 2 }, 2);
    assert_eq!(
        page.messages.len(),
        2,
        "more than a page: two are proof enough"
    );
    assert_eq!(page.next, Some(Place { epoch: 0, seq: 3 }));
    let page = store.page(Place { epoch: 0, seq: 3 }, 2);
    assert_eq!((page.messages, page.next), (messages[3..].to_vec(), None));
}

#[test]
fn what_is_missing_is_where_its_neighbours_say() {
    let mut store = Store::new(feed(1).id(), roomy());
    let messages = chain(6);
    let began = message(1, 0, messages[5].id(), 1);
    for message in [&messages[1], &messages[4], &began] {
        store.insert(message.clone());
    }
    let at = |epoch, seq| Place { epoch, seq };
    let stretch = |first, last| Stretch { first, last };
    let expected = [
        stretch(at(0, 0), Some(at(0, 0))),
        stretch(at(0, 2), Some(at(0, 3))),
        // The last of the epoch, which only the next one names.
        stretch(at(0, 4), Some(at(1, 0))),
        stretch(at(1, 0), None),
    ];
    assert_eq!(store.missing(), expected);
    let empty = Store::new(feed(1).id(), roomy());
    assert_eq!(empty.missing(), [Stretch::ALL]);
}
