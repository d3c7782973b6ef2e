//! Random bytes through the byte-driven fuzzer. `TWINROOT_RUNS` says how many thousand of pairs of
//! them, `TWINROOT_SEED` where they begin.

use twinroot_sim::{Count, Found, Tally, act, toys};
use twinroot_types::{Tag, hash};

/// Bytes that look random and are the same in every run.
pub(crate) fn random(seed: u64, length: usize) -> Vec<u8> {
    (0_u64..)
        .flat_map(|block| hash(Tag::VALUE, &[&seed.to_le_bytes(), &block.to_le_bytes()]))
        .take(length)
        .collect()
}

/// What 100,000 actions lead to at the very least; about half of what they do lead to.
const FLOORS: [(Count, u64); 30] = [
    (Count::Agreed, 2_500),
    (Count::Created, 200),
    (Count::Funded, 100),
    (Count::Unfunded, 6),
    (Count::Mutual, 50),
    (Count::Solo, 200),
    (Count::Disputes, 40),
    (Count::Slashed, 500),
    (Count::Repaid, 60),
    (Count::Snapshots, 50),
    (Count::Forced, 1_000),
    (Count::ForcedLate, 900),
    (Count::Overridden, 60),
    (Count::OverriddenLate, 40),
    (Count::AnswerLost, 60),
    (Count::Undone, 20),
    (Count::Refuted, 40),
    (Count::StepsUsedUp, 100),
    (Count::TooEarly, 150),
    (Count::Forks, 500),
    (Count::Collided, 400),
    (Count::TakenBack, 400),
    (Count::SecretlySigned, 40),
    (Count::Crashes, 500),
    (Count::FailedWrites, 60),
    (Count::Backups, 30),
    (Count::CaughtUp, 50),
    (Count::Notes, 80),
    (Count::Nonsense, 6),
    (Count::Lives, 200),
];

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn nothing_breaks_whatever_happens() {
    let mut tally = Tally::default();
    let first = number("TWINROOT_SEED").unwrap_or(0);
    let runs = number("TWINROOT_RUNS").unwrap_or(24);
    let mut found: Vec<(u64, Found)> = Vec::new();
    for seed in first..first + runs {
        if let Err(broken) = act(&random(seed, 4_000), toys(), &mut tally) {
            found.push((seed, broken.shrunk(toys())));
        }
    }
    println!("{tally}");
    for (seed, found) in &found {
        println!("from seed {seed}: {found}");
    }
    assert!(found.is_empty(), "{} lives broke", found.len());
    // Fewer actions than a tally needs to be no chance.
    assert!(tally.of(Count::Actions) > 50_000 || runs < 10);
    for (count, floor) in FLOORS {
        let floor = floor * tally.of(Count::Actions) / 100_000;
        let reached = tally.of(count);
        assert!(
            reached >= floor,
            "{} only {reached} times: {tally}",
            count.name()
        );
    }
}
