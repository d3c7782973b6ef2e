//! `twinroot oracle`, as a vendor of sensors starts it.

mod bad_input;
mod compact;
mod device;
mod net;
mod path;
mod running;
mod simulate;
mod truck;

use std::io::Write;
use std::path::Path;
use std::process::{Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::author::{out, program};

/// A folder with the device `truck-7` in it, a thermometer.
fn with_device() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let made = oracle(
        folder.path(),
        &[
            "device",
            "new",
            "--urn",
            "urn:dev:truck-7",
            "--quantity",
            "temperature",
            "--unit",
            "Cel",
            "--scale",
            "-3",
            "--period",
            "1s",
        ],
    );
    assert!(made.status.success(), "{made:?}");
    folder
}

fn oracle(folder: &Path, arguments: &[&str]) -> Output {
    program()
        .arg("oracle")
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

/// The same, with something on the standard input.
fn oracle_with(folder: &Path, arguments: &[&str], input: &[u8]) -> Output {
    let mut child = program()
        .arg("oracle")
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

/// Each line of the output, as JSON.
fn lines(output: &Output) -> Vec<Value> {
    out(output)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Signs readings, one after the other, and gives the messages in hex.
fn sign(folder: &Path, arguments: &[&str]) -> Value {
    let signed = oracle(
        folder,
        &[&["sign", "--device", "truck-7"], arguments].concat(),
    );
    assert!(signed.status.success(), "{signed:?}");
    lines(&signed).remove(0)
}
