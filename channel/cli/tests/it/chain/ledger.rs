//! The ledger itself: what it does, and what it does not take.

use std::fs;

use super::{Ledger, quiet};
use crate::author::{assert_fails, error};

#[test]
fn it_goes_on_where_it_was_killed() {
    let ledger = Ledger::start();
    let key = ledger.key("alice.key", 1_000);
    ledger.ask(&["chain", "warp", "500"]);
    let (was, proven) = (
        ledger.height(),
        ledger.ask(&["chain", "account", "--prove", &key]),
    );
    assert_eq!(proven["coins"], "1000");
    let ledger = Ledger::go_on(ledger.kill(), &["--on-demand"]);
    assert_eq!((ledger.height(), ledger.coins(&key)), (was, 1_000));
}

#[test]
fn a_fork_takes_back_what_came_after_the_name() {
    let ledger = Ledger::start();
    let key = ledger.key("alice.key", 1_000);
    ledger.ask(&["chain", "snapshot", "before"]);
    ledger.ask(&["chain", "fund", &key, "500"]);
    assert_eq!(ledger.coins(&key), 1_500);
    ledger.ask(&["chain", "rollback", "before"]);
    assert_eq!(ledger.coins(&key), 1_000);
    ledger.refuses(
        &["chain", "rollback", "after"],
        1,
        "TR1004",
        &["`after`", "before"],
    );
    ledger.refuses(&["chain", "rollback", "99999"], 1, "TR1005", &["goes back"]);
    ledger.refuses(&["chain", "snapshot", ""], 1, "TR1004", &["1 to 64 bytes"]);
    ledger.misread(&["chain", "snapshot", "12"], "a number is a height");
}

#[test]
fn numbers_and_names_that_are_none() {
    let ledger = Ledger::start();
    let key = ledger.key("alice.key", 0);
    ledger.misread(&["chain", "fund", "alice.key", "10"], "64 hex digits");
    ledger.misread(
        &["chain", "fund", &key, "18446744073709551616"],
        "too large",
    );
    ledger.misread(&["chain", "fund", &key, "-1"], "-1");
    ledger.refuses(
        &["chain", "fund", &key, "18446744073709551615"],
        1,
        "TR1001",
        &["does not fit"],
    );
    ledger.refuses(&["chain", "mine", "100001"], 2, "TR1006", &["100000"]);
    ledger.ask(&["chain", "mine", "2"]);
    ledger.refuses(&["chain", "warp", "1"], 1, "TR1005", &["rollback"]);
    ledger.refuses(
        &["chain", "warp", "18446744073709551615"],
        2,
        "TR1006",
        &["100000"],
    );
    assert_eq!((ledger.height(), ledger.coins(&key)), (2, 0));
}

#[test]
fn files_and_addresses_that_are_in_use_or_something_else() {
    let ledger = Ledger::start();
    ledger.key("alice.key", 0);
    let dev = |words: &[&str]| {
        quiet(ledger.path())
            .args(["chain", "dev"])
            .args(words)
            .output()
            .unwrap()
    };
    let free = ["--listen", "ws://127.0.0.1:0"];
    assert_fails(&dev(&free), 3, "TR1008", &["open in another process"]);
    let output = dev(&["--file", "other.ledger", "--listen", &ledger.at]);
    assert_fails(&output, 3, "TR1011", &[&ledger.at]);
    let output = dev(&["--file", "alice.key", "--listen", "ws://127.0.0.1:0"]);
    assert_fails(&output, 3, "TR1008", &["alice.key"]);
    let output = dev(&["--file", "other.ledger", "--listen", "127.0.0.1"]);
    assert_fails(&output, 2, "TR0709", &["127.0.0.1"]);
    let output = dev(&["--block-time", "2"]);
    assert!(error(&output).contains("2s or 500ms"), "{output:?}");

    ledger.ask(&["chain", "export", "all"]);
    ledger.ask(&["chain", "import", "all", "--file", "copy.ledger"]);
    ledger.refuses(
        &["chain", "import", "all", "--file", "copy.ledger"],
        3,
        "TR1008",
        &["there already"],
    );
    let mut damaged = fs::read(ledger.path().join("all")).unwrap();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    fs::write(ledger.path().join("damaged"), damaged).unwrap();
    ledger.refuses(
        &["chain", "import", "damaged", "--file", "no.ledger"],
        3,
        "TR1008",
        &[],
    );
    assert!(!ledger.path().join("no.ledger").exists());
    ledger.refuses(
        &["chain", "export", "nowhere/all"],
        3,
        "TR0104",
        &["nowhere"],
    );
}

#[test]
fn where_no_ledger_is() {
    let ledger = Ledger::start();
    // The port of a listener that is gone, which nobody else was given yet.
    let gone = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let gone = format!("ws://{gone}");
    for verb in [&["status"][..], &["mine"], &["export", "all"]] {
        let words: Vec<&str> = [&["chain"], verb, &["--chain", &gone]].concat();
        ledger.refuses(&words, 3, "TR0706", &["twinroot chain dev"]);
    }
    ledger.refuses(
        &["chain", "status", "--chain", "http://127.0.0.1:8640"],
        2,
        "TR0709",
        &["ws://"],
    );
}
