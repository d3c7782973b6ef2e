//! What is missing, damaged or another's: a code, an exit and what to do.

use std::fs;

use super::{lines, oracle, oracle_with, sign, with_device};
use crate::author::{assert_fails, error};

#[test]
fn files_that_are_not_there_or_are_something_else() {
    let folder = with_device();
    let here = folder.path();
    fs::write(here.join("junk"), [0xff; 180]).unwrap();
    for (arguments, exit, code, word) in [
        (
            &["sign", "--device", "nowhere", "1"][..],
            1,
            "TR0601",
            "nowhere",
        ),
        (&["device", "show", "nowhere"], 3, "TR0104", "nowhere"),
        (&["device", "show", "junk"], 1, "TR0604", "rule 302"),
        (
            &["check", "nowhere", "--feed", "truck-7"],
            3,
            "TR0104",
            "nowhere",
        ),
        (&["check", "junk", "--feed", "junk"], 1, "TR0604", "junk"),
        (&["listen", "file:nowhere"], 3, "TR0104", "nowhere"),
        (&["listen", "file:junk"], 1, "TR0607", "no log of evidence"),
        (&["listen", "-"], 2, "TR0614", "--feed"),
        (
            &["prove-equivocation", "junk", "--feed", "truck-7"],
            1,
            "TR0605",
            "rule 403",
        ),
        (&["prove-equivocation", "junk"], 2, "TR0614", "--feed"),
        (
            &[
                "simulate",
                "--device",
                "truck-7",
                "--walk",
                "5",
                "--to",
                "file:junk",
            ],
            1,
            "TR0607",
            "no log",
        ),
        (
            &["simulate", "--device", "truck-7", "--csv", "nowhere"],
            3,
            "TR0104",
            "nowhere",
        ),
        (
            &["simulate", "--device", "truck-7", "--walk", "warm"],
            2,
            "TR0613",
            "no decimal",
        ),
        (
            &["sign", "--device", "truck-7", "4.92911"],
            2,
            "TR0613",
            "finer",
        ),
        (
            &["export", "junk", "--feed", "truck-7", "--out", "bundle"],
            2,
            "TR0609",
            "--policy",
        ),
        (
            &[
                "export", "junk", "--feed", "truck-7", "--out", "bundle", "--policy", "majority",
            ],
            2,
            "TR0609",
            "run-length",
        ),
        (
            &[
                "check",
                "junk",
                "--feed",
                "truck-7",
                "--policy",
                "0",
                "--contract",
                "junk",
            ],
            1,
            "TR0401",
            "contract",
        ),
    ] {
        let output = oracle(here, arguments);
        assert_fails(&output, exit, code, &[word]);
    }
    assert!(!here.join("bundle").exists());
    // None of this used a place.
    assert_eq!(sign(here, &["1"])["seq"], 0);
}

#[test]
fn arguments_that_cannot_be_meant() {
    let folder = with_device();
    for arguments in [
        &["sign", "--device", "truck-7"][..],
        &["sign", "--device", "truck-7", "1", "--claim", "00=1"],
        &["sign", "--device", "truck-7", "--claim", "00=1"],
        &["sign", "--device", "truck-7", "--time", "noon", "1"],
        &["simulate", "--device", "truck-7"],
        &[
            "simulate", "--device", "truck-7", "--walk", "5", "--fault", "sneeze@3",
        ],
        &[
            "simulate", "--device", "truck-7", "--walk", "5", "--rate", "0Hz",
        ],
        &[
            "simulate",
            "--device",
            "truck-7",
            "--walk",
            "5",
            "--to",
            "carrier-pigeon://here",
        ],
        &["listen", "carrier-pigeon://here"],
        &[
            "device",
            "new",
            "--urn",
            "urn:dev:b",
            "--quantity",
            "t",
            "--period",
            "2000h",
        ],
    ] {
        let output = oracle(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(error(&output).contains("--help"), "{arguments:?}");
    }
}

#[test]
fn a_descriptor_keeps_its_bounds() {
    let folder = with_device();
    for (name, value, rule) in [
        ("--urn", "urn:dev:größer", "rule 305, Text"),
        ("--quantity", "", "rule 305, Text"),
        ("--scale", "-19", "rule 306, Scale"),
        ("--valid-from", "2027-01-01T00:00:00Z", "rule 307, Validity"),
    ] {
        let mut arguments = vec![
            "device",
            "new",
            "--out",
            "b",
            "--valid-to",
            "2026-01-01T00:00:00Z",
        ];
        for (needed, usual) in [("--urn", "urn:dev:b"), ("--quantity", "t")] {
            if needed != name {
                arguments.extend([needed, usual]);
            }
        }
        arguments.extend([name, value]);
        let output = oracle(folder.path(), &arguments);
        assert_fails(&output, 1, "TR0604", &[rule]);
    }
    assert!(!folder.path().join("b").exists());
}

#[test]
fn each_message_is_refused_by_the_rule_that_it_breaks() {
    let folder = with_device();
    let here = folder.path();
    let made = oracle(
        here,
        &[
            "device",
            "new",
            "--urn",
            "urn:dev:other",
            "--quantity",
            "temperature",
        ],
    );
    assert!(made.status.success());
    sign(here, &["4.929", "--out", "good"]);
    let good = fs::read(here.join("good")).unwrap();
    let mut bent = good.clone();
    *bent.last_mut().unwrap() ^= 1;
    fs::write(here.join("bent"), bent).unwrap();
    fs::write(here.join("short"), &good[..100]).unwrap();
    fs::write(here.join("long"), [&good[..], &[0; 90]].concat()).unwrap();
    fs::write(here.join("text"), "4.929 degrees\n").unwrap();
    let checked = oracle(
        here,
        &[
            "check", "good", "bent", "short", "long", "text", "--feed", "truck-7",
        ],
    );
    assert_eq!(checked.status.code(), Some(1));
    let checked = lines(&checked);
    let rules: Vec<_> = checked.iter().map(|said| said["rule"].as_u64()).collect();
    assert_eq!(rules, [None, Some(412), Some(401), Some(402), Some(403)]);
    assert!(
        checked[1..]
            .iter()
            .all(|said| said["advice"].as_str().unwrap().ends_with('.'))
    );

    let other = oracle(here, &["check", "good", "--feed", "other"]);
    assert_eq!(other.status.code(), Some(1));
    assert_eq!(lines(&other)[0]["name"], "WrongFeed");
    // Listening goes on all the same.
    let heard = oracle_with(
        here,
        &["listen", "-", "--feed", "truck-7"],
        b"what?\n\n00\n",
    );
    assert!(heard.status.success());
    assert_eq!(lines(&heard).pop().unwrap()["refused"], 2);
}

#[test]
fn a_torn_log_gives_what_is_whole_and_says_what_is_not() {
    let folder = with_device();
    let here = folder.path();
    let play = [
        "simulate", "--device", "truck-7", "--walk", "5", "--count", "10", "--to", "file:log",
    ];
    assert!(oracle(here, &play).status.success());
    let mut bytes = fs::read(here.join("log")).unwrap();
    bytes.truncate(bytes.len() - 7);
    let third = bytes.len() / 3;
    bytes[third] ^= 1;
    fs::write(here.join("log"), &bytes).unwrap();

    let heard = lines(&oracle(here, &["listen", "file:log"]));
    let of = |kind: &str| heard.iter().filter(|event| event["event"] == kind).count();
    assert_eq!(
        (of("message"), of("damage"), of("gap")),
        (8, 2, 1),
        "{heard:?}"
    );
    let checked = oracle(here, &["check", "--log", "log", "--feed", "truck-7"]);
    assert_eq!(lines(&checked).len(), 8);
    assert!(
        error(&checked).contains("not finished"),
        "{}",
        error(&checked)
    );
    assert_eq!(
        fs::read(here.join("log")).unwrap(),
        bytes,
        "reading changes nothing"
    );

    let made = oracle(
        here,
        &[
            "device",
            "new",
            "--urn",
            "urn:dev:other",
            "--quantity",
            "temperature",
        ],
    );
    assert!(made.status.success());
    let other = oracle(here, &["listen", "file:log", "--feed", "other"]);
    assert_fails(&other, 1, "TR0607", &["each feed has a log of its own"]);
}

#[test]
fn a_table_that_cannot_be_read_is_told_by_its_line() {
    let folder = with_device();
    let here = folder.path();
    for (table, arguments, word) in [
        ("", &[][..], "empty"),
        (
            "time,value\n2026-01-01T00:00:00Z,warm\n",
            &[],
            "line 2: `warm`",
        ),
        (
            "time,value\n2026-01-01T00:00:00Z,1\nnoon,2\n",
            &[],
            "line 3: a time",
        ),
        ("time,value\n2026-01-01T00:00:00Z,1.2345\n", &[], "finer"),
        ("time,value\n2026-01-01T00:00:00Z\n", &[], "line 2"),
        (
            "time,value\n",
            &["--column", "depth"],
            "there are time, value",
        ),
    ] {
        fs::write(here.join("table.csv"), table).unwrap();
        let play = ["simulate", "--device", "truck-7", "--csv", "table.csv"];
        let output = oracle(here, &[&play[..], arguments].concat());
        assert_fails(&output, 1, "TR0612", &[word]);
    }
    // Times that go back are the device's affair: it signs what comes before them, and stops.
    fs::write(
        here.join("table.csv"),
        "time,depth,value\n2026-01-01T00:00:00Z,0,1\n2025-01-01T00:00:00Z,0,2\n",
    )
    .unwrap();
    let output = oracle(
        here,
        &["simulate", "--device", "truck-7", "--csv", "table.csv"],
    );
    assert_fails(&output, 1, "TR0606", &["2025-01-01T00:00:00Z"]);
    assert_eq!(lines(&output).len(), 1);
    assert_eq!(sign(here, &["3"])["seq"], 1);
}
