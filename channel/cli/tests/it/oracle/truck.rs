//! The truck story from a thermometer that is a program of its own.

#![expect(clippy::disallowed_types, reason = "it waits for other programs")]

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use super::running::Running;
use super::{lines, oracle};
use crate::author::{CHECKOUT, assert_fails, json, twinroot};
use crate::broker::Mosquitto;

/// The thermometer of the truck, which measures each half hour, in a folder.
fn thermometer() -> TempDir {
    device_in("Cel")
}

fn device_in(unit: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let named = ["--urn", "urn:dev:truck-7", "--quantity", "temperature"];
    let measures = ["--unit", unit, "--scale", "-3", "--period", "30min"];
    let made = oracle(
        folder.path(),
        &[&["device", "new"], &named[..], &measures].concat(),
    );
    assert!(made.status.success(), "{made:?}");
    folder
}

fn feed(folder: &Path) -> String {
    let shown = json(&oracle(folder, &["device", "show", "truck-7"]));
    shown["feed"].as_str().unwrap().to_owned()
}

fn table() -> String {
    format!("{CHECKOUT}/testdata/sea_surface_temperature.csv.gz")
}

/// Waits until the device has signed so many readings.
fn has_signed(folder: &Path, readings: u64) {
    let begun = Instant::now();
    let signed = || {
        let last = std::fs::read(folder.join("truck-7/last.json")).ok()?;
        serde_json::from_slice::<Value>(&last).ok()?["seq"].as_u64()
    };
    while signed() < Some(readings) {
        assert!(begun.elapsed() < Duration::from_secs(120), "{:?}", signed());
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The cover was paid on each of these paths, and both executions always came to the same.
fn assert_paid(steps: &[Value], paths: &[&str]) {
    for step in steps {
        assert_eq!(step["off_chain_root"], step["on_chain_root"], "{step}");
        assert_eq!(step["gas_off_chain"], step["gas_on_chain"], "{step}");
    }
    for path in paths {
        let of_path = |step: &&Value| step["path"] == *path;
        let last = steps.iter().rfind(of_path).unwrap();
        assert!(
            last["step"] == "close" || last["step"] == "settle",
            "{last}"
        );
        assert_eq!(last["balances"]["channel"]["alice"], 600_000, "{last}");
        assert_eq!(last["balances"]["channel"]["bob"], 500_000, "{last}");
    }
}

fn parsed(lines: &[String]) -> Vec<Value> {
    let lines = lines.iter();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// A real Mosquitto, killed on the way, and started again without memory.
#[test]
fn the_insurance_pays_on_both_paths_though_the_broker_was_killed() {
    let Some(mut broker) = Mosquitto::start() else {
        return;
    };
    let folder = thermometer();
    let here = folder.path();
    let from = format!("{}/{}", broker.address(), feed(here));
    let story = ["demo", "--story", "truck", "--listen", &from];

    // Both parties' programs wait for the thermometer, which is switched on now.
    let both_paths = Running::start(here, &[&story[..], &["--json"]].concat());
    let told = Running::start(here, &[&story[..], &["--path", "happy"]].concat());
    let (table, to) = (table(), broker.address());
    let plays = ["oracle", "simulate", "--device", "truck-7", "--csv", &table];
    // So it is on for a minute and a half at least: what the broker forgot, nobody else could say again.
    let sends = ["--rate", "5ms", "--log", "truck-7.log", "--to", &to];
    let _thermometer = Running::start(here, &[&plays[..], &sends].concat());

    has_signed(here, 1_000);
    broker.kill();
    both_paths.tells("is not connected");
    has_signed(here, 2_000);
    broker.restart();

    let steps = parsed(&both_paths.output());
    assert_paid(&steps, &["happy", "forced"]);
    let told = told.output().join("\n");
    // No reading is missing up to the twelve of the breach, which are the rows 3300 to 3311 of the table.
    for words in [
        "The readings come from mqtt://",
        "back in range after 11 readings out of it",
        "Reading 3311: 8.200 degrees, the 12th in a row out of range",
    ] {
        assert!(told.contains(words), "no `{words}` in {told}");
    }
}

#[test]
fn the_story_is_told_from_a_log_as_well() {
    let folder = thermometer();
    let here = folder.path();
    let table = table();
    let plays = ["simulate", "--device", "truck-7", "--csv", &table];
    let keeps = ["--count", "3311", "--to", "file:truck-7.log"];
    assert!(
        oracle(here, &[&plays[..], &keeps].concat())
            .status
            .success()
    );
    let story = ["demo", "--story", "truck", "--listen", "file:truck-7.log"];
    let told = twinroot(here, &[&story[..], &["--json"]].concat());
    assert!(told.status.success(), "{told:?}");
    assert_paid(&lines(&told), &["happy", "forced"]);
}

#[test]
fn a_feed_that_is_not_that_of_such_a_thermometer_is_refused() {
    let folder = device_in("degF");
    let here = folder.path();
    let plays = ["simulate", "--device", "truck-7", "--walk", "5"];
    let played = oracle(here, &[&plays[..], &["--to", "file:log"]].concat());
    assert!(played.status.success());
    let listen =
        |story: &str, from: &str| twinroot(here, &["demo", "--story", story, "--listen", from]);
    assert_fails(
        &listen("truck", "file:log"),
        1,
        "TR0617",
        &["`Cel`", "`degF`"],
    );
    assert_fails(&listen("truck", "file:none"), 3, "TR0104", &["none"]);
    for from in [
        "mqtt://localhost",
        "mqtt:///5f",
        "http://localhost/v1/feeds/5f",
    ] {
        assert_fails(&listen("truck", from), 2, "TR0615", &["FEED"]);
    }
    for (story, from) in [("tv", "file:log"), ("truck", "-"), ("truck", "log")] {
        let refused = listen(story, from);
        assert_eq!(refused.status.code(), Some(2), "{refused:?}");
        assert!(refused.stdout.is_empty());
    }
}
