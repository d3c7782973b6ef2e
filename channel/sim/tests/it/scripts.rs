//! Scripts, one by one: what once went wrong, and what is worth telling. Each says in its first line
//! why it is there.

use std::fs;
use std::path::{Path, PathBuf};

use twinroot_abi::{Amount, Side};
use twinroot_sim::{Action, Count, Happened, Script, Sim, toys};

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

/// Messages arrive one here and one there, so that whatever crosses once can go on crossing.
#[test]
fn proposals_that_cross_are_both_signed_in_a_few_messages() {
    let (mut sim, _) = played("crossing");
    for turn in 0..12 {
        let to = Side::BOTH[turn % 2];
        if sim.on_the_way(to) > 0 {
            sim.act(Action::Deliver(to, 0)).unwrap();
        }
    }
    let [one, other] = Side::BOTH.map(|side| sim.party(side).unwrap());
    assert_eq!(one.balances(), [Amount(1_002), Amount(998)]);
    assert_eq!(one.commitment(), other.commitment());
    assert_eq!(one.half_signed().count() + other.half_signed().count(), 0);
}

#[test]
fn a_deposit_that_a_fork_lost_comes_again() {
    let (sim, _) = played("deposit-lost-by-a-fork");
    assert_eq!(sim.tally().of(Count::Unfunded), 1);
    let channel = sim.ledger().channel(sim.channel()).unwrap();
    assert_eq!(channel.tip.total, Amount(2_025));
}
