//! Arguments as JSON and as words (docs/spec/contract.md, 7).

use serde_json::{Value, json};
use twinroot_spec::Spec;

use crate::module::{committed, spec};

const LINES: &str = r#"{"entry":"offer","docs":"","args":[{"name":"price","type":"Amount"},{"name":"side","type":"Side"}]}
{"entry":"sign","docs":"","args":[{"name":"deal","type":"Deal"},{"name":"stage","type":"Stage"}]}
{"entry":"try_all","docs":"","args":[{"name":"ok","type":"bool"},{"name":"low","type":"i64"},{"name":"mark","type":"[u8; 2]"},{"name":"pair","type":"(u8, [u16; 2])"},{"name":"none","type":"()"}]}
{"entry":"close","docs":"","args":[]}
{"data":"Deal","docs":"","fields":[{"name":"id","type":"Hash"},{"name":"parts","type":"[Part; 2]"}]}
{"data":"Part","docs":"","fields":[{"name":"small","type":"u8"}]}
{"data":"Stage","docs":"","variants":[{"value":3,"name":"Open","docs":""},{"value":9,"name":"Shut","docs":""}]}"#;

fn shop() -> Spec {
    spec(LINES).unwrap()
}

fn of_json(entry: &str, args: Value) -> String {
    match shop().encode_args(entry, &args) {
        Ok(bytes) => hex(&bytes),
        Err(error) => error.to_string(),
    }
}

fn of_words(entry: &str, words: &[&str]) -> String {
    match shop().encode_words(entry, words) {
        Ok(bytes) => hex(&bytes),
        Err(error) => error.to_string(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn by_name_by_position_and_by_word() {
    let bytes = "050000000000000001";
    assert_eq!(
        of_json("offer", json!({"side": "responder", "price": 5})),
        bytes
    );
    assert_eq!(of_json("offer", json!([5, "responder"])), bytes);
    assert_eq!(of_json("offer", json!(["5", "responder"])), bytes);
    assert_eq!(of_words("offer", &["side=responder", "price=5"]), bytes);
    assert_eq!(of_json("close", json!([])), "");
    assert_eq!(of_json("close", json!({})), "");
    assert_eq!(of_words("close", &[]), "");
}

#[test]
fn words_of_each_type() {
    let words = [
        "ok=true",
        "low=-2",
        "mark=0aff",
        "pair=[1, [2, 3]]",
        "none=null",
    ];
    let bytes = "01feffffffffffffff0aff0102000300";
    assert_eq!(of_words("try_all", &words), bytes);
    let words = [
        "ok=true",
        "low=-2",
        "mark=[10, 255]",
        "pair=[1, [\"2\", 3]]",
        "none=null",
    ];
    assert_eq!(of_words("try_all", &words), bytes);
    let id = "Ab".repeat(32);
    let deal = format!("deal={{\"id\":\"{id}\",\"parts\":[{{\"small\":1}},{{\"small\":2}}]}}");
    assert_eq!(
        of_words("sign", &[&deal, "stage=Shut"]),
        "ab".repeat(32) + "010209"
    );
}

#[test]
fn a_wrong_argument_is_named_with_what_it_should_be() {
    for (args, message) in [
        (
            json!({"price": "ten", "side": "initiator"}),
            "`price`: wants Amount, a number from 0 to 18446744073709551615, got \"ten\"",
        ),
        (
            json!([-1, "initiator"]),
            "`price`: wants Amount, a number from 0 to 18446744073709551615, got -1",
        ),
        (
            json!([1.5, "initiator"]),
            "`price`: wants Amount, a number from 0 to 18446744073709551615, got 1.5",
        ),
        (
            json!(["18446744073709551616", "initiator"]),
            "`price`: wants Amount, a number from 0 to 18446744073709551615, got \"18446744073709551616\"",
        ),
        (
            json!([[1], "initiator"]),
            "`price`: wants Amount, a number from 0 to 18446744073709551615, got a list of 1",
        ),
        (
            json!([1, "buyer"]),
            "`side`: wants Side, initiator or responder, got \"buyer\"",
        ),
        (
            json!([1, "\u{202e}\u{7}"]),
            "`side`: wants Side, initiator or responder, got \"\\u{202e}\\u0007\"",
        ),
        (
            json!({"side": "initiator"}),
            "`price`: is missing: give Amount, a number from 0 to 18446744073709551615",
        ),
        (
            json!({"side": "initiator", "price": 1, "prize": 2}),
            "`prize`: is no field; there are: price, side",
        ),
        (json!([1]), "`offer` takes 2 arguments (price, side), got 1"),
        (
            json!(1),
            "the arguments of `offer` are an object by name or a list in their order, got 1",
        ),
    ] {
        assert_eq!(of_json("offer", args), message);
    }
    assert_eq!(
        of_json("buy", json!([])),
        "there is no entry `buy`; there are: close, offer, sign, try_all"
    );
}

#[test]
fn a_wrong_part_is_named_by_its_path() {
    let id = "00".repeat(32);
    for (deal, message) in [
        (
            json!({"id": id, "parts": [{"small": 1}, {"small": 256}]}),
            "`deal.parts[1].small`: wants u8, a number from 0 to 255, got 256",
        ),
        (
            json!({"id": id, "parts": [{"small": 1}]}),
            "`deal.parts`: wants [Part; 2], a list of 2, got a list of 1",
        ),
        (
            json!({"id": id, "parts": [{"small": 1}, {}]}),
            "`deal.parts[1].small`: is missing: give u8, a number from 0 to 255",
        ),
        (
            json!({"id": "00", "parts": []}),
            "`deal.id`: wants Hash, 64 hex digits, got \"00\"",
        ),
        (
            json!("x"),
            "`deal`: wants Deal, an object with id, parts, got \"x\"",
        ),
    ] {
        assert_eq!(of_json("sign", json!([deal, "Open"])), message);
    }
    let deal = json!({"id": id, "parts": [{"small": 1}, {"small": 2}]});
    assert_eq!(
        of_json("sign", json!([deal, "Gone"])),
        "`stage`: wants Stage, one of Open, Shut, got \"Gone\""
    );
}

#[test]
fn a_wrong_word_says_how_words_are_written() {
    for (words, message) in [
        (
            ["price=ten", "side=initiator"],
            "`price`: wants Amount, a number from 0 to 18446744073709551615, got \"ten\"",
        ),
        (
            ["5", "initiator"],
            "`5` is no argument: write `name=value`; `offer` takes: price, side",
        ),
        (["price=1", "price=2"], "`price` is given twice"),
        (
            ["price=1", "site=initiator"],
            "`side`: is missing: give Side, initiator or responder",
        ),
    ] {
        assert_eq!(of_words("offer", &words), message);
    }
    assert_eq!(
        of_words("sign", &["deal={id:1}", "stage=Open"]),
        "`deal`: wants Deal, an object with id, parts, written as JSON, but this is none: key must be a string at line 1 column 2"
    );
    assert_eq!(
        of_words(
            "try_all",
            &[
                "ok=yes",
                "low=0",
                "mark=0000",
                "pair=[1, [2, 3]]",
                "none=null"
            ]
        ),
        "`ok`: wants bool, true or false, got \"yes\""
    );
    assert_eq!(
        of_words(
            "try_all",
            &[
                "ok=true",
                "low=0",
                "mark=12345",
                "pair=[1, [2, 3]]",
                "none=null"
            ]
        ),
        "`mark`: wants [u8; 2], a list of 2 or 4 hex digits, got \"12345\""
    );
}

/// The `init` that the attributes make takes what the fields begin with (docs/spec/contract.md, 2.2).
#[test]
fn the_escrow_begins_with_its_fields() {
    let escrow = committed("tv-escrow");
    let hex = |digits: &str| digits.repeat(32);
    let args = json!({
        "buyer": "responder", "price": 100, "refund_height": 7,
        "delivered": {"subject": hex("01"), "feeds": [hex("02"), hex("03"), hex("04")]},
    });
    let bytes = escrow.encode_args("init", &args).unwrap();
    let begins = [1, 100, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 1, 1];
    assert_eq!((&bytes[..19], bytes.len()), (&begins[..], 17 + 4 * 32));
    assert_eq!(escrow.decode_args("init", &bytes).unwrap(), args);
}
