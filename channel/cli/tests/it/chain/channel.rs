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
    ledger.ask(&["chain", "fund", key, "100000"]);
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
