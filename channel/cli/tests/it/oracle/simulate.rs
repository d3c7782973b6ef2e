//! Each fault of a simulated device shows.

use serde_json::{Value, json};

use super::{lines, oracle, oracle_with, with_device};
use crate::author::{assert_fails, json as parsed};

const PLAY: [&str; 9] = [
    "simulate",
    "--device",
    "truck-7",
    "--walk",
    "5",
    "--step",
    "0.2",
    "--begin",
    "2026-01-01T00:00:00Z",
];

/// What listening to a walk of 12 readings with these faults tells, but for the messages themselves, and the end.
fn told(faults: &[&str]) -> (Vec<Value>, Value) {
    let folder = with_device();
    let faults = faults.iter().flat_map(|fault| ["--fault", *fault]);
    let arguments: Vec<_> = PLAY
        .into_iter()
        .chain(["--count", "12"])
        .chain(faults)
        .collect();
    let played = oracle(folder.path(), &arguments);
    assert!(played.status.success(), "{played:?}");
    let heard = oracle_with(
        folder.path(),
        &["listen", "-", "--feed", "truck-7"],
        &played.stdout,
    );
    let mut events = lines(&heard);
    let end = events.pop().unwrap();
    events.retain(|event| event["event"] != "message" || event["late"] == true);
    (events, end)
}

#[test]
fn without_faults_there_is_nothing_to_tell() {
    let (events, end) = told(&[]);
    assert_eq!(events, Vec::<Value>::new());
    assert_eq!(
        end,
        json!({"event": "end", "messages": 12, "known": 0, "late": 0, "breaches": 0, "refused": 0, "epochs": 0,
            "missing": 0, "equivocations": 0})
    );
}

#[test]
fn a_dropped_message_is_missing() {
    let (events, end) = told(&["drop@4", "drop@5"]);
    assert_eq!(
        events,
        [json!({"event": "gap", "epoch": 0, "first": 3, "last": 4})]
    );
    assert_eq!((&end["messages"], &end["missing"]), (&json!(10), &json!(2)));
}

#[test]
fn a_delayed_message_is_missing_until_it_comes_late() {
    let (events, end) = told(&["delay@4"]);
    assert_eq!(
        events[0],
        json!({"event": "gap", "epoch": 0, "first": 3, "last": 3})
    );
    assert_eq!(
        (&events[1]["seq"], &events[1]["late"]),
        (&json!(3), &json!(true))
    );
    assert_eq!(
        (&end["messages"], &end["missing"], &end["late"]),
        (&json!(12), &json!(0), &json!(1))
    );
    // Also where nothing follows that it could come after.
    let (_, end) = told(&["delay@12"]);
    assert_eq!(end["messages"], 12);
}

#[test]
fn a_message_that_comes_twice_counts_once() {
    let (events, end) = told(&["duplicate@7"]);
    assert_eq!(events, [json!({"event": "known", "epoch": 0, "seq": 6})]);
    assert_eq!((&end["messages"], &end["known"]), (&json!(12), &json!(1)));
}

#[test]
fn a_wrong_clock_is_refused_by_its_rule() {
    let (events, end) = told(&["clock@3"]);
    assert_eq!(
        (&events[0]["rule"], &events[0]["name"]),
        (&json!(409), &json!("TimeFalls"))
    );
    assert_eq!(
        (&end["messages"], &end["refused"], &end["missing"]),
        (&json!(11), &json!(1), &json!(0))
    );
}

#[test]
fn a_lost_counter_begins_an_epoch_and_is_no_fraud() {
    let (events, end) = told(&["restart@9"]);
    assert_eq!(events, [json!({"event": "epoch", "epoch": 1, "before": 0})]);
    assert_eq!(
        (&end["messages"], &end["equivocations"]),
        (&json!(12), &json!(0))
    );
}

#[test]
fn a_contradiction_is_told_with_its_proof_which_also_the_log_gives() {
    let (events, end) = told(&["equivocate@6"]);
    assert_eq!(
        (&events[0]["event"], &events[0]["name"]),
        (&json!("equivocation"), &json!("Fork"))
    );
    assert_eq!(events[0]["places"], json!(["0:5", "0:5"]));
    assert_eq!(end["equivocations"], 1);

    let folder = with_device();
    let arguments = [
        &PLAY[..],
        &[
            "--count",
            "12",
            "--fault",
            "equivocate@6",
            "--to",
            "file:log",
        ],
    ]
    .concat();
    let played = parsed(&oracle(folder.path(), &arguments));
    assert_eq!(played["arrived"]["forks"], 1);
    assert_eq!(played["faults"], json!({"equivocate": 1}));
    let proven = parsed(&oracle(
        folder.path(),
        &["prove-equivocation", "--log", "log", "--out", "proof"],
    ));
    assert_eq!(
        (&proven["conflict"], &proven["messages"][1]["seq"]),
        (&json!(1), &json!(5))
    );
    let proof = std::fs::read(folder.path().join("proof")).unwrap();
    let proof = twinroot_feed::Equivocation::decode(&proof).unwrap();
    assert_eq!(
        proof.verify().unwrap().feed().id().to_string(),
        proven["feed"].as_str().unwrap()
    );
}

#[test]
fn an_honest_device_cannot_be_proven_false() {
    let folder = with_device();
    let faults = [
        "--fault",
        "restart@4",
        "--fault",
        "drop@6",
        "--fault",
        "delay@8",
    ];
    let arguments = [&PLAY[..], &["--count", "12", "--to", "file:log"], &faults].concat();
    assert!(oracle(folder.path(), &arguments).status.success());
    let output = oracle(folder.path(), &["prove-equivocation", "--log", "log"]);
    assert_fails(&output, 1, "TR0611", &["11 messages"]);
}

#[test]
fn a_seed_decides_values_and_faults() {
    let values = |seed: &str| {
        let folder = with_device();
        let faults = ["--count", "50", "--fault", "drop:1/5", "--seed", seed];
        let played = oracle(folder.path(), &[&PLAY[..], &faults].concat());
        let values = lines(&played);
        values
            .iter()
            .map(|line| (line["seq"].clone(), line["value"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(values("7"), values("7"));
    assert_ne!(values("7"), values("8"));
}

#[test]
fn an_excursion_leaves_the_band() {
    let folder = with_device();
    let arguments = [
        &PLAY[..],
        &["--count", "60", "--excursion", "00:00:10..00:00:25=9.5"],
    ]
    .concat();
    let played = oracle(folder.path(), &arguments);
    let heard = oracle_with(
        folder.path(),
        &["listen", "-", "--feed", "truck-7", "--band", "2..8"],
        &played.stdout,
    );
    let events = lines(&heard);
    let breaches: Vec<_> = events
        .iter()
        .filter(|event| event["breach"] == true)
        .collect();
    assert_eq!(breaches.len(), 15);
    assert!(breaches.iter().all(|event| event["value"] == "9.500"));
    assert_eq!(breaches[0]["seq"], 10);
    assert_eq!(events.last().unwrap()["breaches"], 15);
}
