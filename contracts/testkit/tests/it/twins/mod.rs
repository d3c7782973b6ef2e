//! The law of the whole system: twin roots agree.
//!
//! Random histories of random contracts, calls, facts and gas limits go four ways: full tree and
//! witness, Cranelift and Pulley. Outcome, gas, root, events and payouts are the same on each.

mod base;
mod facts;
mod four_ways;
mod generated;
mod history;
mod puppet;
mod tally;

use proptest::test_runner::{Config, TestRunner};

use four_ways::FourWays;
use tally::Tally;

/// Histories that one run goes through.
const HISTORIES: u32 = 10_000;

#[test]
fn twin_roots_agree() {
    let base = base::base();
    let ways = FourWays::new();
    let tally = Tally::default();
    let mut runner = TestRunner::new(Config {
        cases: HISTORIES,
        failure_persistence: None,
        ..Config::default()
    });
    runner
        .run(&history::history(), |history| {
            ways.follow(base, &history, &tally)
        })
        .unwrap_or_else(|error| panic!("{error}"));
    tally.check();
}
