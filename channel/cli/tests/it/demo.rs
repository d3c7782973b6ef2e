//! `twinroot demo`.

use std::collections::BTreeSet;
use std::io::Read;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn twinroot(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_twinroot"))
        .args(arguments)
        .output()
        .unwrap()
}

fn steps(arguments: &[&str]) -> Vec<Value> {
    let output = twinroot(&[&["demo", "--json"], arguments].concat());
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn every_pair_of_roots_and_of_gas_is_equal() {
    let steps = steps(&[]);
    let paths: BTreeSet<(String, String)> = steps
        .iter()
        .map(|step| (step["story"].to_string(), step["path"].to_string()))
        .collect();
    assert_eq!(paths.len(), 6, "{paths:?}");
    for step in &steps {
        assert_eq!(step["off_chain_root"], step["on_chain_root"], "{step}");
        assert_eq!(step["gas_off_chain"], step["gas_on_chain"], "{step}");
        assert_eq!(step["off_chain_root"].as_str().unwrap().len(), 64, "{step}");
    }
    let called = |step: &&Value| step["gas_on_chain"].as_u64().is_some_and(|gas| gas > 0);
    assert!(steps.iter().filter(called).count() > 12);
}

/// What each path leaves in the channel: the price is 700,000 coins, the cover 500,000.
#[test]
fn each_path_ends_with_the_right_balances() {
    let ends = [
        ("tv", "happy", 300_000, 900_000),
        ("tv", "forced", 300_000, 900_000),
        ("tv", "timeout", 1_000_000, 200_000),
        ("tv", "cheat", 300_000, 900_000),
        ("truck", "happy", 600_000, 500_000),
        ("truck", "forced", 600_000, 500_000),
    ];
    for (story, path, alice, bob) in ends {
        let steps = steps(&["--story", story, "--path", path]);
        let last = steps.last().unwrap();
        assert!(
            last["step"] == "close" || last["step"] == "settle",
            "{last}"
        );
        assert_eq!(
            last["balances"]["channel"]["alice"], alice,
            "{story}, {path}"
        );
        assert_eq!(last["balances"]["channel"]["bob"], bob, "{story}, {path}");
        // Ten million each, less fees, moved by what the channel decided.
        let deposits = if story == "tv" {
            [1_000_000, 200_000]
        } else {
            [100_000, 1_000_000]
        };
        for (name, end, deposit) in [("alice", alice, deposits[0]), ("bob", bob, deposits[1])] {
            let account = last["balances"]["accounts"][name].as_u64().unwrap();
            let free_of_fees = 10_000_000 + end - deposit;
            assert!(
                account <= free_of_fees && account + 20_000 > free_of_fees,
                "{name} has {account}: {last}"
            );
        }
    }
}

#[test]
fn only_what_is_forced_or_closed_is_posted() {
    let posted: Vec<String> = steps(&["--story", "tv", "--path", "forced"])
        .iter()
        .filter(|step| step["tx_bytes"].as_u64().unwrap() > 0)
        .map(|step| step["step"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(posted, ["open", "force", "closing", "settle"]);
}

#[test]
fn slots_show_in_the_leaves_and_hardly_in_the_witness() {
    let forced = |slots: &str| {
        let steps = steps(&["--story", "tv", "--path", "forced", "--slots", slots]);
        let force = steps.iter().find(|step| step["step"] == "force").unwrap();
        (
            force["state_leaves"].as_u64().unwrap(),
            force["witness_bytes"].as_u64().unwrap(),
        )
    };
    let (few, small) = forced("10");
    let (many, large) = forced("2000");
    assert_eq!(many - few, 1_990);
    assert!(
        small < large && large < 4 * small,
        "{small} and {large} bytes"
    );
}

#[test]
fn a_path_that_a_story_does_not_have_is_wrong_usage() {
    let output = twinroot(&["demo", "--story", "truck", "--path", "cheat"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("happy and forced"));
    assert!(output.stdout.is_empty());
    assert_eq!(
        twinroot(&["demo", "--slots", "many"]).status.code(),
        Some(2)
    );
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_twinroot"))
        .arg("demo")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 16];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty(), "{output:?}");
}

#[test]
fn text_for_people_shows_both_roots() {
    let output = twinroot(&["demo", "--story", "tv", "--path", "happy"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("release   Bob proposes the release"),
        "{text}"
    );
    assert!(
        text.matches(" == ").count() >= 8 && !text.contains("!="),
        "{text}"
    );
    assert!(!text.contains('\u{1b}'), "no colours where nobody looks");
}
