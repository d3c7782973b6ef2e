//! The seeds of the fuzz target of lives, `fuzz/corpus/life`: for each thing that is counted, a few
//! bytes that lead there. With `TWINROOT_BLESS` set they are looked for anew, because what bytes mean
//! changes with every change of the simulation.

use std::fs;
use std::path::{Path, PathBuf};

use twinroot_sim::{Count, Tally, act, toys};

use crate::bytes::random;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/life")
}

/// What every life has need not be looked for.
const EVERYWHERE: [Count; 3] = [Count::Actions, Count::Nothing, Count::Lives];

/// What is to be found in one life.
const TOGETHER: [&[Count]; 8] = [
    &[Count::Disputes, Count::Slashed, Count::Repaid],
    &[Count::Disputes, Count::ForcedLate, Count::OverriddenLate],
    &[Count::Funded, Count::Unfunded, Count::Disputes],
    &[Count::Backups, Count::CaughtUp, Count::Disputes],
    &[Count::Collided, Count::Overridden, Count::Snapshots],
    &[Count::SecretlySigned, Count::TakenBack, Count::Crashes],
    &[Count::Undone, Count::Mutual, Count::Created],
    &[Count::Refuted, Count::FailedWrites, Count::Funded],
];

/// The name and the goals of each seed.
fn seeds() -> impl Iterator<Item = (String, Vec<Count>)> {
    let alone = Count::ALL.iter().copied();
    let alone = alone.filter(|count| !EVERYWHERE.contains(count));
    let together = TOGETHER.iter().map(|goals| goals.to_vec());
    together.chain(alone.map(|goal| vec![goal])).map(|goals| {
        let names: Vec<_> = goals.iter().map(|goal| goal.name()).collect();
        (names.join("-and-").replace(' ', "-"), goals)
    })
}

fn tally(bytes: &[u8]) -> Tally {
    let mut tally = Tally::default();
    if let Err(found) = act(bytes, toys(), &mut tally) {
        panic!("{}", found.shrunk(toys()));
    }
    tally
}

fn leads_to(bytes: &[u8], goals: &[Count]) -> bool {
    let tally = tally(bytes);
    goals.iter().all(|goal| tally.of(*goal) > 0)
}

/// Bytes that lead there, of which none can be left out.
fn look_for(goals: &[Count]) -> Vec<u8> {
    let mut bytes = (0..)
        .map(|seed| random(seed, 160))
        .find(|bytes| leads_to(bytes, goals))
        .unwrap();
    let mut step = bytes.len() / 2;
    while step > 0 {
        let mut start = 0;
        while start < bytes.len() {
            let mut shorter = bytes.clone();
            shorter.drain(start..(start + step).min(bytes.len()));
            if leads_to(&shorter, goals) {
                bytes = shorter;
            } else {
                start += step;
            }
        }
        step /= 2;
    }
    bytes
}

#[test]
fn the_corpus_leads_everywhere() {
    if std::env::var_os("TWINROOT_BLESS").is_some() {
        fs::create_dir_all(folder()).unwrap();
        for (name, goals) in seeds() {
            fs::write(folder().join(name), look_for(&goals)).unwrap();
        }
    }
    let mut all = Tally::default();
    for entry in fs::read_dir(folder()).unwrap() {
        all.add(&tally(&fs::read(entry.unwrap().path()).unwrap()));
    }
    // Each seed was made for its name; what the same bytes lead to now may be something else.
    for count in Count::ALL {
        let name = count.name();
        assert!(
            all.of(*count) > 0,
            "`{name}` is not reached any more: bless it"
        );
    }
}
