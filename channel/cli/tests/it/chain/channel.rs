//! `twinroot channel` with two nodes that run, and what it does not take.

use std::thread::sleep;
use std::time::Duration;

use super::Ledger;

#[test]
fn what_is_wrong_is_told_and_nothing_moves() {
    let ledger = Ledger::ticking();
    ledger.init("alice", &[]);
    ledger.agreeing("bob");
    let [alice, bob] = ["alice", "bob"].map(|name| ledger.node(name));
    let [key, bobs] = [&alice, &bob].map(|node| node.said["key"].as_str().unwrap());
    ledger.fund("alice", key);
    let of_alice = |words: &[&str]| ledger.ask(&[&["channel", "--node", "alice"], words].concat());
    let refuses = |words: &[&str], exit, code, says: &[&str]| {
        let words = [&["channel", "--node", "alice"], words].concat();
        ledger.refuses(&words, exit, code, says);
    };
    let [to_alice, to_bob] = [alice.peer(), bob.peer()];
    let most = u64::MAX.to_string();

    refuses(&["show"], 2, "TR0906", &["channel open"]);
    refuses(&["accept"], 1, "TR0911", &["nothing is asked"]);
    let open = |peer, deposit| ["open", "--peer", peer, "--deposit", deposit];
    refuses(&open("carol", "1"), 2, "TR0905", &["carol"]);
    refuses(&open(&to_alice, "1"), 2, "TR0807", &["this node"]);
    refuses(&open(&to_bob, &most), 1, "TR0815", &[&most]);
    let short = [&open(&to_bob, "1")[..], &["--lock", "0"]].concat();
    refuses(&short, 1, "TR0911", &["too short"]);

    let opened = of_alice(&open(&to_bob, "1000"));
    let channel = opened["channel"].as_str().unwrap();
    assert_eq!(opened["peer"], bobs);
    let transfer = |amount| ["transfer", channel, amount];
    refuses(&transfer("18446744073709551616"), 2, "TR0406", &["coins"]);
    refuses(&transfer("1001"), 1, "TR0804", &["1001"]);
    refuses(&transfer(&most), 1, "TR0804", &[&most]);
    refuses(&["call", channel, "none", "stop"], 2, "TR0906", &["create"]);
    refuses(&["slash", channel], 3, "TR0806", &[]);
    refuses(&["settle", channel], 1, "TR0911", &["not being closed"]);
    refuses(&["show", "zz"], 2, "TR0906", &["zz"]);

    assert_eq!(of_alice(&transfer("100"))["round"], 1);
    refuses(&["slash", channel], 1, "TR0911", &["not being closed"]);
    assert!(of_alice(&["snapshot", channel])["what"].is_string());
    of_alice(&transfer("10"));
    let asked = of_alice(&["close", channel, "--solo", "--no-wait"]);
    assert_eq!(asked["payout"], "890");
    while of_alice(&["show", channel])["closing_until"].is_null() {
        sleep(Duration::from_millis(20));
    }
    let settled = of_alice(&["settle", channel]);
    assert_eq!(settled["channel"], channel);
    refuses(&transfer("1"), 3, "TR0810", &["closed"]);
    assert_eq!(ledger.coins(bobs), 110);
}

/// Alice's disk is lost and there is no backup: Bob's node has the channel, and gives it to her in a file.
#[test]
fn a_channel_comes_back_from_a_file_of_the_peer() {
    let ledger = Ledger::ticking();
    ledger.init("alice", &[]);
    ledger.agreeing("bob");
    let [mut alice, bob] = ["alice", "bob"].map(|name| ledger.node(name));
    let key = alice.said["key"].as_str().unwrap().to_owned();
    ledger.fund("alice", &key);
    let of = |name, words: &[&str]| ledger.ask(&[&["channel", "--node", name], words].concat());
    let opened = of(
        "alice",
        &["open", "--peer", &bob.peer(), "--deposit", "1000"],
    );
    of("alice", &["transfer", "100"]);
    let written = of("bob", &["export", "--to", "deal.channel"]);
    assert_eq!(written["channel"], opened["channel"]);
    let again = ["channel", "--node", "bob", "export", "--to", "deal.channel"];
    ledger.refuses(&again, 2, "TR0206", &["is there already"]);

    alice.kill();
    std::fs::remove_file(ledger.path().join("alice/node.log")).unwrap();
    let _alice = ledger.node("alice");
    let listening = bob.said["listening"].as_str().unwrap();
    let import = |file| {
        [
            "channel",
            "--node",
            "alice",
            "import",
            file,
            "--peer-address",
            listening,
        ]
    };
    ledger.refuses(
        &import("bob/node.toml"),
        2,
        "TR0807",
        &["no exported channel"],
    );
    ledger.refuses(&import("nothing"), 3, "TR0104", &["nothing"]);
    // It follows the ledger after a moment.
    let came = loop {
        let output = ledger.run(&import("deal.channel"));
        if output.status.success() {
            break serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap();
        }
        assert!(
            crate::author::error(&output).contains("TR0806"),
            "{output:?}"
        );
        sleep(Duration::from_millis(20));
    };
    assert_eq!(came["channel"], opened["channel"]);
    ledger.refuses(&import("deal.channel"), 2, "TR0820", &["has the channel"]);
    of("alice", &["transfer", "10"]);
    let shown = of("bob", &["show"]);
    assert_eq!(
        shown["summary"]["balances"],
        serde_json::json!(["110", "890"])
    );
}
