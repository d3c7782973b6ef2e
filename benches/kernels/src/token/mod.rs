//! A token as one would write it without a thought of gas: maps, text, trait objects, sorting.
//!
//! Orders come as text, as in
//!
//! ```text
//! #17 pay 1,204.500000 from 0b-dora to 2d-felix by 37-hugo memo rent 17
//! ```
//!
//! and are parsed, judged by rules that know nothing of each other, carried out, and written down
//! in a journal. This is what a large contract of ordinary Rust looks like to the VM: much code,
//! indirect calls, an allocation at every turn.

mod coins;
mod digest;
mod journal;
mod ledger;
mod order;
mod rank;
mod rule;
mod rules;

pub use coins::{Coins, CoinsError};
pub use journal::Journal;
pub use ledger::Ledger;
pub use order::{Order, OrderError};
pub use rule::{Payment, Refusal, Rule, Share};

use alloc::format;
use alloc::string::{String, ToString};

use crate::words::Words;

/// Accounts that coins are minted to.
const ACCOUNTS: u32 = 64;
/// What each of them has at first, and a bit more for each next one.
const MINTED: Coins = Coins(5_000_000_000);

/// Mints, carries out `orders` pseudo-random orders, and gives a digest of the journal, the
/// accounts by balance and the refusals. Some 4,000 orders fit into a contract's memory, of
/// which nothing is ever freed.
#[must_use]
pub fn batch(orders: u32) -> u64 {
    let (ledger, journal) = run(orders);
    digest::of(&ledger, &journal)
}

fn run(orders: u32) -> (Ledger, Journal) {
    let mut ledger = Ledger::new(rules::all());
    for account in 0..ACCOUNTS {
        ledger.open(handle(account));
        ledger.mint(account, Coins(MINTED.0 + u64::from(account) * 1_000_003));
    }
    let mut journal = Journal::default();
    let mut words = Words::new(orders);
    for number in 0..orders {
        let text = wish(number, &mut words, &ledger);
        let outcome = ledger.carry_out(number, &text);
        journal.write(number, &text, &outcome);
    }
    (ledger, journal)
}

/// An account's name, as orders use it.
fn handle(account: u32) -> String {
    const NAMES: [&str; 8] = [
        "anna", "bert", "carla", "dora", "emil", "felix", "greta", "hugo",
    ];
    let name = NAMES[account as usize % NAMES.len()];
    format!("{account:02x}-{name}")
}

/// An order that somebody might have given; some are not well formed, some cannot be carried out.
fn wish(number: u32, words: &mut Words, ledger: &Ledger) -> String {
    // Two of these accounts were never opened and have no name of their own.
    let mut who = || words.below(ACCOUNTS + 2);
    let (from, to) = (who(), who());
    let by = match words.below(4) {
        // Some of these may, some may not.
        0 => (from + 6 * words.below(4) + 5) % ACCOUNTS,
        _ => from,
    };
    let [from, to, by] = [from, to, by].map(|account| ledger.name(account).to_string());
    let amount = Coins(u64::from(words.below(1_000_000_000)));
    let memo = match words.below(8) {
        0 => format!("rent {number}"),
        1 => format!("order {number}.{}", words.below(10)),
        2 => format!("thanks, {to}"),
        3 => format!("{:#010x}\t{by}", words.next()),
        _ => String::new(),
    };
    let text = Order {
        number,
        amount,
        from,
        to,
        by,
        memo,
    };
    let mut text = format!("{text}");
    if words.below(32) == 0 {
        text.truncate(words.below(40) as usize);
    }
    text
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::String;
    use alloc::vec::Vec;

    use super::{Coins, batch, rank, run};

    #[test]
    fn no_coin_is_made_or_lost() {
        for orders in [0, 1, 100, 3_000] {
            let (ledger, _) = run(orders);
            assert_eq!(
                ledger.balances().map(|(_, coins)| coins).sum::<Coins>(),
                ledger.minted()
            );
        }
    }

    #[test]
    fn every_kind_of_outcome_comes() {
        let (_, journal) = run(1_500);
        assert_eq!(journal.text().lines().count(), 1_500);
        assert!(journal.text().contains(" ok "));
        let kinds: Vec<_> = journal.refusals().keys().map(String::as_str).collect();
        let rules = ["allowance", "frozen", "pace", "sane"].map(|name| format!("rule {name}"));
        assert_eq!(kinds[..2], ["balance", "nobody"]);
        assert_eq!(kinds[2..6], rules);
        assert_eq!(kinds[6..], ["text"]);
        let refused: u32 = journal.refusals().values().sum();
        assert!((400..800).contains(&refused), "{refused}");
    }

    #[test]
    fn ranked() {
        let (ledger, _) = run(500);
        let ranking = rank::by_balance(&ledger);
        assert_eq!(ranking.len(), 64);
        assert!(ranking.is_sorted_by(|one, other| one.balance >= other.balance));
    }

    #[test]
    fn a_digest_of_all() {
        assert_eq!(batch(200), batch(200));
        assert_ne!(batch(200), batch(201));
    }
}
