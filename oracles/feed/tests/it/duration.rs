//! Duration over a limit: its rules, and whoever submits tries to make a breach of spikes
//! (docs/spec/oracles.md, 5.6).

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::subsequence;
use twinroot_abi::{Policy, TimeMs};
use twinroot_exec::Bundle;
use twinroot_feed::{BundleError, FeedError, Observation, Signer, Value, open, sign};

use crate::rules::{Case, case};
use crate::world::{
    PARCEL, descriptor, duration_of, duration_params, feed, fixed, judge, readings, secret, signer,
};

/// From 2 to 8 degrees; back in order from 3 to 7; nothing for 2 s is a silence.
const LIMITS: (i64, i64) = (2_000, 8_000);
const HYSTERESIS: u64 = 1_000;
const GAP: u64 = 2_000;
const WINDOW: (u64, u64) = (1_000, 100_000);

/// The truck is warm for three seconds, by a reading each second.
struct Warm {
    policy: Policy,
    params: Vec<u8>,
    facts: Bundle,
}

impl Warm {
    fn new() -> Self {
        Self::reading(&[9_000, 7_001, 2_999, 8_001])
    }

    fn reading(values: &[i64]) -> Self {
        let mut signer = signer(1);
        let messages = readings(&mut signer, values);
        Self {
            policy: duration_of(3_000),
            params: duration_params(signer.feed().id(), LIMITS, (HYSTERESIS, GAP), WINDOW),
            facts: Bundle {
                policy: 0,
                descriptors: vec![signer.feed().encode()],
                messages,
            },
        }
    }

    fn judge(&self) -> Result<Vec<u8>, FeedError> {
        judge(self.policy, &self.params, &self.facts)
    }

    fn after(change: impl FnOnce(&mut Self)) -> Result<Vec<u8>, FeedError> {
        let mut warm = Self::new();
        change(&mut warm);
        warm.judge()
    }

    /// The last message is signed anew after `change`.
    fn with_last(change: impl FnOnce(&mut Observation)) -> Result<Vec<u8>, FeedError> {
        Self::after(|warm| {
            let mut last = open(&feed(1), &warm.facts.messages[3])
                .unwrap()
                .observation()
                .clone();
            change(&mut last);
            warm.facts.messages[3] = sign(&secret(1), &last);
        })
    }

    fn with_params(
        limits: (i64, i64),
        allowed: (u64, u64),
        window: (u64, u64),
    ) -> Result<Vec<u8>, FeedError> {
        Self::after(|it| it.params = duration_params(feed(1).id(), limits, allowed, window))
    }
}

fn verdict(from: u64, to: u64) -> Vec<u8> {
    fixed(&(TimeMs(from), TimeMs(to)))
}

#[test]
fn three_seconds_out_are_a_breach() {
    assert_eq!(Warm::new().judge(), Ok(verdict(1_000, 4_000)));
}

#[test]
fn the_other_side_of_the_band_is_out_too() {
    let cold = Warm::reading(&[1_999, 2_999, 7_001, 9_000]);
    assert_eq!(cold.judge(), Ok(verdict(1_000, 4_000)));
}

#[test]
fn readings_of_one_time_take_no_time() {
    let mut signer = signer(1);
    let times = [1_000, 1_000, 3_000, 3_000, 4_000];
    let mut warm = Warm::new();
    warm.facts.messages = times
        .map(|t| signer.reading(TimeMs(t), 9_000).unwrap())
        .to_vec();
    assert_eq!(warm.judge(), Ok(verdict(1_000, 4_000)));
}

pub(crate) fn cases() -> Vec<Case> {
    use BundleError as E;
    let claim = Value::Claim {
        subject: PARCEL,
        code: 1,
    };
    vec![
        case("a byte too few", E::BadParams, {
            Warm::after(|it| _ = it.params.pop())
        }),
        case("limits upside down", E::BadParams, {
            Warm::with_params((1, 0), (0, GAP), WINDOW)
        }),
        case("no value is in order", E::BadParams, {
            Warm::with_params(LIMITS, (3_001, GAP), WINDOW)
        }),
        case("a hysteresis beyond all numbers", E::BadParams, {
            Warm::with_params((0, i64::MAX), (u64::MAX, GAP), WINDOW)
        }),
        case("a window that ends before it begins", E::BadParams, {
            Warm::with_params(LIMITS, (HYSTERESIS, GAP), (2, 1))
        }),
        case("no time at all", E::BadPolicy, {
            Warm::after(|it| it.policy = duration_of(0))
        }),
        case("two descriptors", E::TooManyDescriptors, {
            Warm::after(|it| it.facts.descriptors.push(feed(2).encode()))
        }),
        case("one reading has no duration", E::TooFewMessages, {
            Warm::after(|it| it.facts.messages.truncate(1))
        }),
        case("a reading after it was long enough", E::TooManyMessages, {
            let longer = Warm::reading(&[9_000, 9_000, 9_000, 9_000, 9_000]);
            longer.judge()
        }),
        case("another thermometer", E::FeedMismatch, {
            Warm::after(|it| it.facts.descriptors[0] = feed(2).encode())
        }),
        case("a place left out", E::Gap, {
            Warm::with_last(|last| last.seq = 4)
        }),
        case("another epoch", E::Gap, {
            Warm::with_last(|last| last.epoch = 1)
        }),
        case("another time before", E::Gap, {
            Warm::with_last(|last| last.prev_t = TimeMs(2_999))
        }),
        case("the wrong order", E::Gap, {
            Warm::after(|it| it.facts.messages.reverse())
        }),
        case("a claim among readings", E::NotAReading, {
            Warm::with_last(|last| last.value = claim)
        }),
        case("before the window", E::OutOfWindow, {
            Warm::with_params(LIMITS, (HYSTERESIS, GAP), (1_001, 9_000))
        }),
        case("after the window", E::OutOfWindow, {
            Warm::with_params(LIMITS, (HYSTERESIS, GAP), (1_000, 3_999))
        }),
        case("it begins on the limit", E::InRange, {
            Warm::reading(&[8_000, 9_000, 9_000, 9_000]).judge()
        }),
        case("it is back in order, at the bottom", E::InRange, {
            Warm::with_last(|last| last.value = Value::Fixed(3_000))
        }),
        case("it is back in order, at the top", E::InRange, {
            Warm::with_last(|last| last.value = Value::Fixed(7_000))
        }),
        case("nothing was heard for too long", E::Silence, {
            Warm::with_last(|last| last.t = TimeMs(5_001))
        }),
        case("a millisecond too short", E::TooBrief, {
            Warm::with_last(|last| last.t = TimeMs(3_999))
        }),
    ]
}

#[test]
fn the_longest_silence_that_is_none() {
    let heard = Warm::with_last(|last| last.t = TimeMs(5_000));
    assert_eq!(heard, Ok(verdict(1_000, 5_000)));
}

/// A door that opens for a moment, again and again. All messages are valid; no choice of them is a breach.
#[test]
fn spikes_are_no_breach_whatever_is_left_out() {
    let values = [9_000, 5_000, 9_000, 5_000, 9_000, 5_000, 9_000];
    let warm = Warm::reading(&values);
    let pool = warm.facts.messages.clone();
    for mask in 0_u32..1 << pool.len() {
        let mut facts = warm.facts.clone();
        facts.messages = (0..)
            .zip(&pool)
            .filter(|(place, _)| mask >> place & 1 == 1)
            .map(|(_, message)| message.clone())
            .collect();
        assert!(
            judge(warm.policy, &warm.params, &facts).is_err(),
            "{mask:b}"
        );
    }
}

/// What was read between two spikes is not shown by a device that was unplugged: silence proves nothing.
#[test]
fn a_device_that_was_unplugged_proves_nothing() {
    let mut signer = signer(1);
    let mut warm = Warm::new();
    warm.facts.messages = [1_000, 60_000]
        .map(|t| signer.reading(TimeMs(t), 9_000).unwrap())
        .to_vec();
    assert_eq!(warm.judge(), Err(BundleError::Silence.into()));
}

/// After how long, and which value: out, between the bounds, or in order.
fn chain() -> impl Strategy<Value = Vec<(u64, i64)>> {
    let value =
        prop_oneof![4 => Just(9_000_i64), 2 => Just(7_500), 1 => Just(5_000), 1 => Just(1_000)];
    let after = prop_oneof![6 => 0_u64..=2_000, 1 => Just(2_001)];
    vec((after, value), 2..9)
}

/// Whether these readings, one after another, are a breach, and no more than one.
fn is_breach(readings: &[(u64, i64)]) -> bool {
    let [(first, beginning), next @ ..] = readings else {
        return false;
    };
    let out = !(LIMITS.0..=LIMITS.1).contains(beginning);
    let stays = next
        .iter()
        .all(|(_, value)| !(3_000..=7_000).contains(value));
    let heard = readings.windows(2).all(|pair| pair[1].0 - pair[0].0 <= GAP);
    let long = |readings: &[(u64, i64)]| readings.last().is_some_and(|(t, _)| t - first >= 3_000);
    out && stays && heard && long(readings) && !long(&readings[..readings.len() - 1])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is left out or in: what is accepted is a whole piece of the chain, and a breach.
    #[test]
    fn what_is_accepted_is_a_breach_and_all_of_it(
        (chain, picked) in chain().prop_flat_map(|chain| {
            let places: Vec<usize> = (0..chain.len()).collect();
            let picked = vec(subsequence(places.clone(), 0..=places.len()), 8);
            (Just(chain), picked)
        }),
    ) {
        let mut signer = Signer::new(secret(1), descriptor(1)).unwrap();
        let mut t = 1_000;
        let told: Vec<((u64, i64), Vec<u8>)> = chain.iter().map(|(after, value)| {
            t += after;
            ((t, *value), signer.reading(TimeMs(t), *value).unwrap())
        }).collect();
        let pieces = (0..told.len()).flat_map(|from| (from + 1..=told.len()).map(move |to| (from..to).collect()));
        for places in pieces.chain(picked) {
            let mut warm = Warm::new();
            warm.facts.messages = places.iter().map(|place| told[*place].1.clone()).collect();
            let piece: Vec<(u64, i64)> = places.iter().map(|place| told[*place].0).collect();
            let whole = places.windows(2).all(|pair| pair[1] == pair[0] + 1);
            let expected = whole && is_breach(&piece);
            let found = warm.judge();
            prop_assert_eq!(found.is_ok(), expected, "{:?}: {:?}", piece, found);
        }
    }
}
