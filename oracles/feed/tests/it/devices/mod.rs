//! Devices that know the spec and nothing of this code: one in Python, one in C (oracles/devices). What they sign
//! lies in docs/spec/vectors/devices.json.
//!
//! Where a machine lacks a tool that a device needs, its program is not run, and the test says so; with
//! `TWINROOT_DEVICES=required` set it fails. With `TWINROOT_BLESS` set the vectors are what the programs make.

mod mutants;
mod programs;

use serde::Deserialize;
use serde_json::{Value as Json, json};
use twinroot_feed::{Feed, Observation, Signed, Value, open};

/// A line of a device's output, and an entry of the vectors.
#[derive(Clone, Deserialize)]
struct Line {
    name: String,
    /// In the vectors: which devices make it.
    #[serde(default)]
    made_by: Vec<String>,
    descriptor: String,
    feed: String,
    message: String,
    expected: Json,
}

impl Line {
    fn open(&self) -> Signed {
        let message = hex::decode(&self.message).unwrap();
        open(&self.source(), &message).expect(&self.name)
    }

    fn source(&self) -> Feed {
        Feed::decode(&hex::decode(&self.descriptor).unwrap()).unwrap()
    }
}

fn vectors() -> Vec<Line> {
    let text = std::fs::read_to_string(programs::VECTORS).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// What a device says of an observation.
fn told(it: &Observation) -> Json {
    let value = match it.value {
        Value::Fixed(value) => json!(value),
        Value::Claim { subject, code } => json!({ "subject": subject.to_string(), "code": code }),
    };
    json!({ "epoch": it.epoch, "seq": it.seq, "t": it.t.0, "value": value })
}

#[test]
fn messages_of_both_devices_open_and_say_what_the_device_meant() {
    for line in vectors() {
        assert_eq!(line.source().id().to_string(), line.feed, "{}", line.name);
        assert_eq!(
            line.source().encode(),
            hex::decode(&line.descriptor).unwrap()
        );
        assert_eq!(
            told(line.open().observation()),
            line.expected,
            "{}",
            line.name
        );
    }
}

#[test]
fn each_device_signs_in_each_form() {
    for device in ["c", "python"] {
        let made: Vec<_> = vectors()
            .into_iter()
            .filter(|line| line.made_by.iter().any(|by| by == device))
            .collect();
        for (envelope, mode) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            let signs =
                |line: &Line| hex::decode(&line.descriptor).unwrap()[32..34] == [envelope, mode];
            assert!(made.iter().any(signs), "{device}: {envelope}, {mode}");
        }
    }
}

#[test]
fn readings_of_a_chain_and_of_slots_follow_each_other() {
    let opened = |name: &str| {
        let found = vectors().into_iter().find(|line| line.name == name);
        found.unwrap().open()
    };
    for (before, after) in [
        ("native, the first", "native, the next"),
        ("native, the highest", "native, the lowest"),
        ("native, a slot", "native, the next slot"),
        ("COSE, an integer", "COSE, a negative integer"),
        ("COSE, a slot", "COSE, the next slot"),
    ] {
        assert!(opened(after).follows(&opened(before)), "{after}");
    }
    let reborn = opened("native, an epoch that remembers");
    assert_eq!(reborn.observation().prev, opened("native, the lowest").id());
}
