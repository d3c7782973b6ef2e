//! The verbs of whoever writes contracts.

mod bad_input;
mod begin;
mod build;
mod hashes;
mod inspect;
mod modules;
mod reference;
mod trace;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// A checkout of Twinroot.
pub(crate) const CHECKOUT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

pub(crate) fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_twinroot"))
}

/// Runs the program in a folder.
pub(crate) fn twinroot(folder: &Path, arguments: &[&str]) -> Output {
    let mut program = program();
    program
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

pub(crate) fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn error(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

pub(crate) fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Asserts what the program ended with, and that its message has a code and says these words.
pub(crate) fn assert_fails(output: &Output, exit: i32, code: &str, words: &[&str]) {
    let told = error(output);
    assert_eq!(output.status.code(), Some(exit), "{told}");
    assert!(told.contains(&format!("error[{code}]: ")), "{told}");
    for word in words {
        assert!(told.contains(word), "no `{word}` in: {told}");
    }
}

/// Whether contracts can be built here.
fn can_build() -> bool {
    let output = twinroot(Path::new("."), &["doctor"]);
    json(&output)["can_build"] == true
}

pub(crate) fn committed(name: &str) -> PathBuf {
    Path::new(CHECKOUT).join("contracts/wasm").join(name)
}
