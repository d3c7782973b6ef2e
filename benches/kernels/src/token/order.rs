//! Orders as text.

use alloc::string::String;
use core::fmt;
use core::num::ParseIntError;
use core::str::FromStr;

use super::coins::{Coins, CoinsError};

/// Somebody wants coins to go from one account to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Number of the order, from 0.
    pub number: u32,
    /// How many coins.
    pub amount: Coins,
    /// Who pays.
    pub from: String,
    /// Who is paid.
    pub to: String,
    /// Who gives the order.
    pub by: String,
    /// What it is for.
    pub memo: String,
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            number,
            amount,
            from,
            to,
            by,
            memo,
        } = self;
        write!(
            f,
            "#{number} pay {amount} from {from} to {to} by {by} memo {memo}"
        )
    }
}

/// Why a text is no order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderError {
    /// The text ends, or goes on otherwise, where this word should come.
    Expected(&'static str),
    /// The number of the order is none.
    Number(ParseIntError),
    /// The amount is none.
    Amount(CoinsError),
}

impl fmt::Display for OrderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expected(word) => write!(f, "`{word}` is missing"),
            Self::Number(error) => write!(f, "no number: {error}"),
            Self::Amount(error) => write!(f, "no amount: {error}"),
        }
    }
}

impl From<ParseIntError> for OrderError {
    fn from(error: ParseIntError) -> Self {
        Self::Number(error)
    }
}

impl From<CoinsError> for OrderError {
    fn from(error: CoinsError) -> Self {
        Self::Amount(error)
    }
}

impl FromStr for Order {
    type Err = OrderError;

    fn from_str(text: &str) -> Result<Self, OrderError> {
        // The memo is the last part, with all the spaces that it may have.
        let mut words = text.splitn(11, ' ');
        let number = words.next().and_then(|word| word.strip_prefix('#'));
        let mut after = |word: &'static str| match (words.next(), words.next()) {
            (Some(found), Some(next)) if found == word => Ok(next),
            _ => Err(OrderError::Expected(word)),
        };
        Ok(Self {
            number: number.ok_or(OrderError::Expected("#"))?.parse()?,
            amount: after("pay")?.parse()?,
            from: after("from")?.into(),
            to: after("to")?.into(),
            by: after("by")?.into(),
            memo: after("memo")?.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::{Coins, Order, OrderError};

    fn order(memo: &str) -> Order {
        Order {
            number: 17,
            amount: Coins(1_204_500_000),
            from: "0b-dora".into(),
            to: "2d-felix".into(),
            by: "37-hugo".into(),
            memo: memo.into(),
        }
    }

    #[test]
    fn as_text_and_back() {
        assert_eq!(
            order("rent").to_string(),
            "#17 pay 1,204.500000 from 0b-dora to 2d-felix by 37-hugo memo rent"
        );
        for memo in ["", "rent 17", "\"a\"\tb", "to by memo "] {
            let order = order(memo);
            assert_eq!(order.to_string().parse(), Ok(order));
        }
    }

    #[test]
    fn no_part_of_an_order_is_one() {
        let text = order("").to_string();
        for end in 0..text.len() {
            assert!(text[..end].parse::<Order>().is_err());
        }
        let error = |text: &str| text.parse::<Order>().unwrap_err();
        assert_eq!(error(""), OrderError::Expected("#"));
        assert_eq!(error("#1 pay 2.000000"), OrderError::Expected("from"));
        assert!(matches!(
            error(&text.replace("17", "x")),
            OrderError::Number(_)
        ));
        assert!(matches!(
            error(&text.replace('.', "")),
            OrderError::Amount(_)
        ));
    }
}
