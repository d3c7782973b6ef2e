//! Values as people write them: decimals in the unit of the feed, exact, without a float on the way.

use std::fmt;

use super::codes::VALUE;
use crate::author::Fault;

/// The integer that a feed of that scale signs for what somebody gave as a value.
pub(super) fn given(text: &str, scale: i8) -> Result<i64, Fault> {
    parse(text, scale)
        .map_err(|error| Fault::new(VALUE, format!("`{text}` is not signed: {error}")))
}

/// The integer that a feed of that scale signs for the decimal.
pub(super) fn parse(text: &str, scale: i8) -> Result<i64, NotAValue> {
    let (whole, places) = text.split_once('.').unwrap_or((text, ""));
    let unsigned = whole.strip_prefix('-').unwrap_or(whole);
    let digits = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
    if unsigned.is_empty() || !digits(unsigned) || !digits(places) {
        return Err(NotAValue::NoDecimal);
    }
    let places = places.trim_end_matches('0');
    let all: i128 = format!("{whole}{places}")
        .parse()
        .map_err(|_| NotAValue::TooLarge)?;
    // value = all x 10^-places = integer x 10^scale
    let missing = i64::try_from(places.len()).map_or(i64::MIN, |places| -places - i64::from(scale));
    let power = u32::try_from(missing.unsigned_abs())
        .ok()
        .and_then(|missing| 10_i128.checked_pow(missing))
        .ok_or(if missing < 0 {
            NotAValue::TooFine(scale)
        } else {
            NotAValue::TooLarge
        })?;
    let integer = if missing >= 0 {
        all.checked_mul(power)
    } else if all % power == 0 {
        Some(all / power)
    } else {
        return Err(NotAValue::TooFine(scale));
    };
    integer
        .and_then(|integer| i64::try_from(integer).ok())
        .ok_or(NotAValue::TooLarge)
}

/// The decimal that an integer of that scale is.
pub(crate) fn show(integer: i64, scale: i8) -> String {
    let places = usize::from(scale.min(0).unsigned_abs());
    let zeros = usize::from(scale.max(0).unsigned_abs());
    if integer == 0 || places == 0 {
        let zeros = if integer == 0 { 0 } else { zeros };
        return format!("{integer}{}", "0".repeat(zeros));
    }
    let sign = if integer < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", integer.unsigned_abs(), width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    format!("{sign}{whole}.{fraction}")
}

/// Why a feed cannot say a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotAValue {
    NoDecimal,
    TooFine(i8),
    TooLarge,
}

impl fmt::Display for NotAValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoDecimal => f.write_str("it is no decimal such as 4.929"),
            Self::TooFine(scale) => write!(
                f,
                "it is finer than the feed, which counts in steps of 10 to the power of {scale}"
            ),
            Self::TooLarge => f.write_str("it is too large for 64 bits"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{NotAValue, parse, show};

    #[test]
    fn a_decimal_is_exact_or_refused() {
        assert_eq!(parse("4.929", -3), Ok(4_929));
        assert_eq!(parse("-0.5", -3), Ok(-500));
        assert_eq!(parse("8.2000", -1), Ok(82));
        assert_eq!(parse("1200", 2), Ok(12));
        assert_eq!(parse("4.9291", -3), Err(NotAValue::TooFine(-3)));
        assert_eq!(parse("1250", 2), Err(NotAValue::TooFine(2)));
        assert_eq!(parse("99999999999999999999", 0), Err(NotAValue::TooLarge));
        assert_eq!(parse("9", -18), Ok(9_000_000_000_000_000_000));
        assert_eq!(parse("10", -18), Err(NotAValue::TooLarge));
        for text in ["", "-", ".5", "1e3", "1,5", "4.-1", "--1", "NaN"] {
            assert_eq!(parse(text, -3), Err(NotAValue::NoDecimal), "{text}");
        }
        let long = format!("0.{}1", "0".repeat(400));
        assert_eq!(parse(&long, -3), Err(NotAValue::TooFine(-3)));
    }

    #[test]
    fn what_is_shown_is_what_was_written() {
        for (integer, scale, text) in [
            (4_929, -3, "4.929"),
            (-5, -3, "-0.005"),
            (0, -3, "0"),
            (12, 2, "1200"),
            (0, 5, "0"),
            (i64::MIN, -18, "-9.223372036854775808"),
        ] {
            assert_eq!(show(integer, scale), text);
            assert_eq!(parse(text, scale), Ok(integer));
        }
    }
}
