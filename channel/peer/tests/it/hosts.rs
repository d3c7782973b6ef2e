//! Two hosts: network namespaces with a line between them that delays and loses packets, and is parted at times.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Where each of them is for the other.
pub(crate) const ADDRESSES: [&str; 2] = ["10.77.0.1", "10.77.0.2"];

/// Two namespaces and the program between them. All is gone when it is dropped.
pub(crate) struct Hosts {
    pub(crate) names: [String; 2],
    program: Child,
}

impl Hosts {
    /// Nothing where the machine does not allow it: it takes root, iproute2, python3 and /dev/net/tun.
    pub(crate) fn start(one_way_ms: &str, loss_percent: &str) -> Option<Self> {
        let names = ["a", "b"].map(|side| format!("tw-{}-{side}", std::process::id()));
        for name in &names {
            if !ip(&["netns", "add", name]) {
                return None;
            }
        }
        // Of the rooms that this is a file of, each has the other beside it.
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../peer/tests/link.py");
        let mut program = Command::new("python3")
            .arg(script)
            .args(&names)
            .args([one_way_ms, loss_percent])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        let mut ready = String::new();
        BufReader::new(program.stdout.as_mut()?)
            .read_line(&mut ready)
            .ok()?;
        let hosts = Self { names, program };
        (ready == "ready\n").then_some(hosts)
    }

    /// Parts the two, or joins them again.
    pub(crate) fn toggle(&self) {
        let parted = Command::new("kill")
            .args(["-USR1", &self.program.id().to_string()])
            .status();
        assert!(
            parted.is_ok_and(|status| status.success()),
            "the line is there"
        );
    }
}

impl Drop for Hosts {
    fn drop(&mut self) {
        drop(self.program.kill());
        drop(self.program.wait());
        for name in &self.names {
            ip(&["netns", "del", name]);
        }
    }
}

fn ip(arguments: &[&str]) -> bool {
    let status = Command::new("ip")
        .args(arguments)
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}
