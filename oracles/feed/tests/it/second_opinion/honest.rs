//! What stock libraries send in the shapes of docs/spec/oracles.md, 2.5, is taken and means what it says.

use num::rational::BigRational;
use proptest::prelude::*;
use twinroot_abi::{MessageId, TimeMs};
use twinroot_feed::{Mode, Observation, OpenError, Value, open};

use super::number::{Number, at_scale, exact};
use super::{Draft, draft, signed};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_096))]

    #[test]
    fn a_message_of_stock_libraries_is_taken_in_any_shape_with_exact_numbers(draft in draft()) {
        let message = signed(draft.protected(), draft.payload(), draft.tagged);
        let taken = open(&draft.feed(), &message).map(|it| it.observation().clone());
        prop_assert_eq!(taken, meant(&draft));
    }
}

/// By fractions, and by the order of docs/spec/oracles.md, 3.2.
fn meant(draft: &Draft) -> Result<Observation, OpenError> {
    let seconds = fraction(&draft.time).ok_or(OpenError::Number)?;
    let t = at_scale(&seconds, -3).ok_or(OpenError::Number)?;
    if t < (1 << 28) * 1_000 {
        return Err(OpenError::RelativeTime);
    }
    let value = fraction(&draft.value).and_then(|it| at_scale(&it, draft.scale.into()));
    let value = Value::Fixed(value.ok_or(OpenError::Number)?);
    let feed = draft.feed();
    let t = t.unsigned_abs();
    Ok(Observation {
        feed: feed.id(),
        epoch: 0,
        seq: match draft.mode {
            Mode::Counter => draft.seq,
            Mode::Slot => t / u64::from(feed.descriptor().period_ms),
        },
        t: TimeMs(t),
        prev_t: TimeMs(t),
        prev: MessageId([0; 32]),
        flags: 0,
        value,
    })
}

fn fraction(number: &Number) -> Option<BigRational> {
    exact(&ciborium::from_reader(number.cbor().as_slice()).unwrap())
}
