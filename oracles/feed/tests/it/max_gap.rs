//! The silent sensor: its rules, and whoever submits tries to make a silence by leaving out
//! (docs/spec/oracles.md, 5.7).

use proptest::collection::vec;
use proptest::prelude::*;
use twinroot_abi::{MessageId, Policy, TimeMs};
use twinroot_exec::Bundle;
use twinroot_feed::{BundleError, FeedError, Observation, Value, sign};

use crate::rules::{Case, case};
use crate::world::{PARCEL, feed, fixed, gap_over, gap_params, judge, observation, secret, signer};

const LIMIT: u64 = 5_000;
/// From 10 s to 100 s.
const WINDOW: (u64, u64) = (10_000, 100_000);

/// A reading at 20 s, after one at 14.999 s.
struct Silent {
    policy: Policy,
    params: Vec<u8>,
    facts: Bundle,
}

impl Silent {
    fn new() -> Self {
        Self::saying(&Self::observation())
    }

    fn observation() -> Observation {
        Observation {
            seq: 7,
            t: TimeMs(20_000),
            prev_t: TimeMs(14_999),
            prev: MessageId([1; 32]),
            ..observation(&feed(1), Value::Fixed(1))
        }
    }

    fn saying(observation: &Observation) -> Self {
        Self {
            policy: gap_over(LIMIT),
            params: gap_params(feed(1).id(), WINDOW),
            facts: Bundle {
                policy: 0,
                descriptors: vec![feed(1).encode()],
                messages: vec![sign(&secret(1), observation)],
            },
        }
    }

    fn judge(&self) -> Result<Vec<u8>, FeedError> {
        judge(self.policy, &self.params, &self.facts)
    }

    fn after(change: impl FnOnce(&mut Self)) -> Result<Vec<u8>, FeedError> {
        let mut silent = Self::new();
        change(&mut silent);
        silent.judge()
    }

    fn with(change: impl FnOnce(&mut Observation)) -> Result<Vec<u8>, FeedError> {
        let mut said = Self::observation();
        change(&mut said);
        Self::saying(&said).judge()
    }

    fn between(prev_t: u64, t: u64) -> Result<Vec<u8>, FeedError> {
        Self::with(|said| (said.prev_t, said.t) = (TimeMs(prev_t), TimeMs(t)))
    }
}

fn verdict(from: u64, to: u64) -> Vec<u8> {
    fixed(&(TimeMs(from), TimeMs(to)))
}

#[test]
fn five_seconds_and_one_are_a_silence() {
    assert_eq!(Silent::new().judge(), Ok(verdict(14_999, 20_000)));
}

#[test]
fn a_claim_ends_a_silence_too() {
    let claim = Value::Claim {
        subject: PARCEL,
        code: 1,
    };
    let claimed = Silent::with(|said| said.value = claim);
    assert_eq!(claimed, Ok(verdict(14_999, 20_000)));
}

#[test]
fn a_silence_counts_by_its_part_in_the_window() {
    assert_eq!(Silent::between(1, 15_001), Ok(verdict(10_000, 15_001)));
    assert_eq!(
        Silent::between(94_999, 700_000),
        Ok(verdict(94_999, 100_000))
    );
    assert_eq!(Silent::between(1, 700_000), Ok(verdict(10_000, 100_000)));
}

pub(crate) fn cases() -> Vec<Case> {
    use BundleError as E;
    vec![
        case("a byte too few", E::BadParams, {
            Silent::after(|it| _ = it.params.pop())
        }),
        case("a window that ends before it begins", E::BadParams, {
            Silent::after(|it| it.params = gap_params(feed(1).id(), (2, 1)))
        }),
        case("no gap is allowed", E::BadPolicy, {
            Silent::after(|it| it.policy = gap_over(0))
        }),
        case("no descriptor", E::TooFewDescriptors, {
            Silent::after(|it| it.facts.descriptors.clear())
        }),
        case("no message", E::TooFewMessages, {
            Silent::after(|it| it.facts.messages.clear())
        }),
        case("the message before it", E::TooManyMessages, {
            Silent::after(|it| it.facts.messages.push(it.facts.messages[0].clone()))
        }),
        case("another thermometer", E::FeedMismatch, {
            Silent::after(|it| it.facts.descriptors[0] = feed(2).encode())
        }),
        case("a silence before the window", E::OutOfWindow, {
            Silent::between(1_000, 9_999)
        }),
        case("a silence after the window", E::OutOfWindow, {
            Silent::between(100_001, 200_000)
        }),
        case("another epoch", E::NewEpoch, {
            Silent::with(|said| (said.epoch, said.seq) = (1, 0))
        }),
        case("as long as is allowed", E::InTime, {
            Silent::between(15_000, 20_000)
        }),
        case("too little of it in the window", E::InTime, {
            Silent::between(1_000, 15_000)
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whichever message of a chain is shown, alone or with others: only a true silence is one.
    #[test]
    fn no_choice_of_messages_makes_a_silence(waits in vec(prop_oneof![4 => 0_u64..=5_000, 1 => 5_001_u64..9_000], 1..8)) {
        let mut signer = signer(1);
        let mut t = 12_000;
        let mut chain = vec![signer.reading(TimeMs(t), 1).unwrap()];
        let mut silent = Silent::new();
        let mut ask = |messages: Vec<Vec<u8>>| {
            silent.facts.messages = messages;
            silent.judge()
        };
        prop_assert_eq!(ask(chain.clone()), Err(BundleError::NewEpoch.into()));
        for wait in waits {
            let before = t;
            t += wait;
            let message = signer.reading(TimeMs(t), 1).unwrap();
            let expected = (wait > LIMIT).then(|| verdict(before, t));
            prop_assert_eq!(ask(vec![message.clone()]).ok(), expected);
            for earlier in &chain {
                prop_assert!(ask(vec![earlier.clone(), message.clone()]).is_err());
            }
            chain.push(message);
        }
    }
}
