//! Any message of a feed: its rules, and whoever submits tries one twice (docs/spec/oracles.md, 5.9).

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use twinroot_abi::{MessageId, TimeMs};
use twinroot_exec::Bundle;
use twinroot_feed::{BundleError, FeedError, Observation, Value, sign};

use crate::rules::{Case, case};
use crate::world::{
    PARCEL, any_message, feed, fixed, judge, mark_params, observation, secret, signer,
};

/// A reading of place (2, 7).
struct Meter {
    params: Vec<u8>,
    facts: Bundle,
}

impl Meter {
    fn new() -> Self {
        Self::saying(Value::Fixed(-5))
    }

    fn saying(value: Value) -> Self {
        let said = Observation {
            epoch: 2,
            seq: 7,
            prev: MessageId([1; 32]),
            ..observation(&feed(1), value)
        };
        Self {
            params: mark_params(feed(1).id(), (2, 7)),
            facts: Bundle {
                policy: 0,
                descriptors: vec![feed(1).encode()],
                messages: vec![sign(&secret(1), &said)],
            },
        }
    }

    fn judge(&self) -> Result<Vec<u8>, FeedError> {
        judge(any_message(), &self.params, &self.facts)
    }

    fn after(change: impl FnOnce(&mut Self)) -> Result<Vec<u8>, FeedError> {
        let mut meter = Self::new();
        change(&mut meter);
        meter.judge()
    }

    fn marked(mark: (u32, u64)) -> Result<Vec<u8>, FeedError> {
        Self::after(|it| it.params = mark_params(feed(1).id(), mark))
    }
}

#[test]
fn a_reading_and_a_claim_take_the_same_bytes() {
    let reading = fixed(&(2_u32, 7_u64, 5_000_u64, 0_u8, -5_i64, [0_u8; 26]));
    assert_eq!(Meter::new().judge(), Ok(reading.clone()));
    assert_eq!(Meter::marked((0, 0)), Ok(reading));
    let said = Meter::saying(Value::Claim {
        subject: PARCEL,
        code: 300,
    });
    let claim = fixed(&(2_u32, 7_u64, 5_000_u64, 1_u8, PARCEL, 300_u16));
    assert_eq!(said.judge(), Ok(claim));
}

pub(crate) fn cases() -> Vec<Case> {
    use BundleError as E;
    vec![
        case("a byte too few", E::BadParams, {
            Meter::after(|it| _ = it.params.pop())
        }),
        case("no descriptor", E::TooFewDescriptors, {
            Meter::after(|it| it.facts.descriptors.clear())
        }),
        case("no message", E::TooFewMessages, {
            Meter::after(|it| it.facts.messages.clear())
        }),
        case("two messages", E::TooManyMessages, {
            Meter::after(|it| it.facts.messages.push(it.facts.messages[0].clone()))
        }),
        case("another meter", E::FeedMismatch, {
            Meter::after(|it| it.facts.descriptors[0] = feed(2).encode())
        }),
        case("the same message again", E::Used, Meter::marked((2, 8))),
        case(
            "a message of an earlier epoch",
            E::Used,
            Meter::marked((3, 0)),
        ),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A contract that moves the mark: whichever messages are shown, and however often, each counts once, and
    /// what a rising meter comes to is never more than what it says at last.
    #[test]
    fn each_message_counts_once_and_in_order(
        rises in vec(0_i64..100, 1..8),
        tries in vec(any::<Index>(), 1..20),
    ) {
        let mut signer = signer(1);
        let mut total = 0;
        let chain: Vec<(i64, Vec<u8>)> = rises.iter().map(|rise| {
            total += rise;
            (total, signer.reading(TimeMs(5_000), total).unwrap())
        }).collect();
        let mut meter = Meter::new();
        let (mut mark, mut paid) = (0, 0);
        for pick in tries {
            let place = pick.index(chain.len());
            let (reading, message) = &chain[place];
            meter.params = mark_params(signer.feed().id(), (0, mark as u64));
            meter.facts.messages = vec![message.clone()];
            prop_assert_eq!(meter.judge().is_ok(), place >= mark);
            if meter.judge().is_ok() {
                prop_assert!(*reading >= paid);
                (mark, paid) = (place + 1, *reading);
            }
        }
        prop_assert!(paid <= total);
    }
}
