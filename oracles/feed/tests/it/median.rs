//! The median: its rules, and whoever submits tries to move it (docs/spec/oracles.md, 5.5).

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use twinroot_abi::{FeedId, MessageId, Policy, TimeMs};
use twinroot_exec::Bundle;
use twinroot_feed::{BundleError, Descriptor, Feed, FeedError, Observation, Signer, Value, sign};

use crate::rules::{Case, case};
use crate::world::{
    PARCEL, ascending, descriptor, feed, fixed, judge, median_of, median_params, observation,
    secret, signer,
};

/// From 10 s to 20 s.
const WINDOW: (u64, u64) = (10_000, 20_000);

/// Three thermometers, each read before the window, twice in it, and after it.
struct Panel {
    policy: Policy,
    params: Vec<u8>,
    facts: Bundle,
    /// By feed, in the order of the list, all that it said.
    said: Vec<Vec<Vec<u8>>>,
    seeds: [u8; 3],
}

const TIMES: [u64; 4] = [9_000, 10_000, 15_000, 21_000];
const VALUES: [[i64; 4]; 3] = [[1, 30, 90, 1], [2, 10, 80, 2], [3, 20, 70, 3]];

impl Panel {
    fn new() -> Self {
        let feeds = ascending([1, 2, 3]);
        let said: Vec<Vec<Vec<u8>>> = feeds
            .iter()
            .zip(VALUES)
            .map(|((seed, _), values)| {
                let mut signer = signer(*seed);
                TIMES
                    .iter()
                    .zip(values)
                    .map(|(t, value)| signer.reading(TimeMs(*t), value).unwrap())
                    .collect()
            })
            .collect();
        Self {
            policy: median_of(3),
            params: median_params(WINDOW, &feeds.clone().map(|(_, feed)| feed.id())),
            facts: Bundle {
                policy: 0,
                descriptors: feeds.iter().map(|(_, feed)| feed.encode()).collect(),
                messages: said.iter().map(|messages| messages[1].clone()).collect(),
            },
            said,
            seeds: feeds.map(|(seed, _)| seed),
        }
    }

    fn judge(&self) -> Result<Vec<u8>, FeedError> {
        judge(self.policy, &self.params, &self.facts)
    }

    fn after(change: impl FnOnce(&mut Self)) -> Result<Vec<u8>, FeedError> {
        let mut panel = Self::new();
        change(&mut panel);
        panel.judge()
    }

    /// The second feed says something else.
    fn with_second(change: impl FnOnce(&mut Observation)) -> Result<Vec<u8>, FeedError> {
        Self::after(|it| {
            let second = Feed::decode(&it.facts.descriptors[1]).unwrap();
            let mut said = Observation {
                seq: 1,
                t: TimeMs(10_000),
                prev_t: TimeMs(9_000),
                prev: MessageId([1; 32]),
                ..observation(&second, Value::Fixed(10))
            };
            change(&mut said);
            it.facts.messages[1] = sign(&secret(it.seeds[1]), &said);
        })
    }
}

fn verdict(value: i64, t: u64) -> Vec<u8> {
    fixed(&(value, TimeMs(t)))
}

#[test]
fn the_middle_one_counts() {
    assert_eq!(Panel::new().judge(), Ok(verdict(20, 10_000)));
}

#[test]
fn the_time_is_that_of_the_latest() {
    let said = Panel::with_second(|second| second.t = TimeMs(20_000));
    assert_eq!(said, Ok(verdict(20, 20_000)));
}

#[test]
fn a_feed_that_begins_in_the_window_is_heard() {
    let first = Panel::with_second(|second| {
        second.seq = 0;
        second.prev = MessageId([0; 32]);
        second.prev_t = second.t;
    });
    assert_eq!(first, Ok(verdict(20, 10_000)));
}

pub(crate) fn cases() -> Vec<Case> {
    use BundleError as E;
    let claim = Value::Claim {
        subject: PARCEL,
        code: 1,
    };
    vec![
        case(
            "a window cut short",
            E::BadParams,
            Panel::after(|it| it.params.truncate(15)),
        ),
        case(
            "a window and no list",
            E::BadParams,
            Panel::after(|it| it.params.truncate(16)),
        ),
        case(
            "half a feed id",
            E::BadParams,
            Panel::after(|it| it.params.truncate(64)),
        ),
        case("a window that ends before it begins", E::BadParams, {
            Panel::after(|it| {
                let (start, end) = it.params.split_at_mut(8);
                start.swap_with_slice(&mut end[..8]);
            })
        }),
        case("an even list", E::BadPolicy, {
            Panel::after(|it| {
                it.params.truncate(80);
                it.policy = median_of(2);
            })
        }),
        case(
            "one of three",
            E::BadPolicy,
            Panel::after(|it| it.policy = median_of(1)),
        ),
        case(
            "five of three",
            E::BadPolicy,
            Panel::after(|it| it.policy = median_of(5)),
        ),
        case(
            "a feed is not heard",
            E::TooFewDescriptors,
            Panel::after(|it| _ = it.facts.descriptors.pop()),
        ),
        case(
            "a reading is left out",
            E::TooFewMessages,
            Panel::after(|it| _ = it.facts.messages.pop()),
        ),
        case("a reading more", E::TooManyMessages, {
            Panel::after(|it| it.facts.messages.push(it.said[2][2].clone()))
        }),
        case("one feed twice", E::DuplicateSigner, {
            Panel::after(|it| {
                it.facts.descriptors[2] = it.facts.descriptors[1].clone();
                it.facts.messages[2] = it.facts.messages[1].clone();
            })
        }),
        case("another order", E::SignerOrder, {
            Panel::after(|it| {
                it.facts.descriptors.reverse();
                it.facts.messages.reverse();
            })
        }),
        case("a stranger", E::UnknownSigner, {
            let low = (10..).find(|seed| feed(*seed).id() < ascending([1, 2, 3])[0].1.id());
            Panel::after(|it| it.facts.descriptors[0] = feed(low.unwrap()).encode())
        }),
        case(
            "thousandths among whole degrees",
            E::UnitsDiffer,
            with_an_odd_one(|odd| odd.scale = 0),
        ),
        case(
            "Fahrenheit among Celsius",
            E::UnitsDiffer,
            with_an_odd_one(|odd| odd.unit = "Fah".to_owned()),
        ),
        case(
            "humidity among temperatures",
            E::UnitsDiffer,
            with_an_odd_one(|odd| odd.quantity = "humidity".to_owned()),
        ),
        case("a claim among readings", E::NotAReading, {
            Panel::with_second(|second| second.value = claim)
        }),
        case("the window is over", E::OutOfWindow, {
            Panel::with_second(|second| second.t = TimeMs(20_001))
        }),
        case("the window has not begun", E::OutOfWindow, {
            Panel::with_second(|second| second.t = TimeMs(9_999))
        }),
        case("a second reading in the window", E::NotFirst, {
            Panel::with_second(|second| {
                (second.t, second.prev_t) = (TimeMs(10_001), TimeMs(10_000))
            })
        }),
        case(
            "an epoch that remembers, perhaps not all",
            E::NotFirst,
            Panel::with_second(|second| (second.epoch, second.seq) = (1, 0)),
        ),
        case("an epoch without a memory", E::NotFirst, {
            Panel::with_second(|second| {
                (second.epoch, second.seq) = (1, 0);
                second.prev = MessageId([0; 32]);
                second.prev_t = second.t;
            })
        }),
    ]
}

/// Three thermometers, of which one measures something else.
fn with_an_odd_one(change: impl FnOnce(&mut Descriptor)) -> Result<Vec<u8>, FeedError> {
    let mut descriptors = [1, 2, 3].map(descriptor);
    change(&mut descriptors[0]);
    descriptors.sort_by_key(Descriptor::id);
    let ids = descriptors.clone().map(|it| it.id());
    Panel::after(|it| {
        it.params = median_params(WINDOW, &ids);
        it.facts.descriptors = descriptors
            .map(|it| Feed::new(it).unwrap().encode())
            .to_vec();
    })
}

/// Every message here is valid; none but the first in the window may take its feed's place.
#[test]
fn whoever_submits_cannot_move_the_middle() {
    let panel = Panel::new();
    let mut accepted = Vec::new();
    for places in (0..64).map(|number| [number / 16, number / 4 % 4, number % 4]) {
        let mut facts = panel.facts.clone();
        facts.messages = panel
            .said
            .iter()
            .zip(places)
            .map(|(said, place)| said[place].clone())
            .collect();
        if let Ok(verdict) = judge(panel.policy, &panel.params, &facts) {
            accepted.push((places, verdict));
        }
    }
    assert_eq!(accepted, [([1, 1, 1], verdict(20, 10_000))]);
}

/// Five feeds are five whom the contract believes; three of them, picked, are not.
#[test]
fn a_longer_list_is_no_choice() {
    let ids: Vec<FeedId> = ascending([1, 2, 3, 4, 5])
        .iter()
        .map(|(_, feed)| feed.id())
        .collect();
    let refused = judge(
        median_of(3),
        &median_params(WINDOW, &ids),
        &Panel::new().facts,
    );
    assert_eq!(refused, Err(BundleError::BadPolicy.into()));
}

/// What a feed says: how long after the one before, and which value.
fn chain() -> impl Strategy<Value = Vec<(u64, i64)>> {
    vec((0u64..8_000, any::<i64>()), 1..5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever is picked: if it is accepted, it is what all first readings come to.
    #[test]
    fn there_is_one_verdict_or_none(chains in [chain(), chain(), chain()], picks in vec(any::<[Index; 3]>(), 1..12)) {
        let feeds = ascending([1, 2, 3]);
        let mut first = Vec::new();
        let mut said = Vec::new();
        for ((seed, _), chain) in feeds.iter().zip(&chains) {
            let mut signer = Signer::new(secret(*seed), descriptor(*seed)).unwrap();
            let mut t = 6_000;
            let told: Vec<_> = chain.iter().map(|(after, value)| {
                t += after;
                (t, *value, signer.reading(TimeMs(t), *value).unwrap())
            }).collect();
            first.extend(told.iter().find(|(t, ..)| *t >= WINDOW.0).filter(|(t, ..)| *t <= WINDOW.1).cloned());
            said.push(told);
        }
        let params = median_params(WINDOW, &feeds.clone().map(|(_, feed)| feed.id()));
        let expected = (first.len() == 3).then(|| {
            let mut values: Vec<i64> = first.iter().map(|(_, value, _)| *value).collect();
            values.sort_unstable();
            verdict(values[1], first.iter().map(|(t, ..)| *t).max().unwrap())
        });
        let descriptors: Vec<_> = feeds.iter().map(|(_, feed)| feed.encode()).collect();
        let ask = |messages| judge(median_of(3), &params, &Bundle { policy: 0, descriptors: descriptors.clone(), messages });
        for picked in picks {
            let messages = said.iter().zip(picked).map(|(told, place)| place.get(told).2.clone()).collect();
            if let Ok(verdict) = ask(messages) {
                prop_assert_eq!(Some(verdict), expected.clone());
            }
        }
        let right = first.into_iter().map(|(.., message)| message).collect();
        prop_assert_eq!(ask(right).ok(), expected);
    }
}
