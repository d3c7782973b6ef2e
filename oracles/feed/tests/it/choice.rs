//! What the client's half chooses for the policies of docs/spec/oracles.md, 5.4 to 5.9: its law, and
//! case by case.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use twinroot_abi::{Policy, TimeMs};
use twinroot_exec::Bundle;
use twinroot_feed::select::{Reason, Rejected, Shortfall, bundle};
use twinroot_feed::{
    BundleError, Descriptor, Feed, FeedError, Observation, Signed, Value, open, sign,
};

use crate::world::{
    DELIVERED, PARCEL, any_message, ascending, block_at, descriptor, duration_of, duration_params,
    feed, fresh_for, gap_over, gap_params, judge_at, mark_params, median_of, median_params,
    observation, readings, run_of, run_params, secret, signer,
};

const WINDOW: (u64, u64) = (2_000, 7_000);
const LIMITS: (i64, i64) = (0, 8);
/// In order again at 7; a silence of more than 1 s ends a breach.
const ALLOWED: (u64, u64) = (1, 1_000);
/// Numbers of policies say which one a bundle answers.
const NUMBER: u8 = 5;

/// What a policy asks, and when.
#[derive(Clone, Debug)]
struct Asked {
    policy: Policy,
    params: Vec<u8>,
    now: TimeMs,
}

impl Asked {
    fn new(policy: Policy, params: Vec<u8>) -> Self {
        Self {
            policy,
            params,
            now: TimeMs(6_000),
        }
    }

    fn choose(&self, feeds: &[Feed], pool: &[Vec<u8>]) -> Result<Bundle, Shortfall> {
        bundle(
            NUMBER,
            self.policy,
            &self.params,
            feeds,
            pool,
            block_at(self.now),
        )
    }

    fn judge(&self, facts: &Bundle) -> Result<Vec<u8>, FeedError> {
        judge_at(self.now, self.policy, &self.params, facts)
    }

    /// Whether the judge takes any of these as the messages of those feeds.
    fn takes_one(&self, feeds: &[Feed], choices: impl IntoIterator<Item = Vec<Vec<u8>>>) -> bool {
        let descriptors: Vec<_> = feeds.iter().map(Feed::encode).collect();
        choices.into_iter().any(|messages| {
            let facts = Bundle {
                policy: NUMBER,
                descriptors: descriptors.clone(),
                messages,
            };
            self.judge(&facts).is_ok()
        })
    }
}

/// One message of a feed.
#[derive(Clone, Debug)]
struct Next {
    value: Value,
    /// Milliseconds after the one before.
    after: u64,
    /// How many messages the one before lies back: 0 where the feed is honest.
    back: usize,
    /// How far `seq` grows: 1 where the feed is honest.
    step: u64,
    begins_epoch: bool,
}

fn next() -> impl Strategy<Value = Next> {
    let claim = Value::Claim {
        subject: PARCEL,
        code: DELIVERED,
    };
    let value = prop_oneof![
        6 => Just(Value::Fixed(9)),
        2 => Just(Value::Fixed(8)),
        1 => Just(Value::Fixed(5)),
        1 => Just(claim),
    ];
    (
        value,
        select(&[0_u64, 500, 1_000, 1_000, 2_500][..]),
        prop_oneof![5 => Just(0_usize), 1 => Just(1)],
        prop_oneof![6 => Just(1_u64), 1 => Just(2)],
        prop::bool::weighted(0.1),
    )
        .prop_map(|(value, after, back, step, begins_epoch)| Next {
            value,
            after,
            back,
            step,
            begins_epoch,
        })
}

/// What the feed of that seed says, from 1.5 s on.
fn chain(seed: u8, all: &[Next]) -> Vec<Vec<u8>> {
    let feed = feed(seed);
    let mut chain: Vec<Signed> = Vec::new();
    for next in all {
        let first = Observation {
            t: TimeMs(1_500),
            prev_t: TimeMs(1_500),
            ..observation(&feed, next.value)
        };
        let said = match chain.iter().rev().nth(next.back) {
            None => first,
            Some(before) => {
                let last = before.observation();
                let (epoch, seq) = if next.begins_epoch {
                    (last.epoch + 1, 0)
                } else {
                    (last.epoch, last.seq + next.step)
                };
                Observation {
                    epoch,
                    seq,
                    t: TimeMs(last.t.0 + next.after),
                    prev_t: last.t,
                    prev: before.id(),
                    ..first
                }
            }
        };
        chain.push(open(&feed, &sign(&secret(seed), &said)).unwrap());
    }
    chain.iter().map(|said| said.bytes().to_vec()).collect()
}

/// Messages of one feed: some are left out, some are there twice, in any order.
fn pool() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let all = (vec(next(), 1..7), vec(any::<Index>(), 0..2));
    let all = all.prop_map(|(all, twice)| {
        let mut pool = chain(1, &all);
        let again: Vec<_> = twice.iter().map(|place| place.get(&pool).clone()).collect();
        pool.extend(again);
        pool
    });
    let some = (all, vec(prop::bool::weighted(0.8), 8));
    some.prop_map(|(pool, kept)| {
        let there = pool.into_iter().zip(kept).filter(|(_, kept)| *kept);
        there
            .map(|(message, _)| message)
            .take(5)
            .collect::<Vec<_>>()
    })
    .prop_shuffle()
}

/// A question about feed 1.
fn about_one() -> impl Strategy<Value = Asked> {
    let id = feed(1).id();
    let run = (1_u16..4).prop_map(move |n| Asked::new(run_of(n), run_params(id, LIMITS, WINDOW)));
    let duration = select(&[1, 1_000, 1_500, 3_000][..]).prop_map(move |ms| {
        Asked::new(
            duration_of(ms),
            duration_params(id, LIMITS, ALLOWED, WINDOW),
        )
    });
    let gap = select(&[400, 1_000, 2_000][..])
        .prop_map(move |ms| Asked::new(gap_over(ms), gap_params(id, WINDOW)));
    let mark = || (0_u32..2, 0_u64..4);
    let now = (1_000_u64..8_000).prop_map(TimeMs);
    let fresh =
        (select(&[1, 1_000, 3_000][..]), mark(), now).prop_map(move |(ms, mark, now)| Asked {
            now,
            ..Asked::new(fresh_for(ms), mark_params(id, mark))
        });
    let any = mark().prop_map(move |mark| Asked::new(any_message(), mark_params(id, mark)));
    prop_oneof![1 => run, 3 => duration, 1 => gap, 1 => fresh, 1 => any]
}

/// All ways to take some messages of a pool, each once, in every order.
fn arrangements(pool: &[Vec<u8>]) -> Vec<Vec<Vec<u8>>> {
    let mut all = vec![Vec::new()];
    for place in 0..pool.len() {
        let mut rest = pool.to_vec();
        let first = rest.remove(place);
        let behind = arrangements(&rest).into_iter();
        all.extend(behind.map(|rest| [vec![first.clone()], rest].concat()));
    }
    all
}

/// All ways to take one message for each of three feeds.
fn triples(pool: &[Vec<u8>]) -> impl Iterator<Item = Vec<Vec<u8>>> {
    let places = 0..pool.len();
    let pairs = places
        .clone()
        .flat_map(move |one| places.clone().map(move |two| (one, two)));
    pairs.flat_map(move |(one, two)| {
        let pair = [pool[one].clone(), pool[two].clone()];
        pool.iter()
            .map(move |three| [pair.as_slice(), core::slice::from_ref(three)].concat())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn of_one_feed_what_is_chosen_is_taken_and_what_is_not_is_not_there(asked in about_one(), pool in pool()) {
        let feeds = [feed(1)];
        match asked.choose(&feeds, &pool) {
            Ok(facts) => {
                prop_assert_eq!(facts.policy, NUMBER);
                prop_assert!(asked.judge(&facts).is_ok(), "{:?}", asked.judge(&facts));
            }
            Err(Shortfall::TooFew { have, need, .. }) => prop_assert!(have < need),
            Err(Shortfall::TooBrief { have, need, .. }) => prop_assert!(have < need),
            Err(Shortfall::Question(rule)) => prop_assert!(false, "{rule}"),
        }
        let is_chosen = asked.choose(&feeds, &pool).is_ok();
        prop_assert_eq!(asked.takes_one(&feeds, arrangements(&pool)), is_chosen);
    }

    #[test]
    fn the_order_of_the_pool_never_matters(
        asked in about_one(),
        (pool, shuffled) in pool().prop_flat_map(|pool| (Just(pool.clone()), Just(pool).prop_shuffle())),
    ) {
        let choose = |pool: &[Vec<u8>]| asked.choose(&[feed(1)], pool).ok();
        prop_assert_eq!(choose(&pool), choose(&shuffled));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn of_three_feeds_what_is_chosen_is_taken_and_what_is_not_is_not_there(
        said in [vec(next(), 1..3), vec(next(), 1..3), vec(next(), 1..3)],
        window in (select(&[1_000_u64, 2_000][..]), 3_000_u64..6_000),
        order: [Index; 6],
    ) {
        let feeds = ascending([1, 2, 3]);
        let mut pool: Vec<_> = feeds.iter().zip(&said).flat_map(|((seed, _), all)| chain(*seed, all)).collect();
        let feeds = feeds.map(|(_, feed)| feed);
        let asked = Asked::new(median_of(3), median_params(window, &feeds.clone().map(|feed| feed.id())));
        let chosen = asked.choose(&feeds, &pool);
        if let Ok(facts) = &chosen {
            prop_assert!(asked.judge(facts).is_ok(), "{:?}", asked.judge(facts));
        }
        prop_assert_eq!(asked.takes_one(&feeds, triples(&pool)), chosen.is_ok());
        for (place, other) in order.iter().enumerate().take(pool.len()) {
            let other = other.index(pool.len());
            pool.swap(place, other);
        }
        prop_assert_eq!(asked.choose(&feeds, &pool).ok(), chosen.ok());
    }
}

fn rejected(message: usize, reason: impl Into<FeedError>) -> Rejected {
    Rejected {
        message,
        reason: Reason::Rule(reason.into()),
    }
}

#[test]
fn the_median_takes_the_first_reading_of_each_feed() {
    let panel = ascending([1, 2, 3]);
    let said = panel
        .clone()
        .map(|(seed, _)| readings(&mut signer(seed), &[1, 2, 3]));
    let feeds = panel.map(|(_, feed)| feed);
    let ids = feeds.clone().map(|feed| feed.id());
    let asked = Asked::new(median_of(3), median_params(WINDOW, &ids));
    let mut pool = said.concat();
    pool.reverse();
    let chosen = asked.choose(&feeds, &pool).unwrap();
    assert_eq!(chosen.messages, said.clone().map(|said| said[1].clone()));
    // One feed is not heard in time, of another one the descriptor is not at hand.
    let short = [
        said[0][1].clone(),
        said[1][2].clone(),
        said[2][1].clone(),
        readings(&mut signer(9), &[1]).remove(0),
    ];
    let missing = Rejected {
        message: 2,
        reason: Reason::NoDescriptor(ids[2]),
    };
    assert_eq!(
        asked.choose(&feeds[..2], &short),
        Err(Shortfall::TooFew {
            have: 1,
            need: 3,
            rejected: vec![
                rejected(1, BundleError::NotFirst),
                missing,
                rejected(3, BundleError::UnknownSigner),
            ]
        })
    );
}

#[test]
fn feeds_that_do_not_go_together_never_answer() {
    let ask = |change: &dyn Fn(&mut Descriptor)| {
        let mut descriptors = [1, 2, 3].map(descriptor);
        change(&mut descriptors[0]);
        descriptors.sort_by_key(Descriptor::id);
        let feeds = descriptors.map(|it| Feed::new(it).unwrap());
        let ids = feeds.clone().map(|feed| feed.id());
        Asked::new(median_of(3), median_params(WINDOW, &ids)).choose(&feeds, &[])
    };
    let question = |rule| Err(Shortfall::Question(rule));
    assert_eq!(
        ask(&|odd| odd.unit = "Fah".to_owned()),
        question(BundleError::UnitsDiffer)
    );
    let twice = |odd: &mut Descriptor| {
        odd.key = descriptor(2).key;
        odd.urn = "urn:dev:truck-8".to_owned();
    };
    assert_eq!(ask(&twice), question(BundleError::DuplicateSigner));
}

#[test]
fn a_breach_is_shown_with_the_fewest_readings() {
    let mut signer = signer(1);
    // A spike, the way back, a breach: 3 s of it are shown from the first reading on, 2 s from the second one.
    let said = readings(&mut signer, &[9, 5, 8, 9, 9, 8, 9, 9]);
    let feeds = [signer.feed().clone()];
    let ask = |ms| {
        let params = duration_params(feeds[0].id(), LIMITS, ALLOWED, (0, 100_000));
        Asked::new(duration_of(ms), params).choose(&feeds, &said)
    };
    assert_eq!(ask(2_000).unwrap().messages, said[3..6]);
    assert_eq!(ask(3_000).unwrap().messages, said[3..7]);
    assert_eq!(ask(3_500).unwrap().messages, said[3..8]);
    assert_eq!(
        ask(5_000),
        Err(Shortfall::TooBrief {
            have: 4_000,
            need: 5_000,
            rejected: vec![rejected(1, BundleError::InRange)]
        })
    );
}

#[test]
fn a_beginning_that_is_late_enough_is_taken() {
    let mut signer = signer(1);
    let said: Vec<_> = [1_000, 1_500, 1_900, 3_900]
        .into_iter()
        .map(|t| signer.reading(TimeMs(t), 9).unwrap())
        .collect();
    let feeds = [signer.feed().clone()];
    let params = duration_params(feeds[0].id(), LIMITS, (0, 2_000), (0, 100_000));
    let chosen = Asked::new(duration_of(2_000), params).choose(&feeds, &said);
    assert_eq!(chosen.unwrap().messages, said[2..]);
}

#[test]
fn the_first_silence_is_taken() {
    let mut signer = signer(1);
    let said: Vec<_> = [1_000, 2_000, 4_000, 9_000]
        .into_iter()
        .map(|t| signer.reading(TimeMs(t), 9).unwrap())
        .collect();
    let feeds = [signer.feed().clone()];
    let ask = |ms, pool: &[usize]| {
        let pool: Vec<_> = pool.iter().map(|place| said[*place].clone()).collect();
        let params = gap_params(feeds[0].id(), (0, 100_000));
        Asked::new(gap_over(ms), params).choose(&feeds, &pool)
    };
    assert_eq!(ask(1_000, &[3, 2, 1]).unwrap().messages, said[2..3]);
    assert_eq!(
        ask(5_000, &[3, 0]),
        Err(Shortfall::TooFew {
            have: 0,
            need: 1,
            rejected: vec![
                rejected(0, BundleError::InTime),
                rejected(1, BundleError::NewEpoch)
            ]
        })
    );
}

#[test]
fn the_freshest_reading_and_the_next_message_are_taken() {
    let mut signer = signer(1);
    let mut said = readings(&mut signer, &[1, 2, 3, 4, 5]);
    said.push(signer.claim(TimeMs(5_000), PARCEL, DELIVERED).unwrap());
    let feeds = [signer.feed().clone()];
    let params = mark_params(feeds[0].id(), (0, 2));
    let fresh = |now| {
        let now = TimeMs(now);
        let asked = Asked::new(fresh_for(2_000), params.clone());
        Asked { now, ..asked }.choose(&feeds, &said)
    };
    assert_eq!(fresh(4_500).unwrap().messages, said[3..4]);
    let Err(Shortfall::TooFew { rejected: why, .. }) = fresh(7_001) else {
        panic!("nothing is young enough");
    };
    assert_eq!(why[1], rejected(1, BundleError::Used));
    assert_eq!(why[4], rejected(4, BundleError::Stale));
    assert_eq!(why[5], rejected(5, BundleError::NotAReading));
    let any = Asked::new(any_message(), params.clone());
    assert_eq!(any.choose(&feeds, &said).unwrap().messages, said[2..3]);
    assert_eq!(any.choose(&feeds, &said[5..]).unwrap().messages, said[5..]);
}

#[test]
fn a_feed_that_is_not_at_hand_never_answers() {
    let (here, there) = (feed(1), feed(2).id());
    let mark = mark_params(there, (0, 0));
    for (policy, params) in [
        (run_of(1), run_params(there, LIMITS, WINDOW)),
        (
            duration_of(1),
            duration_params(there, LIMITS, ALLOWED, WINDOW),
        ),
        (gap_over(1), gap_params(there, WINDOW)),
        (fresh_for(1), mark.clone()),
        (any_message(), mark),
    ] {
        let chosen = Asked::new(policy, params).choose(core::slice::from_ref(&here), &[]);
        let nobody = Err(Shortfall::Question(BundleError::FeedMismatch));
        assert_eq!(chosen, nobody, "{policy:?}");
        let asked = Asked::new(policy, Vec::new()).choose(core::slice::from_ref(&here), &[]);
        let nothing = Err(Shortfall::Question(BundleError::BadParams));
        assert_eq!(asked, nothing, "{policy:?}");
    }
}
