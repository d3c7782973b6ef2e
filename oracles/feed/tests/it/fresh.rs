//! Freshness: its rules, and whoever submits tries an older price (docs/spec/oracles.md, 5.8).

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use twinroot_abi::{MessageId, Policy, TimeMs};
use twinroot_exec::Bundle;
use twinroot_feed::{BundleError, FeedError, Observation, Value, sign};

use crate::rules::{Case, case};
use crate::world::{
    PARCEL, feed, fixed, fresh_for, judge_at, mark_params, observation, secret, signer,
};

const MAX_AGE: u64 = 60_000;

/// A price of 100 s, place (2, 7), asked for at 160 s.
struct Price {
    now: TimeMs,
    policy: Policy,
    params: Vec<u8>,
    facts: Bundle,
}

impl Price {
    fn new() -> Self {
        Self::saying(&Self::observation())
    }

    fn observation() -> Observation {
        Observation {
            epoch: 2,
            seq: 7,
            t: TimeMs(100_000),
            prev_t: TimeMs(99_000),
            prev: MessageId([1; 32]),
            ..observation(&feed(1), Value::Fixed(-5))
        }
    }

    fn saying(observation: &Observation) -> Self {
        Self {
            now: TimeMs(160_000),
            policy: fresh_for(MAX_AGE),
            params: mark_params(feed(1).id(), (2, 7)),
            facts: Bundle {
                policy: 0,
                descriptors: vec![feed(1).encode()],
                messages: vec![sign(&secret(1), observation)],
            },
        }
    }

    fn judge(&self) -> Result<Vec<u8>, FeedError> {
        judge_at(self.now, self.policy, &self.params, &self.facts)
    }

    fn after(change: impl FnOnce(&mut Self)) -> Result<Vec<u8>, FeedError> {
        let mut price = Self::new();
        change(&mut price);
        price.judge()
    }

    fn marked(mark: (u32, u64)) -> Result<Vec<u8>, FeedError> {
        Self::after(|it| it.params = mark_params(feed(1).id(), mark))
    }
}

fn verdict(value: i64, t: u64, place: (u32, u64)) -> Vec<u8> {
    fixed(&(value, t, place))
}

#[test]
fn a_minute_is_young_enough() {
    let price = verdict(-5, 100_000, (2, 7));
    assert_eq!(Price::new().judge(), Ok(price.clone()));
    assert_eq!(
        Price::after(|it| it.now = TimeMs(100_000)),
        Ok(price.clone())
    );
    for earlier in [(0, 0), (2, 0), (1, u64::MAX)] {
        assert_eq!(Price::marked(earlier), Ok(price.clone()));
    }
}

pub(crate) fn cases() -> Vec<Case> {
    use BundleError as E;
    let claim = Value::Claim {
        subject: PARCEL,
        code: 1,
    };
    vec![
        case("a byte too many", E::BadParams, {
            Price::after(|it| it.params.push(0))
        }),
        case("nothing is young enough", E::BadPolicy, {
            Price::after(|it| it.policy = fresh_for(0))
        }),
        case("no descriptor", E::TooFewDescriptors, {
            Price::after(|it| it.facts.descriptors.clear())
        }),
        case("no message", E::TooFewMessages, {
            Price::after(|it| it.facts.messages.clear())
        }),
        case("two prices to choose from", E::TooManyMessages, {
            Price::after(|it| it.facts.messages.push(it.facts.messages[0].clone()))
        }),
        case("the price of something else", E::FeedMismatch, {
            Price::after(|it| it.facts.descriptors[0] = feed(2).encode())
        }),
        case("a claim for a reading", E::NotAReading, {
            let claimed = Observation {
                value: claim,
                ..Price::observation()
            };
            Price::saying(&claimed).judge()
        }),
        case("the same price again", E::Used, Price::marked((2, 8))),
        case(
            "a price of an earlier epoch",
            E::Used,
            Price::marked((3, 0)),
        ),
        case("a price of tomorrow", E::Ahead, {
            Price::after(|it| it.now = TimeMs(99_999))
        }),
        case("a price of yesterday", E::Stale, {
            Price::after(|it| it.now = TimeMs(160_001))
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A contract that moves the mark: whichever messages are shown, in any order and at any pinned blocks,
    /// each counts once, young, and never after a later one.
    #[test]
    fn an_older_price_never_comes_after_a_newer_one(
        waits in vec(0_u64..40_000, 2..8),
        tries in vec((any::<Index>(), 0_u64..90_000), 1..12),
    ) {
        let mut signer = signer(1);
        let mut t = 1_000;
        let chain: Vec<(u64, Vec<u8>)> = waits.iter().map(|wait| {
            t += wait;
            (t, signer.reading(TimeMs(t), 5).unwrap())
        }).collect();
        let mut price = Price::new();
        let (mut mark, mut newest) = (0, 0);
        for (pick, after) in tries {
            let place = pick.index(chain.len());
            let (t, message) = &chain[place];
            // About when it was made, a little before or after.
            let now = (t + after).saturating_sub(10_000);
            price.params = mark_params(signer.feed().id(), (0, mark as u64));
            price.now = TimeMs(now);
            price.facts.messages = vec![message.clone()];
            let found = price.judge();
            let young = now.checked_sub(*t).is_some_and(|age| age <= MAX_AGE);
            prop_assert_eq!(found.is_ok(), place >= mark && young);
            if found.is_ok() {
                prop_assert!(*t >= newest);
                (mark, newest) = (place + 1, *t);
            }
        }
    }
}
