//! Amounts, as numbers and as text.

use alloc::string::{String, ToString};
use core::fmt::{self, Write};
use core::iter::Sum;
use core::num::ParseIntError;
use core::str::FromStr;

/// Millionths of a coin. As text: `1,204.500000`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Coins(pub u64);

const UNIT: u64 = 1_000_000;
/// Digits after the point.
const PLACES: usize = 6;

impl fmt::Display for Coins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = (self.0 / UNIT).to_string();
        let mut text = String::with_capacity(2 * whole.len() + PLACES);
        for (place, digit) in whole.char_indices() {
            if place > 0 && (whole.len() - place).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        write!(text, ".{:0PLACES$}", self.0 % UNIT)?;
        f.pad(&text)
    }
}

/// Why a text is no amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CoinsError {
    /// There is no point in it.
    NoPoint,
    /// There are not six digits after the point.
    Places(usize),
    /// What should be a number is none.
    Number(ParseIntError),
    /// More than there can be.
    TooMany,
}

impl fmt::Display for CoinsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPoint => f.write_str("there is no point in the amount"),
            Self::Places(found) => {
                write!(f, "{found} digits after the point instead of {PLACES}")
            }
            Self::Number(_) => f.write_str("the amount is no number"),
            Self::TooMany => f.write_str("there are not so many coins"),
        }
    }
}

impl From<ParseIntError> for CoinsError {
    fn from(error: ParseIntError) -> Self {
        Self::Number(error)
    }
}

impl FromStr for Coins {
    type Err = CoinsError;

    fn from_str(text: &str) -> Result<Self, CoinsError> {
        let (whole, part) = text.split_once('.').ok_or(CoinsError::NoPoint)?;
        if part.len() != PLACES {
            return Err(CoinsError::Places(part.len()));
        }
        let whole: u64 = whole.replace(',', "").parse()?;
        let part: u64 = part.parse()?;
        let coins = whole
            .checked_mul(UNIT)
            .and_then(|whole| whole.checked_add(part));
        coins.map(Self).ok_or(CoinsError::TooMany)
    }
}

impl Sum for Coins {
    fn sum<I: Iterator<Item = Self>>(coins: I) -> Self {
        Self(coins.map(|coins| coins.0).sum())
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::{Coins, CoinsError};

    #[test]
    fn as_text_and_back() {
        for (number, text) in [
            (0, "0.000000"),
            (999_999_999, "999.999999"),
            (1_204_500_000, "1,204.500000"),
            (1_000_000_000_001, "1,000,000.000001"),
            (u64::MAX, "18,446,744,073,709.551615"),
        ] {
            assert_eq!(Coins(number).to_string(), text);
            assert_eq!(text.parse(), Ok(Coins(number)));
        }
    }

    #[test]
    fn what_is_no_amount() {
        let error = |text: &str| text.parse::<Coins>().unwrap_err();
        assert_eq!(error("12"), CoinsError::NoPoint);
        assert_eq!(error("12.5"), CoinsError::Places(1));
        assert_eq!(error("18,446,744,073,709.551616"), CoinsError::TooMany);
        for text in [".000000", "x.000000", "1.00000x"] {
            assert!(matches!(error(text), CoinsError::Number(_)), "{text}");
        }
    }
}
