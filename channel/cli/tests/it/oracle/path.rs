//! From a key to the first reading that a contract accepts.

use std::fs;
use std::path::Path;

use twinroot_abi::{FeedId, Hash, Height, Policy, TimeMs};
use twinroot_exec::{Bundle, Env, Judge, Question};
use twinroot_feed::FeedJudge;
use twinroot_testkit::{buoy, truck};
use twinroot_types::decode;

use super::{lines, oracle, sign, with_device};
use crate::author::{CHECKOUT, assert_fails, committed, json};

/// Where these policies are asked: no rule of theirs looks at the block.
const BLOCK: Env = Env {
    height: Height(0),
    time: TimeMs(0),
    block: Hash([0; 32]),
};
const LIMITS: &str = "low=2000,high=8000";

/// The bundle of a file.
fn bundle(path: &Path) -> Bundle {
    decode(&fs::read(path).unwrap(), 1 << 20).unwrap()
}

#[test]
fn from_a_key_to_the_first_accepted_reading() {
    let folder = with_device();
    let said = sign(folder.path(), &["4.929", "--out", "message"]);
    let checked = oracle(
        folder.path(),
        &["check", "message", "--feed", "truck-7/descriptor"],
    );
    assert!(checked.status.success());
    assert_eq!(lines(&checked)[0]["state"], "good");

    let exported = oracle(
        folder.path(),
        &[
            "export",
            "message",
            "--feed",
            "truck-7/descriptor",
            "--policy",
            "any",
            "--number",
            "3",
            "--out",
            "bundle",
        ],
    );
    let exported = json(&exported);
    let feed: [u8; 32] = hex::decode(said["feed"].as_str().unwrap())
        .unwrap()
        .try_into()
        .unwrap();
    let bundle = bundle(&folder.path().join("bundle"));
    assert_eq!(bundle.policy, 3);
    let verdict = FeedJudge.judge(&Question {
        policy: Policy::Any { params: 0 },
        params: Some(&[&feed[..], &[0; 12]].concat()),
        facts: Some(&bundle),
        pinned: BLOCK,
    });
    assert_eq!(exported["verdict"], hex::encode(verdict.unwrap()));
}

/// The real thermometer, and the breach of the truck story.
#[test]
fn the_buoy_shows_the_breach_that_the_insurance_pays_for() {
    let folder = with_device();
    let table = Path::new(CHECKOUT).join("testdata/sea_surface_temperature.csv.gz");
    let played = oracle(
        folder.path(),
        &[
            "simulate",
            "--device",
            "truck-7",
            "--csv",
            table.to_str().unwrap(),
            "--count",
            "4000",
            "--to",
            "file:log",
        ],
    );
    assert_eq!(json(&played)["arrived"]["new"], 4_000);

    let rows = buoy().unwrap();
    let (first, last) = (rows[3_299].t, rows[3_310].t);
    let told = [first, last].map(|t| t.0.to_le_bytes()).concat();
    let wasm = committed("truck-insurance.wasm");
    let wasm = wasm.to_str().unwrap();
    for policy in [
        &["--policy", &format!("run-length:n=12,{LIMITS}")][..],
        &["--policy", &format!("0:{LIMITS}"), "--contract", wasm],
    ] {
        let arguments = [&["check", "--log", "log", "--feed", "truck-7"], policy].concat();
        let checked = oracle(folder.path(), &arguments);
        assert!(checked.status.success());
        let checked = lines(&checked);
        assert_eq!(checked.len(), 4_001);
        assert_eq!(checked[4_000]["enough"], true);
        assert_eq!(checked[4_000]["verdict"], hex::encode(&told));
        let used = checked
            .iter()
            .filter(|said| said["state"] == "used")
            .count();
        assert_eq!(used, 12);
    }

    let arguments = [
        "export", "--log", "log", "--feed", "truck-7", "--out", "bundle", "--policy",
    ];
    let policy = format!("run-length:n=12,{LIMITS}");
    let exported = oracle(folder.path(), &[&arguments[..], &[&policy]].concat());
    let exported = json(&exported);
    assert_eq!(exported["messages"], 12);
    let feed = json(&oracle(folder.path(), &["device", "show", "truck-7"]));
    let feed: [u8; 32] = hex::decode(feed["feed"].as_str().unwrap())
        .unwrap()
        .try_into()
        .unwrap();
    let params = truck::params(FeedId(feed), [2_000, 8_000], [TimeMs(0), TimeMs(u64::MAX)]);
    let verdict = FeedJudge.judge(&Question {
        policy: Policy::RunLength { n: 12, params: 0 },
        params: Some(&params),
        facts: Some(&bundle(&folder.path().join("bundle"))),
        pinned: BLOCK,
    });
    assert_eq!(verdict.unwrap(), told);

    // Before the breach there are eleven in a row, and it is said so.
    let end = rows[3_298].t;
    let policy = format!("run-length:n=12,{LIMITS},to={}", end.0);
    let checked = oracle(
        folder.path(),
        &[
            "check", "--log", "log", "--feed", "truck-7", "--policy", &policy,
        ],
    );
    assert_eq!(checked.status.code(), Some(1));
    let answer = lines(&checked).pop().unwrap();
    assert_eq!((&answer["have"], &answer["need"]), (&11.into(), &12.into()));
    assert_eq!(answer["reasons"]["OutOfWindow"], 4_000 - 3_299);
    let missing = oracle(folder.path(), &[&arguments[..], &[&policy]].concat());
    assert_fails(&missing, 1, "TR0610", &["11 of 12", "oracle check"]);
}

/// Two of three attestors, and each way in which a claim does not count.
#[test]
fn each_reason_why_a_claim_does_not_count_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    for name in ["post", "shop", "bank", "stranger"] {
        let urn = format!("urn:attestor:{name}");
        let made = oracle(
            here,
            &["device", "new", "--urn", &urn, "--quantity", "delivery"],
        );
        assert!(made.status.success());
    }
    let (parcel, other) = ("5f".repeat(32), "60".repeat(32));
    let claim = |name: &str, subject: &str, code: u16, file: &str| {
        let claim = format!("{subject}={code}");
        let signed = oracle(
            here,
            &["sign", "--device", name, "--claim", &claim, "--out", file],
        );
        assert!(signed.status.success());
    };
    claim("post", &parcel, 1, "post.bin");
    claim("shop", &other, 1, "shop.bin");
    claim("bank", &parcel, 2, "bank.bin");
    claim("stranger", &parcel, 1, "stranger.bin");
    let policy = format!("k-of-n:k=2,subject={parcel}");
    let check = |more: &[&str]| {
        let arguments = [
            &[
                "check",
                "post.bin",
                "post.bin",
                "shop.bin",
                "bank.bin",
                "stranger.bin",
            ],
            more,
            &[
                "--feed", "post", "--feed", "shop", "--feed", "bank", "--policy", &policy,
            ],
        ];
        oracle(here, &arguments.concat())
    };
    let short = check(&[]);
    assert_eq!(short.status.code(), Some(1));
    let short = lines(&short);
    let answer = &short[5];
    for (what, count) in [
        ("have", 1),
        ("need", 2),
        ("duplicate", 1),
        ("other_subject", 1),
        ("unknown", 1),
        ("stale", 0),
    ] {
        assert_eq!(answer[what], count, "{what} in {answer}");
    }
    let names: Vec<_> = short[..5]
        .iter()
        .map(|said| said["name"].as_str().unwrap_or(""))
        .collect();
    assert_eq!(names, ["", "", "OtherSubject", "CodesDiffer", "WrongFeed"]);

    claim("shop", &parcel, 1, "shop-again.bin");
    let enough = check(&["shop-again.bin"]);
    assert!(enough.status.success());
    assert_eq!(lines(&enough).pop().unwrap()["verdict"], "0100");
}

#[test]
fn a_device_of_each_form_signs_what_is_accepted() {
    for envelope in ["native", "cose"] {
        for mode in ["counter", "slot"] {
            let folder = with_device();
            let here = folder.path();
            let new = [
                "device",
                "new",
                "--urn",
                "urn:dev:b",
                "--quantity",
                "temperature",
                "--unit",
                "Cel",
                "--scale",
                "-3",
                "--period",
                "1min",
                "--envelope",
                envelope,
                "--mode",
                mode,
            ];
            assert!(oracle(here, &new).status.success());
            for minute in ["00", "01"] {
                let time = format!("2026-11-23T08:{minute}:00Z");
                let sign = [
                    "sign", "--device", "b", "--time", &time, "4.929", "--out", minute,
                ];
                let signed = oracle(here, &sign);
                assert!(signed.status.success(), "{envelope} {mode}: {signed:?}");
            }
            let checked = oracle(here, &["check", "00", "01", "--feed", "b"]);
            assert!(checked.status.success(), "{envelope} {mode}: {checked:?}");
            let states: Vec<_> = lines(&checked)
                .iter()
                .map(|it| it["state"].clone())
                .collect();
            assert_eq!(states, ["good", "good"], "{envelope} {mode}");
        }
    }
}
