//! Numbers as SenML has them, and what they are exactly.

use coset::cbor::Value;
use num::bigint::BigInt;
use num::rational::BigRational;
use num::{Integer, One, ToPrimitive, Zero};
use proptest::prelude::*;

use super::cbor;

#[derive(Clone, Debug)]
pub(super) enum Number {
    /// From -2^64 to 2^64 - 1.
    Integer(i128),
    Decimal {
        exponent: i64,
        mantissa: i64,
    },
    Half(u16),
    Single(u32),
    Double(u64),
}

impl Number {
    pub(super) fn cbor(&self) -> Vec<u8> {
        let float = |head: u8, bits: &[u8]| [&[head], bits].concat();
        match self {
            Self::Integer(value) => cbor(&Value::Integer((*value).try_into().unwrap())),
            Self::Decimal { exponent, mantissa } => {
                let pair = [*exponent, *mantissa].map(Value::from);
                cbor(&Value::Tag(4, Box::new(Value::Array(pair.into()))))
            }
            Self::Half(bits) => float(0xf9, &bits.to_be_bytes()),
            Self::Single(bits) => float(0xfa, &bits.to_be_bytes()),
            Self::Double(bits) => float(0xfb, &bits.to_be_bytes()),
        }
    }
}

/// What ciborium reads, as a fraction; none where it is no number, NaN or an infinity.
pub(super) fn exact(item: &Value) -> Option<BigRational> {
    match item {
        Value::Integer(value) => Some(BigInt::from(i128::from(*value)).into()),
        Value::Float(value) => BigRational::from_float(*value),
        Value::Tag(4, pair) => {
            let [exponent, mantissa] = pair.as_array()?.as_slice() else {
                return None;
            };
            let part = |it: &Value| i64::try_from(it.as_integer()?).ok();
            let mantissa = BigRational::from(BigInt::from(part(mantissa)?));
            // A mantissa has 19 digits, so further out all powers are alike: nothing, or more than fits.
            let exponent = i32::try_from(part(exponent)?.clamp(-100, 100)).ok()?;
            Some(mantissa * power_of_ten(exponent))
        }
        _ => None,
    }
}

/// `number / 10^scale`, a half to the even one of its neighbours; none where that is no `i64`.
pub(super) fn at_scale(number: &BigRational, scale: i32) -> Option<i64> {
    let scaled = number / power_of_ten(scale);
    let floor = scaled.floor().to_integer();
    let above = scaled - BigRational::from(floor.clone());
    let half = BigRational::new(BigInt::one(), BigInt::from(2));
    let up = above > half || above == half && floor.is_odd();
    (floor + BigInt::from(u8::from(up))).to_i64()
}

fn power_of_ten(exponent: i32) -> BigRational {
    num::pow::Pow::pow(BigRational::from(BigInt::from(10)), exponent)
}

/// Any number, those near ties and bounds more often.
pub(super) fn any_number() -> impl Strategy<Value = Number> {
    let bound = 1_i128 << 64;
    let decimal = |exponent, mantissa| Number::Decimal { exponent, mantissa };
    prop_oneof![
        (-100_000..100_000_i128).prop_map(Number::Integer),
        (-bound..bound).prop_map(Number::Integer),
        (-bound..bound, 0..64).prop_map(|(value, down)| Number::Integer(value >> down)),
        (-20..20_i64, -100_000..100_000_i64).prop_map(move |(e, m)| decimal(e, m)),
        (-40..40_i64, any::<i64>()).prop_map(move |(e, m)| decimal(e, m)),
        (any::<i64>(), any::<i64>()).prop_map(move |(e, m)| decimal(e, m)),
        any::<i64>().prop_map(move |e| decimal(e, 0)),
        // Halves of a step at some scale.
        (-19..19_i64, -10_000..10_000_i64).prop_map(move |(e, m)| decimal(e, 10 * m + 5)),
        any::<u16>().prop_map(Number::Half),
        any::<u32>().prop_map(Number::Single),
        any::<u64>().prop_map(Number::Double),
        written().prop_map(|text| Number::Single(text.parse::<f32>().unwrap().to_bits())),
        written().prop_map(|text| Number::Double(text.parse::<f64>().unwrap().to_bits())),
    ]
}

/// Seconds of these years, and at times anything.
pub(super) fn time() -> impl Strategy<Value = Number> {
    let seconds = (1_u64 << 28)..(1 << 33);
    let milliseconds = (1_i64 << 38)..(1 << 43);
    prop_oneof![
        4 => seconds.clone().prop_map(|it| Number::Integer(it.into())),
        4 => milliseconds.prop_map(|mantissa| Number::Decimal { exponent: -3, mantissa }),
        2 => any::<i64>().prop_map(|it| Number::Decimal { exponent: -9, mantissa: it }),
        4 => (seconds, 0..1_000_000).prop_map(|(whole, part)| {
            let written = format!("{whole}.{part:06}");
            Number::Double(written.parse::<f64>().unwrap().to_bits())
        }),
        1 => (0x4d80_0000..0x5100_0000_u32).prop_map(Number::Single),
        // About 2^28 seconds, where times begin to be absolute.
        1 => (-3..3_i64).prop_map(|by| Number::Decimal { exponent: -4, mantissa: (10_000 << 28) + by }),
        2 => any_number(),
    ]
}

/// What a person would write: some digits, a point, some digits.
fn written() -> impl Strategy<Value = String> {
    "-?[0-9]{1,12}\\.[0-9]{1,6}"
}

#[test]
fn a_half_goes_to_the_even_neighbour() {
    let half = |numerator: i64| BigRational::new(numerator.into(), 2.into());
    let rounded = [-5, -3, -1, 0, 1, 3, 5].map(|it| at_scale(&half(it), 0));
    assert_eq!(rounded, [-2, -2, 0, 0, 0, 2, 2].map(Some));
    assert_eq!(at_scale(&half(1), -3), Some(500));
    assert_eq!(at_scale(&BigRational::zero(), 18), Some(0));
    let least = BigRational::from(BigInt::from(i64::MIN));
    assert_eq!(at_scale(&least, 0), Some(i64::MIN));
    assert_eq!(at_scale(&(least - half(2)), 0), None);
}
