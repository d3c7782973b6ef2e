//! Programs that run beside each other.

#![expect(
    clippy::disallowed_methods,
    reason = "what a program prints is read while it runs"
)]

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::author::program;

/// A program at work; gone with the test.
pub(super) struct Running {
    child: Child,
    out: Receiver<String>,
    told: Receiver<String>,
}

impl Running {
    pub(super) fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut child = program()
            .args(arguments)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let out = lines(child.stdout.take().unwrap());
        let told = lines(child.stderr.take().unwrap());
        Self { child, out, told }
    }

    /// The next lines of the output, up to the one that is waited for.
    pub(super) fn until(&self, is_it: impl Fn(&Value) -> bool) -> Vec<Value> {
        let mut lines = Vec::new();
        loop {
            let line = self.out.recv_timeout(DEADLINE).unwrap();
            lines.push(serde_json::from_str(&line).unwrap());
            if lines.last().is_some_and(&is_it) {
                return lines;
            }
        }
    }

    /// The next line of the error output with these words in it.
    pub(super) fn tells(&self, words: &str) -> String {
        loop {
            let line = self.told.recv_timeout(DEADLINE).unwrap();
            if line.contains(words) {
                return line;
            }
        }
    }

    /// All lines of the output, of a program that ends well by itself.
    pub(super) fn output(mut self) -> Vec<String> {
        let mut lines = Vec::new();
        while let Ok(line) = self.out.recv_timeout(DEADLINE) {
            lines.push(line);
        }
        let told: Vec<String> = self.told.try_iter().collect();
        let ended = self.child.try_wait().unwrap();
        let ended = ended.unwrap_or_else(|| {
            thread::sleep(Duration::from_secs(1));
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_some(), "it does not end: {told:?}");
            ended.unwrap()
        });
        assert!(ended.success(), "{lines:?}\n{told:?}");
        lines
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn lines(from: impl Read + Send + 'static) -> Receiver<String> {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let lines = BufReader::new(from).lines();
        lines
            .map_while(Result::ok)
            .try_for_each(|line| tell.send(line))
    });
    told
}

/// That only a test which hangs ever meets.
const DEADLINE: Duration = Duration::from_secs(120);
