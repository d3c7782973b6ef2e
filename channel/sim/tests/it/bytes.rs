//! Random bytes through the byte-driven fuzzer: at least 100,000 actions. `TWINROOT_RUNS` asks for
//! more: each run is 4,000 bytes or about 4,000 actions. `TWINROOT_SEED` is the first of them.

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
const FLOORS: [(Count, u64); 36] = [
    (Count::Agreed, 2_500),
    (Count::Created, 240),
    (Count::Funded, 200),
    (Count::Unfunded, 8),
    (Count::Mutual, 40),
    (Count::Solo, 200),
    (Count::Disputes, 50),
    (Count::Slashed, 80),
    (Count::Repaid, 25),
    (Count::Snapshots, 100),
    (Count::Forced, 1_400),
    (Count::ForcedLate, 900),
    (Count::Overridden, 80),
    (Count::OverriddenLate, 12),
    (Count::AnswerLost, 8),
    (Count::Undone, 25),
    (Count::Refuted, 30),
    (Count::StepsUsedUp, 200),
    (Count::TooEarly, 120),
    (Count::Forks, 600),
    (Count::Collided, 400),
    (Count::TakenBack, 300),
    (Count::SecretlySigned, 40),
    (Count::Crashes, 600),
    (Count::FailedWrites, 60),
    (Count::Backups, 30),
    (Count::CaughtUp, 45),
    (Count::Notes, 90),
    (Count::Bonds, 280),
    (Count::Released, 35),
    (Count::Forfeited, 55),
    (Count::Asked, 190),
    (Count::Answered, 50),
    (Count::Refunded, 30),
    (Count::Nonsense, 3),
    (Count::Lives, 200),
];

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn nothing_breaks_whatever_happens() {
    let mut tally = Tally::default();
    let first = number("TWINROOT_SEED").unwrap_or(0);
    let runs = number("TWINROOT_RUNS").unwrap_or(30);
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
    if runs < 10 {
        // Too few for a floor not to be missed by chance.
        return;
    }
    assert!(tally.of(Count::Actions) >= 100_000 || runs < 30, "{tally}");
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
