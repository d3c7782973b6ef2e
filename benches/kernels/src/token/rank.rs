//! Accounts in an order that people want to see.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::ledger::Ledger;

/// A line of a list of accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) account: u32,
    pub(super) name: String,
    pub(super) balance: u64,
}

/// All accounts, the richest first, those who have the same by name.
pub(super) fn by_balance(ledger: &Ledger) -> Vec<Entry> {
    let mut entries: Vec<_> = ledger
        .balances()
        .map(|(account, coins)| Entry {
            account,
            name: ledger.name(account).to_string(),
            balance: coins.0,
        })
        .collect();
    entries.sort_by(|one, other| {
        let balances = other.balance.cmp(&one.balance);
        balances.then_with(|| one.name.cmp(&other.name))
    });
    entries
}
