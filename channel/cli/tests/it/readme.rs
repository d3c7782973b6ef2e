//! The quickstart of the README, as it is written there: a ledger, Bob and Alice as processes.

#![expect(
    clippy::disallowed_methods,
    reason = "what a daemon says is read while it runs"
)]

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
/// What Bob says: to the offer, the contract, `start`, and `stop`.
const BOB_SAYS: &[u8] = b"y\ny\ny\nn\n";

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The commands of the quickstart: one list for each terminal.
fn terminals() -> Vec<Vec<String>> {
    let readme = std::fs::read_to_string(Path::new(ROOT).join("README.md")).unwrap();
    let (_, section) = readme.split_once("\n## Two people, one channel\n").unwrap();
    let section = section.split("\n## ").next().unwrap();
    let blocks = section
        .split("```sh\n")
        .skip(1)
        .map(|block| block.split("```").next().unwrap());
    let commands = |block: &str| {
        block
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(str::to_owned)
            .collect()
    };
    blocks.map(commands).collect()
}

/// Starts a daemon and waits until it says that it runs.
fn start(folder: &Path, command: &str, says: &[u8]) -> Running {
    let mut child = words(folder, command.trim_end_matches(" &"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(says).unwrap();
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    assert!(out.read_line(&mut line).unwrap() > 0, "{command} ended");
    // Whatever else it says is read, so that it never waits for a reader; its input stays open.
    std::thread::spawn(move || {
        let _input = input;
        std::io::copy(&mut out, &mut std::io::sink())
    });
    Running(child)
}

fn words(folder: &Path, command: &str) -> Command {
    let mut words = command.split(' ');
    assert_eq!(words.next(), Some("twinroot"), "{command}");
    let mut command = Command::new(env!("CARGO_BIN_EXE_twinroot"));
    command
        .args(words)
        .current_dir(folder)
        .env_remove("TWINROOT_NODE");
    command
}

/// What a command answers, and what it says beside.
fn answer(folder: &Path, command: &str) -> (Value, String) {
    let output = words(folder, command).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{command}: {said}");
    (serde_json::from_slice(&output.stdout).unwrap(), said)
}

#[test]
fn the_quickstart_works_as_written() {
    let terminals = terminals();
    let [chain, bob, alice] = terminals.as_slice() else {
        panic!("three terminals, not {terminals:?}")
    };
    let commands: Vec<&String> = [chain, bob, alice].into_iter().flatten().collect();
    assert!(commands.len() <= 8, "{commands:?}");
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    symlink(Path::new(ROOT).join("contracts"), folder.join("contracts")).unwrap();

    let _chain = start(folder, &chain[0], b"");
    let _bob = start(folder, &bob[0], BOB_SAYS);
    let _alice = start(folder, &alice[0], b"");
    let [_, open, create, begin, stop, close] = alice.as_slice() else {
        panic!("{alice:?}")
    };
    assert_eq!(answer(folder, open).0["open"], true);
    for command in [create, begin] {
        assert_eq!(
            answer(folder, command).0["receipts"][0]["outcome"],
            "success",
            "{command}"
        );
    }
    let completed = words(folder, "twinroot -- twinroot channel --node alice call st")
        .envs([("COMPLETE", "bash"), ("_CLAP_COMPLETE_INDEX", "5")])
        .output()
        .unwrap();
    let mut completed: Vec<&str> = str::from_utf8(&completed.stdout).unwrap().lines().collect();
    completed.sort_unstable();
    assert_eq!(completed, ["start", "stop"]);
    let (done, said) = answer(folder, stop);
    assert!(said.contains("the peer does not sign"), "{said}");
    assert_eq!(
        (&done["receipts"][0]["outcome"], &done["forced"]),
        (&"success".into(), &1.into()),
        "{done}"
    );
    assert_eq!(answer(folder, close).0["paid_out"], true);
}
