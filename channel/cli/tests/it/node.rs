//! `twinroot key`, `node`, `channel` and `exit` where something is missing or wrong: each says what, with a code.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn twinroot(folder: &Path, arguments: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_twinroot"));
    program
        .args(arguments)
        .current_dir(folder)
        .env_remove("TWINROOT_NODE");
    program
        .env("TWINROOT_PASSPHRASE", "correct horse")
        .output()
        .unwrap()
}

fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn refused(folder: &Path, arguments: &[&str], code: &str, exit: i32) {
    let output = twinroot(folder, arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains(&format!("error[{code}]: ")),
        "{arguments:?}: {said}"
    );
    assert_eq!(output.status.code(), Some(exit), "{arguments:?}: {said}");
}

#[test]
fn a_key_opens_with_its_passphrase_only() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let made = json(&twinroot(folder, &["key", "new", "alice.key"]));
    assert_eq!(json(&twinroot(folder, &["key", "show", "alice.key"])), made);
    let public = twinroot(folder, &["key", "public", "alice.key"]);
    assert_eq!(
        String::from_utf8(public.stdout).unwrap().trim(),
        made["key"]
    );
    refused(folder, &["key", "new", "alice.key"], "TR0904", 2);
    refused(folder, &["key", "show", "bob.key"], "TR0904", 2);
    fs::write(folder.join("other"), "another\n").unwrap();
    refused(
        folder,
        &["key", "show", "alice.key", "--passphrase-file", "other"],
        "TR0903",
        2,
    );
    refused(
        folder,
        &["key", "show", "alice.key", "--no-passphrase"],
        "TR0903",
        2,
    );
    refused(
        folder,
        &["key", "show", "alice.key", "--passphrase-file", "nowhere"],
        "TR0903",
        2,
    );
}

#[test]
fn a_node_is_made_once_and_needs_a_ledger() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let made = json(&twinroot(
        folder,
        &[
            "node",
            "init",
            "alice",
            "--chain",
            "ws://127.0.0.1:9",
            "--listen",
            "127.0.0.1:0",
        ],
    ));
    assert_eq!(made["listen"], "127.0.0.1:0");
    assert_eq!(
        fs::metadata(folder.join("alice"))
            .unwrap()
            .permissions()
            .mode()
            & 0o777,
        0o700
    );
    assert_eq!(
        fs::metadata(folder.join("alice/key"))
            .unwrap()
            .permissions()
            .mode()
            & 0o077,
        0
    );
    refused(folder, &["node", "init", "alice"], "TR0206", 2);
    refused(folder, &["node", "run", "alice"], "TR0907", 3);
    refused(folder, &["node", "run", "bob"], "TR0907", 3);
    refused(folder, &["node", "check", "alice"], "TR0909", 3);
    refused(
        folder,
        &["node", "backup", "alice", "--to", "backups"],
        "TR0909",
        3,
    );
    refused(
        folder,
        &["node", "restore", "alice", "--from", "nowhere"],
        "TR0910",
        3,
    );
    fs::write(
        folder.join("alice/node.toml"),
        "chian = \"ws://127.0.0.1:9\"\n",
    )
    .unwrap();
    refused(folder, &["node", "run", "alice"], "TR0907", 3);
}

#[test]
fn verbs_say_where_they_looked_for_the_node() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    refused(
        folder,
        &["node", "status", "--node", "nowhere"],
        "TR0706",
        3,
    );
    refused(
        folder,
        &["channel", "--node", "nowhere", "list"],
        "TR0706",
        3,
    );
    refused(
        folder,
        &["channel", "--node", "ws://127.0.0.1:9", "list"],
        "TR0706",
        3,
    );
    refused(
        folder,
        &["channel", "--node", "http://127.0.0.1:9", "list"],
        "TR0905",
        2,
    );
}
