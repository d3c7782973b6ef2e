//! Feeds without a counter: the time places their messages (docs/spec/oracles.md, 2.2).

use twinroot_abi::{MessageId, TimeMs};
use twinroot_exec::Bundle;
use twinroot_feed::{
    BundleError, Conflict, Descriptor, Feed, Mode, Observation, OpenError, SignError, Signer,
    Value, open, select, sign,
};

use crate::rules::{Case, case};
use crate::world::{
    ascending, descriptor, duration_of, duration_params, gap_over, gap_params, judge, median_of,
    median_params, observation, run_of, run_params, secret,
};

/// A native feed that says one thing at most in each second.
fn by_the_second(seed: u8) -> Descriptor {
    Descriptor {
        mode: Mode::Slot,
        ..descriptor(seed)
    }
}

fn feed() -> Feed {
    Feed::new(by_the_second(1)).unwrap()
}

fn signer(seed: u8) -> Signer {
    Signer::new(secret(seed), by_the_second(seed)).unwrap()
}

fn at(t: u64, value: i64) -> Observation {
    Observation {
        seq: t / 1_000,
        t: TimeMs(t),
        prev_t: TimeMs(t),
        ..observation(&feed(), Value::Fixed(value))
    }
}

pub(crate) fn cases() -> Vec<Case> {
    let of = |change: &dyn Fn(&mut Observation)| {
        let mut changed = at(5_999, 1);
        change(&mut changed);
        open(&feed(), &sign(&secret(1), &changed))
    };
    assert!(of(&|_| {}).is_ok());
    let message = sign(&secret(1), &at(5_999, 1));
    let silence = Bundle {
        policy: 0,
        descriptors: vec![feed().encode()],
        messages: vec![message],
    };
    let params = gap_params(feed().id(), (1_000, 9_000));
    vec![
        case("the next slot", OpenError::Place, of(&|it| it.seq = 6)),
        case("the slot before", OpenError::Place, of(&|it| it.seq = 4)),
        case("another epoch", OpenError::Link, of(&|it| it.epoch = 1)),
        case(
            "a message before",
            OpenError::Link,
            of(&|it| it.prev = MessageId([1; 32])),
        ),
        case(
            "a time before",
            OpenError::Link,
            of(&|it| it.prev_t = TimeMs(5_998)),
        ),
        case(
            "a silence of a feed that does not say when it spoke last",
            BundleError::Unchained,
            judge(gap_over(1), &params, &silence),
        ),
    ]
}

#[test]
fn a_device_says_one_thing_in_a_slot_and_may_leave_slots_out() {
    let mut signer = signer(1);
    let first = signer.reading(TimeMs(5_001), 1).unwrap();
    assert_eq!(signer.reading(TimeMs(5_999), 1), Err(SignError::SlotTaken));
    let second = signer.reading(TimeMs(6_000), 2).unwrap();
    let later = signer.reading(TimeMs(9_999), 3).unwrap();
    let [first, second, later] = [first, second, later].map(|it| open(&feed(), &it).unwrap());
    assert_eq!(first.observation(), &at(5_001, 1));
    assert_eq!(second.observation(), &at(6_000, 2));
    assert_eq!(later.observation(), &at(9_999, 3));
    assert!(second.follows(&first) && !later.follows(&second) && !later.follows(&first));
}

#[test]
fn a_device_without_a_counter_has_one_epoch() {
    let again = Signer::restarted(secret(1), by_the_second(1), 1.try_into().unwrap(), None);
    assert_eq!(again.err(), Some(SignError::NoEpochs));
}

#[test]
fn two_values_in_one_slot_are_a_fork() {
    let both =
        [at(5_001, 1), at(5_002, 2)].map(|it| open(&feed(), &sign(&secret(1), &it)).unwrap());
    assert_eq!(Conflict::between(&both[0], &both[1]), Some(Conflict::Fork));
    let next = open(&feed(), &sign(&secret(1), &at(6_000, 1))).unwrap();
    assert_eq!(Conflict::between(&both[0], &next), None);
}

#[test]
fn the_median_takes_the_first_slot_that_begins_in_the_window() {
    let seeds = ascending([1, 2, 3]).map(|(seed, _)| seed);
    let mut feeds = seeds.map(|seed| (seed, Feed::new(by_the_second(seed)).unwrap()));
    feeds.sort_by_key(|(_, feed)| feed.id());
    let ids = feeds.clone().map(|(_, feed)| feed.id());
    let params = median_params((5_001, 7_000), &ids);
    let said = |t: u64| {
        feeds
            .clone()
            .map(|(seed, _)| signer(seed).reading(TimeMs(t), seed.into()).unwrap())
    };
    let bundle = |messages: &[Vec<u8>]| Bundle {
        policy: 0,
        descriptors: feeds.iter().map(|(_, feed)| feed.encode()).collect(),
        messages: messages.to_vec(),
    };
    let good = said(6_500);
    let verdict = [2u64.to_le_bytes(), 6_500u64.to_le_bytes()].concat();
    assert_eq!(judge(median_of(3), &params, &bundle(&good)), Ok(verdict));
    for other in [said(5_500), said(7_000)] {
        let mixed = [other[0].clone(), good[1].clone(), good[2].clone()];
        let refused = judge(median_of(3), &params, &bundle(&mixed));
        assert_eq!(refused, Err(BundleError::NotFirst.into()));
    }
    let pool = [said(7_000), good.clone(), said(5_500)].concat();
    let known = feeds.map(|(_, feed)| feed);
    let chosen = select::median(0, 3, &params, &known, &pool).unwrap();
    assert_eq!(chosen.messages, good);
}

#[test]
fn no_message_of_such_a_feed_shows_a_silence() {
    let params = gap_params(feed().id(), (1_000, 9_000));
    let pool = [5_000, 8_000].map(|t| sign(&secret(1), &at(t, 1)));
    let shortfall = select::max_gap(0, 1, &params, &feed(), &pool).err();
    let rule = select::Shortfall::Question(BundleError::Unchained);
    assert_eq!(shortfall, Some(rule));
}

#[test]
fn an_empty_slot_breaks_a_run() {
    let params = run_params(feed().id(), (0, 8), (0, 100_000));
    let run = |times: [u64; 3]| Bundle {
        policy: 0,
        descriptors: vec![feed().encode()],
        messages: times.map(|t| sign(&secret(1), &at(t, 9))).to_vec(),
    };
    assert!(judge(run_of(3), &params, &run([5_900, 6_100, 7_500])).is_ok());
    let broken = judge(run_of(3), &params, &run([5_900, 6_100, 8_000]));
    assert_eq!(broken, Err(BundleError::Gap.into()));
}

#[test]
fn where_a_slot_holds_two_values_the_run_is_found_through_either() {
    let params = run_params(feed().id(), (0, 8), (0, 100_000));
    // The feed said two things in the slot of 6; both leave the limits, only one follows from 5.
    let pool =
        [at(5_000, 9), at(6_000, 9), at(6_001, 10), at(7_000, 9)].map(|it| sign(&secret(1), &it));
    let bundle = select::run_length(0, 3, &params, &feed(), &pool).unwrap();
    assert!(judge(run_of(3), &params, &bundle).is_ok());
    let short = select::run_length(0, 4, &params, &feed(), &pool);
    assert!(matches!(
        short,
        Err(select::Shortfall::TooFew {
            have: 3,
            need: 4,
            ..
        })
    ));
}

#[test]
fn a_breach_lasts_through_the_earliest_of_two_values() {
    let params = duration_params(feed().id(), (0, 8), (0, 2_000), (0, 100_000));
    let pool =
        [at(5_500, 9), at(5_000, 9), at(6_000, 9), at(7_000, 9)].map(|it| sign(&secret(1), &it));
    let bundle = select::duration(0, 2_000, &params, &feed(), &pool).unwrap();
    let verdict = [5_000u64.to_le_bytes(), 7_000u64.to_le_bytes()].concat();
    assert_eq!(judge(duration_of(2_000), &params, &bundle), Ok(verdict));
}

#[test]
fn a_breach_of_slots_ends_where_the_feed_says_nothing_for_too_long() {
    let params = duration_params(feed().id(), (0, 8), (0, 1_500), (0, 100_000));
    let said = |times: [u64; 3]| Bundle {
        policy: 0,
        descriptors: vec![feed().encode()],
        messages: times.map(|t| sign(&secret(1), &at(t, 9))).to_vec(),
    };
    assert!(judge(duration_of(2_000), &params, &said([5_000, 6_500, 7_999])).is_ok());
    let late = judge(duration_of(2_000), &params, &said([5_000, 6_999, 7_999]));
    assert_eq!(late, Err(BundleError::Silence.into()));
}
