//! Numbers of stock devices, brought to integers exactly (docs/spec/oracles.md, 2.6). A float is taken
//! apart by its bits: no machine's arithmetic of floats has a say in a verdict.

/// A number as it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    /// The number itself.
    Integer(i128),
    /// `mantissa` times ten to the `exponent`.
    Decimal { exponent: i64, mantissa: i64 },
    /// `mantissa` times two to the `exponent`, with that sign.
    Dyadic {
        negative: bool,
        mantissa: u64,
        exponent: i64,
    },
    /// An infinity, or none at all.
    NotFinite,
}

/// The float that has these bits: the sign, an exponent and a mantissa of so many bits.
pub(super) fn dyadic(bits: u64, exponent_bits: u32, mantissa_bits: u32) -> Number {
    let ones = |count: u32| !(u64::MAX << count);
    let mantissa = bits & ones(mantissa_bits);
    let raised = (bits >> mantissa_bits) & ones(exponent_bits);
    if raised == ones(exponent_bits) {
        return Number::NotFinite;
    }
    let sign = bits >> mantissa_bits >> exponent_bits;
    // The least exponent is written 0 and 1: with 0 the mantissa lacks its leading one.
    let leading = if raised == 0 { 0 } else { 1 << mantissa_bits };
    let bias = ones(exponent_bits.saturating_sub(1));
    let offset = i64::from(mantissa_bits).saturating_add_unsigned(bias);
    Number::Dyadic {
        negative: sign & 1 == 1,
        mantissa: mantissa | leading,
        exponent: 0i64
            .saturating_add_unsigned(raised.max(1))
            .saturating_sub(offset),
    }
}

impl Number {
    /// The number divided by ten to the `scale`, a half to the even one of its neighbours; `None` where that is no `i64`.
    pub(super) fn at_scale(self, scale: i8) -> Option<i64> {
        let scale = i64::from(scale);
        let (negative, magnitude) = match self {
            Self::Integer(integer) => {
                let magnitude = times_ten_to(integer.unsigned_abs(), 0i64.checked_sub(scale)?)?;
                (integer < 0, magnitude)
            }
            Self::Decimal { exponent, mantissa } => {
                let power = exponent.saturating_sub(scale);
                let magnitude = times_ten_to(u128::from(mantissa.unsigned_abs()), power)?;
                (mantissa < 0, magnitude)
            }
            Self::Dyadic {
                negative,
                mantissa,
                exponent,
            } => (negative, dyadic_at(mantissa, exponent, scale)?),
            Self::NotFinite => return None,
        };
        let magnitude = i128::try_from(magnitude).ok()?;
        let signed = if negative {
            magnitude.checked_neg()?
        } else {
            magnitude
        };
        i64::try_from(signed).ok()
    }
}

/// `magnitude`, of 65 bits at most, times ten to the `power`. What has no place in 128 bits is `None`.
fn times_ten_to(magnitude: u128, power: i64) -> Option<u128> {
    if magnitude == 0 {
        return Some(0);
    }
    let factor = u32::try_from(power.unsigned_abs())
        .ok()
        .and_then(|power| 10u128.checked_pow(power));
    match factor {
        Some(factor) if power >= 0 => magnitude.checked_mul(factor),
        Some(divisor) => divided(magnitude, divisor),
        None if power >= 0 => None,
        // 2^65 divided by 10^39 is next to nothing.
        None => Some(0),
    }
}

/// `mantissa`, of 53 bits at most, times two to the `exponent`, divided by ten to the `scale`, which is -18 to 18.
fn dyadic_at(mantissa: u64, exponent: i64, scale: i64) -> Option<u128> {
    if mantissa == 0 {
        return Some(0);
    }
    let ten = 10u128.checked_pow(u32::try_from(scale.unsigned_abs()).ok()?)?;
    let (factor, divisor) = if scale < 0 { (ten, 1) } else { (1, ten) };
    let numerator = u128::from(mantissa).checked_mul(factor)?;
    let shift = u32::try_from(exponent.unsigned_abs()).ok()?;
    if exponent >= 0 {
        // Beyond 128 bits it is more than 2^68, whatever the divisor.
        return divided(shifted(numerator, shift)?, divisor);
    }
    // The numerator has 113 bits, so divided by 2^128 it is next to nothing.
    shifted(divisor, shift).map_or(Some(0), |divisor| divided(numerator, divisor))
}

/// `value` times two to the `shift`, if that fits.
const fn shifted(value: u128, shift: u32) -> Option<u128> {
    if shift <= value.leading_zeros() {
        value.checked_shl(shift)
    } else {
        None
    }
}

/// The quotient, a half to the even one of its neighbours.
fn divided(numerator: u128, divisor: u128) -> Option<u128> {
    let quotient = numerator.checked_div(divisor)?;
    let remainder = numerator.checked_rem(divisor)?;
    let is_up = match remainder.cmp(&divisor.checked_sub(remainder)?) {
        core::cmp::Ordering::Less => false,
        core::cmp::Ordering::Equal => quotient & 1 == 1,
        core::cmp::Ordering::Greater => true,
    };
    quotient.checked_add(u128::from(is_up))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn half(bits: u16) -> Number {
        dyadic(bits.into(), 5, 10)
    }

    fn single(value: f32) -> Number {
        dyadic(value.to_bits().into(), 8, 23)
    }

    fn double(value: f64) -> Number {
        dyadic(value.to_bits(), 11, 52)
    }

    #[test]
    fn integers_are_shifted_by_the_scale() {
        let cases = [
            (4, 0, Some(4)),
            (4, -3, Some(4_000)),
            (4_500, 3, Some(4)),
            (5_500, 3, Some(6)),
            (5_501, 3, Some(6)),
            (-5_500, 3, Some(-6)),
            (-4_500, 3, Some(-4)),
            (i128::from(i64::MIN), 0, Some(i64::MIN)),
            (i128::from(i64::MIN) - 1, 0, None),
            (i128::from(i64::MAX) + 1, 0, None),
            (i128::from(u64::MAX), -18, None),
            (-i128::from(u64::MAX) - 1, 18, Some(-18)),
        ];
        for (integer, scale, expected) in cases {
            assert_eq!(Number::Integer(integer).at_scale(scale), expected);
        }
    }

    #[test]
    fn decimal_fractions_are_exact() {
        let cases = [
            (-3, 4_929, -3, Some(4_929)),
            (-3, 4_929, -1, Some(49)),
            (-1, 45, 0, Some(4)),
            (-1, 55, 0, Some(6)),
            (18, 9, 0, Some(9_000_000_000_000_000_000)),
            (19, 1, 0, None),
            (i64::MAX, 0, -18, Some(0)),
            (i64::MAX, 1, -18, None),
            (i64::MIN, i64::MIN, 18, Some(0)),
            (-38, i64::MAX, 0, Some(0)),
        ];
        for (exponent, mantissa, scale, expected) in cases {
            assert_eq!(
                Number::Decimal { exponent, mantissa }.at_scale(scale),
                expected
            );
        }
    }

    #[test]
    fn floats_are_the_fractions_that_their_bits_are() {
        // 0.1 as a double is a little more than a tenth, as a single too.
        assert_eq!(double(0.1).at_scale(-18), Some(100_000_000_000_000_006));
        assert_eq!(single(0.1).at_scale(-18), Some(100_000_001_490_116_119));
        assert_eq!(double(4.929).at_scale(-3), Some(4_929));
        assert_eq!(double(-2.5).at_scale(0), Some(-2));
        assert_eq!(double(-3.5).at_scale(0), Some(-4));
        assert_eq!(double(0.5).at_scale(0), Some(0));
        assert_eq!(double(-0.0).at_scale(0), Some(0));
        assert_eq!(half(0x3e00).at_scale(-1), Some(15));
        assert_eq!(half(0x0001).at_scale(-18), Some(59_604_644_775));
        assert_eq!(half(0x7bff).at_scale(0), Some(65_504));
    }

    #[test]
    fn what_does_not_fit_is_no_integer_and_what_is_tiny_is_nothing() {
        assert_eq!(half(0x7c00).at_scale(0), None);
        assert_eq!(single(f32::NAN).at_scale(0), None);
        assert_eq!(double(f64::NEG_INFINITY).at_scale(18), None);
        assert_eq!(double(f64::MAX).at_scale(18), None);
        assert_eq!(double(f64::MIN_POSITIVE).at_scale(-18), Some(0));
        assert_eq!(double(f64::from_bits(1)).at_scale(0), Some(0));
        assert_eq!(
            double(-9_223_372_036_854_775_808.0).at_scale(0),
            Some(i64::MIN)
        );
        assert_eq!(double(9_223_372_036_854_775_808.0).at_scale(0), None);
        assert_eq!(double(1e30).at_scale(18), Some(1_000_000_000_000));
    }
}
