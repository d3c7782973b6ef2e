//! A node whose key lies in another process.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::Value;

use super::{Ledger, Running, quiet};
use crate::author::assert_fails;

impl Ledger {
    fn signer(&self) -> Running {
        let words = ["key", "serve", "alice.key", "--socket", "alice.signer"];
        Running::start(quiet(self.path()).args(words))
    }
}

#[test]
fn the_key_is_in_its_own_process_only() {
    let ledger = Ledger::go_on(tempfile::tempdir().unwrap(), &["--block-time", "100ms"]);
    let alice_key = ledger.key("alice.key", 1_000_000);
    let mut signer = ledger.signer();
    assert_eq!(signer.said["key"], alice_key);
    ledger.init("alice", &["--signer", "alice.signer"]);
    assert!(!ledger.path().join("alice/key").exists());
    ledger.agreeing("bob");

    let alice = ledger.node("alice");
    assert_eq!(alice.said["key"], alice_key);
    let bob = ledger.node("bob");
    let peer = bob.peer();
    let of_alice = |words: &[&str]| ledger.ask(&[&["channel", "--node", "alice"], words].concat());
    let opened = of_alice(&["open", "--peer", &peer, "--deposit", "1000"]);
    assert_eq!(opened["open"], true);
    assert_eq!(of_alice(&["transfer", "100"])["round"], 1);

    // Without it nothing is signed; once it is there again, what waited goes on.
    signer.kill();
    let late = quiet(ledger.path())
        .args(["channel", "--node", "alice", "transfer", "10"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut watch = quiet(ledger.path());
    watch.args(["channel", "--node", "alice", "watch"]);
    let mut watch = watch.stdout(Stdio::piped()).spawn().unwrap();
    let kinds = BufReader::new(watch.stdout.take().unwrap()).lines();
    let mut kinds = kinds.map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap());
    assert!(kinds.any(|event| event["kind"] == "signer_gone"));
    let _signer = ledger.signer();
    assert!(kinds.any(|event| event["kind"] == "signer_back"));
    watch.kill().unwrap();
    watch.wait().unwrap();
    let late = late.wait_with_output().unwrap();
    assert!(late.status.success(), "{late:?}");
    let shown = of_alice(&["show"]);
    // A step that waited longer than its block counts comes again in a later round; it is made once.
    assert_eq!(
        shown["summary"]["balances"],
        serde_json::json!(["890", "110"]),
        "{shown}"
    );
}

#[test]
fn a_signer_that_is_not_there_or_is_another() {
    let ledger = Ledger::start();
    let alice = ledger.key("alice.key", 0);
    ledger.key("bob.key", 0);
    let init = ["node", "init", "alice", "--signer", "alice.signer"];
    ledger.refuses(&init, 3, "TR0912", &["key serve"]);
    assert!(!ledger.path().join("alice").exists());

    let signer = ledger.signer();
    assert_eq!(signer.said["key"], alice);
    let serve = |key: &str, socket: &str, rounds: &str| {
        quiet(ledger.path())
            .args(["key", "serve", key, "--socket", socket, "--rounds", rounds])
            .output()
            .unwrap()
    };
    let output = serve("alice.key", "other.signer", "alice.key.rounds");
    assert_fails(&output, 3, "TR0912", &["another process"]);
    let output = serve("bob.key", "alice.signer", "bob.rounds");
    assert_fails(&output, 3, "TR0912", &["alice.signer"]);
    let output = serve("bob.key", "bob.signer", "alice.key");
    assert_fails(&output, 3, "TR0912", &["alice.key"]);
    let output = serve("nobody.key", "nobody.signer", "nobody.rounds");
    assert_fails(&output, 2, "TR0904", &["nobody.key"]);

    // A folder with a key of its own, and a signer of another one.
    ledger.init("bob", &[]);
    let settings = ledger.path().join("bob/node.toml");
    let text = fs::read_to_string(&settings).unwrap();
    let socket = ledger.path().join("alice.signer");
    fs::write(&settings, format!("signer = {socket:?}\n{text}")).unwrap();
    ledger.refuses(&["node", "run", "bob"], 3, "TR0912", &["does not sign as"]);
}
