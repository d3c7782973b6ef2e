//! `twinroot chain`, and the verbs of `twinroot oracle` that ask a ledger, against a ledger in a process of its own.

#![expect(
    clippy::disallowed_methods,
    reason = "what a ledger says is read while it runs"
)]

mod ledger;
mod oracle;
mod signer;

use std::io::BufReader;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::author::{error, program};

/// A process that says in a document that it runs, and ends with this.
struct Running {
    process: Child,
    said: Value,
}

impl Running {
    fn start(command: &mut Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let out = BufReader::new(process.stdout.take().unwrap());
        let mut documents = serde_json::Deserializer::from_reader(out).into_iter();
        let said = documents.next().expect("it ended").unwrap();
        Self { process, said }
    }

    /// Ends it as a power cut would.
    fn kill(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A ledger in a folder of its own; both end with this.
struct Ledger {
    process: Running,
    folder: TempDir,
    at: String,
}

impl Ledger {
    /// One that makes a block with each transaction, and none without.
    fn start() -> Self {
        Self::go_on(tempfile::tempdir().unwrap(), &["--on-demand"])
    }

    /// Starts it on what the folder has.
    fn go_on(folder: TempDir, blocks: &[&str]) -> Self {
        let listen = ["--listen", "ws://127.0.0.1:0"];
        let mut command = quiet(folder.path());
        let process = Running::start(command.args(["chain", "dev"]).args(blocks).args(listen));
        let at = process.said["listening"].as_str().unwrap().to_owned();
        Self {
            process,
            folder,
            at,
        }
    }

    /// Ends it, and gives what is left.
    fn kill(mut self) -> TempDir {
        self.process.kill();
        self.folder
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs a verb that talks to it.
    fn run(&self, words: &[&str]) -> Output {
        quiet(self.path())
            .env("TWINROOT_CHAIN", &self.at)
            .args(words)
            .output()
            .unwrap()
    }

    /// What a verb answers.
    fn ask(&self, words: &[&str]) -> Value {
        let output = self.run(words);
        assert!(output.status.success(), "{words:?}: {}", error(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Asserts that a verb fails with a code that `explain` knows, and says these words.
    fn refuses(&self, words: &[&str], exit: i32, code: &str, says: &[&str]) {
        let output = self.run(words);
        crate::author::assert_fails(&output, exit, code, says);
        assert!(output.stdout.is_empty(), "{words:?}: {output:?}");
        let explained = self.run(&["explain", code]);
        assert!(explained.status.success(), "{code}");
    }

    /// Asserts that the words are no command.
    fn misread(&self, words: &[&str], says: &str) {
        let output = self.run(words);
        let told = error(&output);
        assert_eq!(output.status.code(), Some(2), "{words:?}: {told}");
        assert!(told.contains(says), "{words:?}: {told}");
    }

    /// Makes a key with these coins, in the file of its name, and gives its public half.
    fn key(&self, name: &str, coins: u64) -> String {
        let key = self.ask(&["key", "new", name])["key"]
            .as_str()
            .unwrap()
            .to_owned();
        if coins > 0 {
            self.ask(&["chain", "fund", &key, &coins.to_string()]);
        }
        key
    }

    fn coins(&self, key: &str) -> u64 {
        let account = self.ask(&["chain", "account", key]);
        account["coins"].as_str().unwrap().parse().unwrap()
    }

    fn height(&self) -> u64 {
        self.ask(&["chain", "status"])["block"]["height"]
            .as_u64()
            .unwrap()
    }
}

/// The program without what the environment says of ledgers and nodes, and with a passphrase.
fn quiet(folder: &Path) -> Command {
    let mut program = program();
    program
        .current_dir(folder)
        .env_remove("TWINROOT_CHAIN")
        .env_remove("TWINROOT_NODE")
        .env_remove("TWINROOT_OUTPUT")
        .env("TWINROOT_PASSPHRASE", "correct horse");
    program
}
