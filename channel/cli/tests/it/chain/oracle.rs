//! Oracles of the ledger: asked, answered, silent, and asked for what they do not do.

use std::fs;

use serde_json::Value;

use super::Ledger;

/// A ledger at height 1,000 with an oracle until 11,000, whose price is 50, and Carol.
struct Asked {
    ledger: Ledger,
    oracle: String,
    carol: String,
}

impl Asked {
    fn begin() -> Self {
        let ledger = Ledger::start();
        let (oracle, carol) = (
            ledger.key("oracle.key", 100_000),
            ledger.key("carol.key", 100_000),
        );
        ledger.ask(&["chain", "warp", "1000"]);
        ledger.ask(&register("oracle.key", "50", "11000"));
        Self {
            ledger,
            oracle,
            carol,
        }
    }

    /// The words that name a question whose answer may come until height 2,000.
    fn question<'a>(&'a self, more: &[&'a str]) -> Vec<&'a str> {
        let named = ["oracle", "query", &self.oracle, "who won?"];
        let heights = ["--answer-by", "2000", "--kept-until", "3000"];
        [&named, &heights, more].concat()
    }

    /// Has Carol ask, and gives the question's name.
    fn ask(&self) -> String {
        let asked = self
            .ledger
            .ask(&self.question(&["--ask", "50", "--key", "carol.key"]));
        assert_eq!(asked["asked"], true);
        asked["query"].as_str().unwrap().to_owned()
    }

    fn show(&self) -> Value {
        self.ledger.ask(&self.question(&[]))
    }
}

fn register<'a>(key: &'a str, price: &'a str, until: &'a str) -> [&'a str; 8] {
    [
        "oracle", "register", "--key", key, "--price", price, "--until", until,
    ]
}

#[test]
fn an_answer_is_paid_once_and_proven() {
    let asked = Asked::begin();
    let ledger = &asked.ledger;
    assert_eq!(asked.show()["asked"], false);
    let before = ledger.coins(&asked.carol);
    let query = asked.ask();
    assert!(before - ledger.coins(&asked.carol) > 50);
    ledger.refuses(
        &asked.question(&["--ask", "50", "--key", "carol.key"]),
        1,
        "TR1001",
        &["asked"],
    );
    let respond = |key: &'static str| ["oracle", "respond", &query, "the home team", "--key", key];
    ledger.refuses(&respond("carol.key"), 1, "TR1001", &["oracle"]);
    ledger.ask(&respond("oracle.key"));
    ledger.refuses(&respond("oracle.key"), 1, "TR1001", &["answer"]);
    ledger.refuses(
        &["oracle", "refund", &query, "--key", "carol.key"],
        1,
        "TR1001",
        &["answer"],
    );
    ledger.ask(&["chain", "mine"]);
    let shown = ledger.ask(&asked.question(&["--proof", "answer.bundle"]));
    assert_eq!(shown["answer"], "the home team");
    assert_eq!(shown["proven_at"], ledger.height());
    assert!(
        fs::metadata(ledger.path().join("answer.bundle"))
            .unwrap()
            .len()
            > 100
    );
    ledger.refuses(
        &asked.question(&["--proof", "nowhere/answer.bundle"]),
        3,
        "TR0104",
        &["nowhere"],
    );
}

#[test]
fn silence_is_proven_and_gives_the_coins_back() {
    let asked = Asked::begin();
    let ledger = &asked.ledger;
    let query = asked.ask();
    let refund = ["oracle", "refund", &query, "--key", "carol.key"];
    ledger.refuses(&refund, 1, "TR1001", &["2000"]);
    ledger.refuses(
        &asked.question(&["--proof", "early.bundle"]),
        1,
        "TR0610",
        &["one can still come"],
    );
    assert!(!ledger.path().join("early.bundle").exists());
    ledger.ask(&["chain", "warp", "2001"]);
    ledger.refuses(
        &["oracle", "respond", &query, "late", "--key", "oracle.key"],
        1,
        "TR1001",
        &["2000"],
    );
    ledger.ask(&["chain", "mine"]);
    let shown = ledger.ask(&asked.question(&["--proof", "none.bundle"]));
    assert_eq!(shown["answer"], Value::Null);
    let before = ledger.coins(&asked.carol);
    let fee = {
        // What a transaction costs that does nothing else.
        let oracle = ledger.coins(&asked.oracle);
        ledger.ask(&["oracle", "refund", &query, "--key", "oracle.key"]);
        oracle - ledger.coins(&asked.oracle)
    };
    assert!(fee > 0);
    assert_eq!(ledger.coins(&asked.carol), before + 50);
    ledger.refuses(&refund, 1, "TR1001", &["no query"]);
}

#[test]
fn what_cannot_be_asked_is_not() {
    let asked = Asked::begin();
    let ledger = &asked.ledger;
    let before = ledger.coins(&asked.carol);
    let ask = |oracle: &str, question: &str, by: &str, kept: &str, most: &str| {
        let words = [
            "oracle",
            "query",
            oracle,
            question,
            "--answer-by",
            by,
            "--kept-until",
            kept,
            "--ask",
            most,
            "--key",
            "carol.key",
        ];
        words.map(str::to_owned)
    };
    let long = "a".repeat(257);
    for (words, says) in [
        (ask(&asked.carol, "q", "2000", "3000", "50"), "no oracle"),
        (ask(&asked.oracle, "q", "2000", "3000", "49"), "50"),
        (ask(&asked.oracle, "q", "10", "3000", "50"), "10"),
        (ask(&asked.oracle, "q", "3000", "2000", "50"), "3000"),
        (ask(&asked.oracle, "q", "2000", "200000", "50"), "200000"),
        (ask(&asked.oracle, "q", "12000", "13000", "50"), "11000"),
        (ask(&asked.oracle, "", "2000", "3000", "50"), "256"),
        (ask(&asked.oracle, &long, "2000", "3000", "50"), "256"),
    ] {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        ledger.refuses(&words, 1, "TR1001", &[says]);
    }
    assert_eq!(ledger.coins(&asked.carol), before);
    ledger.misread(&asked.question(&["--ask", "50"]), "--key");
    ledger.misread(&asked.question(&["--key", "carol.key"]), "--ask");
    ledger.misread(
        &asked.question(&["--ask", "18446744073709551616", "--key", "carol.key"]),
        "too large",
    );
    ledger.refuses(
        &asked.question(&["--ask", "50", "--key", "nowhere.key"]),
        2,
        "TR0904",
        &["nowhere.key"],
    );
}

#[test]
fn what_no_oracle_can_promise() {
    let asked = Asked::begin();
    let ledger = &asked.ledger;
    let most = u64::MAX.to_string();
    ledger.key("poor.key", 0);
    for (words, says) in [
        (register("oracle.key", "50", "11000"), "extend"),
        (register("poor.key", "50", "11000"), "0 coins"),
        (register("carol.key", "50", "+100001"), "101"),
        (register("carol.key", "50", &most), &most),
        (register("carol.key", "50", "5"), "5"),
    ] {
        ledger.refuses(&words, 1, "TR1001", &[says]);
    }
    let extend = |key, until| {
        [
            "oracle", "extend", "--key", key, "--price", "60", "--until", until,
        ]
    };
    ledger.refuses(&extend("carol.key", "12000"), 1, "TR1001", &["no oracle"]);
    ledger.refuses(&extend("oracle.key", "10999"), 1, "TR1001", &["11000"]);
    ledger.ask(&extend("oracle.key", "12000"));
    ledger.misread(&extend("oracle.key", "soon"), "+500");
    // A price that nobody has is a price all the same; it takes nothing from the oracle.
    ledger.ask(&register("carol.key", &most, "11000"));
    ledger.refuses(
        &["oracle", "respond", &asked.carol, "x", "--key", "carol.key"],
        1,
        "TR1001",
        &["no query"],
    );
    ledger.misread(
        &["oracle", "respond", "who won?", "x", "--key", "carol.key"],
        "64 hex digits",
    );
}
