//! A feed over a real broker and over HTTP: what is published is heard.

use serde_json::Value;

use super::running::Running;
use super::{lines, oracle, with_device};
use crate::author::json;
use crate::broker::Mosquitto;

fn seqs(lines: &[Value]) -> Vec<u64> {
    let messages = lines.iter().filter(|line| line["event"] == "message");
    messages.map(|line| line["seq"].as_u64().unwrap()).collect()
}

fn is_seq(seq: u64) -> impl Fn(&Value) -> bool {
    move |line| line["seq"] == seq
}

/// A device that publishes three readings at a time.
struct Device<'a> {
    folder: &'a std::path::Path,
    broker: &'a Mosquitto,
}

impl Device<'_> {
    fn feed(&self) -> String {
        let shown = json(&oracle(self.folder, &["device", "show", "truck-7"]));
        let feed = shown["feed"].as_str().unwrap();
        format!("{}/{feed}", self.broker.address())
    }

    fn publish(&self) {
        let to = self.broker.address();
        let plays = ["simulate", "--device", "truck-7", "--walk", "5"];
        let sends = ["--count", "3", "--to", &to];
        let played = oracle(self.folder, &[&plays[..], &sends].concat());
        assert_eq!(json(&played)["arrived"]["new"], 3, "{played:?}");
    }
}

#[test]
fn whoever_listens_hears_the_last_message_and_all_that_come() {
    let Some(broker) = Mosquitto::start() else {
        return;
    };
    let folder = with_device();
    let device = Device {
        folder: folder.path(),
        broker: &broker,
    };
    device.publish();
    // It knows no descriptor, and asks for it.
    let listener = Running::start(folder.path(), &["oracle", "listen", &device.feed()]);
    assert_eq!(seqs(&listener.until(is_seq(2))), [2]);
    device.publish();
    assert_eq!(seqs(&listener.until(is_seq(5))), [3, 4, 5]);
}

#[test]
fn a_log_is_served_over_http_and_to_those_who_missed_something() {
    let Some(broker) = Mosquitto::start() else {
        return;
    };
    let folder = with_device();
    let device = Device {
        folder: folder.path(),
        broker: &broker,
    };
    let from = device.feed();
    let serve = ["oracle", "serve", &from, "--feed", "truck-7"];
    let keeps = ["--log", "kept.log", "--http", "127.0.0.1:0"];
    let server = Running::start(folder.path(), &[&serve[..], &keeps].concat());
    let page = server.tells("http://");
    let is_connected = format!("{} is connected", broker.address());
    server.until(|line| line["what"] == *is_connected);
    device.publish();
    device.publish();

    // Both come late.
    let over_http = Running::start(folder.path(), &["oracle", "listen", &page]);
    assert_eq!(seqs(&over_http.until(is_seq(5))), [0, 1, 2, 3, 4, 5]);
    let copy = ["oracle", "serve", &from, "--log", "copy.log"];
    let copy = Running::start(folder.path(), &[&copy[..], &["--session", "copy"]].concat());
    let mut copied = Vec::new();
    while copied.len() < 6 {
        copied.extend(seqs(&copy.until(|line| line["event"] == "message")));
    }
    copied.sort_unstable();
    assert_eq!(copied, [0, 1, 2, 3, 4, 5]);

    drop((server, copy));
    for log in ["file:kept.log", "file:copy.log"] {
        let kept = oracle(folder.path(), &["listen", log]);
        let mut kept = seqs(&lines(&kept));
        kept.sort_unstable();
        assert_eq!(kept, [0, 1, 2, 3, 4, 5], "{log}");
    }
}
