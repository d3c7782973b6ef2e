//! A log that is made shorter.

use std::fs;

use serde_json::json;

use super::{lines, oracle, with_device};
use crate::author::{assert_fails, out};

fn parse(output: &std::process::Output) -> serde_json::Value {
    assert!(output.status.success(), "{output:?}");
    serde_json::from_str(&out(output)).unwrap()
}

#[test]
fn what_is_old_is_dropped_and_the_rest_is_read_on() {
    let folder = with_device();
    let here = folder.path();
    let walk = [
        "simulate", "--device", "truck-7", "--walk", "5", "--count", "100", "--to", "file:log",
    ];
    assert!(oracle(here, &walk).status.success());
    let length = || fs::metadata(here.join("log")).unwrap().len();

    // A message a second, so a minute and the newest one stay.
    let whole = length();
    let compacted = parse(&oracle(here, &["compact", "log", "--keep", "1min"]));
    let expected =
        json!({ "log": "log", "dropped": 39, "bytes": whole - length(), "first": "0-39" });
    assert_eq!(compacted, expected);
    let compacted = parse(&oracle(here, &["compact", "log", "--before", "0-90"]));
    assert_eq!(
        (&compacted["dropped"], &compacted["first"]),
        (&51.into(), &"0-90".into())
    );
    let again = parse(&oracle(here, &["compact", "log", "--before", "0-90"]));
    assert_eq!((&again["dropped"], &again["bytes"]), (&0.into(), &0.into()));

    assert!(oracle(here, &walk).status.success());
    let heard = lines(&oracle(here, &["listen", "file:log"]));
    let messages = heard.iter().filter(|line| line["event"] == "message");
    assert_eq!(messages.count(), 10 + 100);

    for (arguments, exit, code, word) in [
        (
            &["compact", "nowhere", "--keep", "1h"][..],
            3,
            "TR0104",
            "nowhere",
        ),
        (
            &["compact", "truck-7/descriptor", "--keep", "1h"],
            1,
            "TR0607",
            "no log",
        ),
    ] {
        assert_fails(&oracle(here, arguments), exit, code, &[word]);
    }
    assert!(!here.join("nowhere").exists());
    for arguments in [
        &["compact", "log"][..],
        &["compact", "log", "--keep", "1h", "--before", "0-1"],
    ] {
        assert_eq!(oracle(here, arguments).status.code(), Some(2));
    }
}
