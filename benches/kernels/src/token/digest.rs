//! What is left of a batch in 64 bits.

use core::fmt::{self, Write};

use super::coins::Coins;
use super::journal::Journal;
use super::ledger::Ledger;
use super::rank;
use crate::blake2b::blake2b_512;
use crate::fnv::Fnv;

/// Depends on every line of the journal, every balance and every name.
pub(super) fn of(ledger: &Ledger, journal: &Journal) -> u64 {
    let mut hash = Fnv::new();
    hash.update(&blake2b_512(journal.text().as_bytes()));
    match write(ledger, journal, &mut hash) {
        Ok(()) => hash.hash(),
        // A hash takes all text.
        Err(fmt::Error) => 0,
    }
}

fn write(ledger: &Ledger, journal: &Journal, out: &mut dyn Write) -> fmt::Result {
    for entry in rank::by_balance(ledger) {
        let coins = Coins(entry.balance);
        writeln!(out, "{:>4} {:<8} {coins}", entry.account, entry.name)?;
    }
    for (kind, count) in journal.refusals() {
        writeln!(out, "{kind:<16} {count:#06x}")?;
    }
    Ok(())
}
