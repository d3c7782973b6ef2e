//! `twinroot chain`, and the verbs of `twinroot oracle` that ask a ledger, against a ledger in a process of its own.

mod channel;
mod ledger;
mod oracle;
mod signer;

use std::fs;
use std::io::BufReader;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;

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

/// What a node that agrees to much signs without asking.
const SIGNS: &str = "\n[[policy.sign]]\nonly = [\"transfer\"]\n";

impl Running {
    /// Where a node that runs can be reached by its peers.
    fn peer(&self) -> String {
        let [key, at] = ["key", "listening"].map(|name| self.said[name].as_str().unwrap());
        format!("{key}@{at}")
    }
}

impl Ledger {
    /// One whose blocks come fast.
    fn ticking() -> Self {
        Self::go_on(tempfile::tempdir().unwrap(), &["--block-time", "100ms"])
    }

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

    /// Makes the folder of a node.
    fn init(&self, name: &str, more: &[&str]) {
        let words = ["node", "init", name, "--chain", &self.at];
        self.ask(&[&words, more, &["--listen", "127.0.0.1:0"]].concat());
    }

    /// Makes the folder of a node that agrees to channels, and to what it is paid.
    fn agreeing(&self, name: &str) {
        self.init(name, &[]);
        let settings = self.path().join(name).join("node.toml");
        let text = fs::read_to_string(&settings).unwrap();
        let text = text.replace("accept_offers = false", "accept_offers = true") + SIGNS;
        fs::write(&settings, text).unwrap();
    }

    /// Starts a node.
    fn node(&self, name: &str) -> Running {
        Running::start(quiet(self.path()).args(["node", "run", name]))
    }

    /// Puts coins into the account of a node, and waits until it has heard of them.
    fn fund(&self, name: &str, key: &str) {
        self.ask(&["chain", "fund", key, "100000"]);
        while self.ask(&["node", "status", "--node", name])["coins"] == "0" {
            sleep(Duration::from_millis(10));
        }
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
