//! `twinroot play` as a user starts it.

use std::fs;
use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn play(arguments: &[&str], lines: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_twinroot"))
        .arg("play")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(lines.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn the_script_of_the_docs_shows_a_dispute_to_its_end() {
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/scripts/dispute.play"
    );
    let output = play(&[script], "");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let shown = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/book/src/dispute.txt"
    );
    assert_eq!(
        text(&output.stdout),
        fs::read_to_string(shown).unwrap(),
        "the book shows something else: write what the script prints into {shown}, and read the chapter again"
    );
}

#[test]
fn machines_get_one_object_a_line() {
    let lines = "A propose pay 5\ndeliver\n# nothing\nshow\n";
    let output = play(&["--json"], lines);
    assert!(output.status.success());
    let told = text(&output.stdout);
    let objects: Vec<Value> = told
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(objects.len(), 3);
    assert_eq!(objects[0]["line"], 1);
    let parties = &objects[1]["state"]["parties"];
    for party in [&parties[0], &parties[1]] {
        assert_eq!(party["round"], 1);
        assert_eq!(party["balances"], serde_json::json!([995, 1005]));
    }
    assert_eq!(parties[0]["root"], parties[1]["root"]);
    assert_eq!(objects[2]["parties"], *parties);
}

#[test]
fn users_are_asked_if_they_want_to_be() {
    let lines = "A propose ask 7\ndeliver\nB approve\ndeliver\nshow\n";
    let output = play(&["--ask", "--json"], lines);
    assert!(output.status.success());
    let told = text(&output.stdout);
    let last: Value = serde_json::from_str(told.lines().last().unwrap()).unwrap();
    assert_eq!(
        last["parties"][0]["balances"],
        serde_json::json!([1007, 993])
    );
}

#[test]
fn a_line_that_is_no_action_is_named_and_fails() {
    let output = play(&[], "A propose pay 5\nA prop\nshow\n");
    assert_eq!(output.status.code(), Some(1));
    let error = text(&output.stderr);
    assert!(
        error.contains("line 2") && error.contains("`A prop` is no action"),
        "{error}"
    );
    assert!(
        !text(&output.stdout).contains("ledger"),
        "nothing after it is done"
    );
}

#[test]
fn a_script_that_is_not_there_is_named() {
    let output = play(&["no-such.play"], "");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("no-such.play"));
    assert_eq!(play(&["--honest", "nobody"], "").status.code(), Some(2));
}
