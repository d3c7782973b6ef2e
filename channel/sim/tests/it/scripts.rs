//! Scripts, one by one: what once went wrong, and what is worth telling. Each says in its first line
//! why it is there.

use std::fs;
use std::path::{Path, PathBuf};

use twinroot_abi::Amount;
use twinroot_sim::{Count, Happened, Script, Sim, toys};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/scripts")
}

fn script(name: &str) -> Script {
    let file = folder().join(name).with_extension("play");
    let text =
        fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    text.parse()
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

#[test]
fn nothing_breaks_in_any_script() {
    let mut played = 0;
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let first = fs::read_to_string(&path).unwrap();
        assert!(
            first.starts_with("# "),
            "{name} does not say why it is there"
        );
        if let Err(broken) = script(&name).replay(toys()) {
            panic!("{name}: {broken}");
        }
        played += 1;
    }
    assert!(played > 0);
}

/// Plays a script without the end that a replay gives it; what the channel paid out in it.
fn played(name: &str) -> (Sim<'static>, Option<[Amount; 2]>) {
    let script = script(name);
    let mut sim = Sim::new(script.config, toys()).unwrap();
    let mut paid = None;
    for action in script.actions {
        let happened = sim.act(action).unwrap();
        paid = paid.or(Happened::closed_in(&happened).map(|(payout, _)| payout));
    }
    (sim, paid)
}

/// The beneficiary of an escrow has its coins, although the other side closed before.
#[test]
fn a_hold_gives_the_time_to_claim_by_force() {
    let (sim, paid) = played("escrow-under-a-hold");
    assert_eq!(paid, Some([Amount(960), Amount(1_040)]));
    assert!(sim.tally().of(Count::TooEarly) > 0, "{}", sim.tally());
}

#[test]
fn a_row_of_steps_has_an_end() {
    let (sim, paid) = played("a-row-of-steps-to-gain-time");
    assert_eq!(sim.tally().of(Count::ForcedLate), 8, "{}", sim.tally());
    assert!(sim.tally().of(Count::StepsUsedUp) > 0, "{}", sim.tally());
    assert!(paid.is_some());
}
