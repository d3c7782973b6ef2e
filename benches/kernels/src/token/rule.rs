//! What a rule is, and what it can say.

use alloc::format;
use alloc::string::String;
use core::fmt;

use super::coins::Coins;
use super::ledger::Ledger;
use super::order::OrderError;

/// A coin of the amount that does not reach the receiver but somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Whose it is.
    pub account: u32,
    /// How much.
    pub coins: Coins,
}

/// An order whose accounts are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Number of the order.
    pub number: u32,
    /// How many coins.
    pub amount: Coins,
    /// Account that pays.
    pub from: u32,
    /// Account that is paid.
    pub to: u32,
    /// Account that gives the order.
    pub by: u32,
}

/// Something that payments have to keep to.
pub trait Rule {
    /// What the journal calls it.
    fn name(&self) -> &str;

    /// Whether the payment may be made, and what share of it goes elsewhere.
    ///
    /// # Errors
    /// Why not.
    fn judge(&self, ledger: &Ledger, payment: &Payment) -> Result<Option<Share>, Refusal>;

    /// The payment was made: rules that count do it here.
    fn note(&mut self, payment: &Payment) {
        let _ = payment;
    }
}

/// Why an order was not carried out.
#[derive(Debug)]
pub enum Refusal {
    /// The text is no order.
    Text(OrderError),
    /// There is no account of that name.
    Nobody(String),
    /// The account has less.
    Balance {
        /// What it has.
        has: Coins,
        /// What it would need.
        needs: Coins,
    },
    /// A rule says no.
    Rule {
        /// Its name.
        name: String,
        /// What it says.
        why: String,
    },
}

impl Refusal {
    /// What refusals are counted by.
    #[must_use]
    pub fn kind(&self) -> String {
        match self {
            Self::Text(_) => String::from("text"),
            Self::Nobody(_) => String::from("nobody"),
            Self::Balance { .. } => String::from("balance"),
            Self::Rule { name, .. } => format!("rule {name}"),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(error) => write!(f, "not understood, {error}"),
            Self::Nobody(name) => write!(f, "nobody is called {name:>8}"),
            Self::Balance { has, needs } => write!(f, "has {has:>20}, needs {needs:>20}"),
            Self::Rule { name, why } => write!(f, "rule {name:<10}: {why}"),
        }
    }
}

impl From<OrderError> for Refusal {
    fn from(error: OrderError) -> Self {
        Self::Text(error)
    }
}
