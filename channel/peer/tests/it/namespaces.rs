//! Two hosts with a bad line between them.
//!
//! It needs root, iproute2, python3 and /dev/net/tun. Without them it says so and proves nothing, unless
//! `TWINROOT_NAMESPACES` is `required`.

#![expect(
    clippy::disallowed_methods,
    reason = "a host reads its orders on a thread"
)]

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use twinroot_peer::{Config, News};

use crate::hosts::{ADDRESSES, Hosts};
use crate::world::{Node, identity, quick};

/// As a program of its own it is one of the hosts; the role is the seed of its key.
const ROLE: &str = "TWINROOT_PEER_HOST";
const ONE_WAY_MS: &str = "20";
const LOSS_PERCENT: &str = "5";

#[tokio::test]
async fn two_hosts_over_a_bad_line() {
    if let Ok(role) = std::env::var(ROLE) {
        return host(role.parse().unwrap()).await;
    }
    let Some(line) = Hosts::start(ONE_WAY_MS, LOSS_PERCENT) else {
        assert!(
            std::env::var_os("TWINROOT_NAMESPACES").is_none(),
            "no network namespaces here: they take root, iproute2, python3 and /dev/net/tun"
        );
        eprintln!("skipped: no network namespaces here (root, iproute2, python3, /dev/net/tun)");
        return;
    };
    let [mut bob, mut alice] = [(1, 2), (0, 1)].map(|(place, seed)| host_at(&line, place, seed));
    bob.until("connected");
    alice.until("connected");
    for _ in 0..2 {
        // A hundred frames each way, one at a time, each answered.
        alice.say("exchange");
        alice.until("exchanged");
        line.toggle();
        alice.until("lost");
        bob.until("lost");
        line.toggle();
        alice.until("connected");
        bob.until("connected");
    }
    alice.say("exchange");
    alice.until("exchanged");
}

/// One host: Alice dials and asks, Bob answers. It tells its news line by line, and ends with its input.
async fn host(seed: u8) {
    let config = Config {
        listen: Some("0.0.0.0:8641".parse().unwrap()),
        silence: Duration::from_secs(3),
        ..quick()
    };
    let mut node = Node::with(seed, config).await;
    let (orders, mut order) = tokio::sync::mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lines() {
            orders.send(line.unwrap()).unwrap();
        }
        std::process::exit(0);
    });
    let other = identity(3 - seed).key();
    if seed == 1 {
        node.peers.keep(other, format!("{}:8641", ADDRESSES[1]));
    }
    let mut left = 0_u32;
    loop {
        tokio::select! {
            _ = order.recv() => {
                left = 100;
                node.peers.send(other, left.to_be_bytes().to_vec()).unwrap();
            }
            news = node.news.recv() => match news.unwrap() {
                News::Connected { .. } => say("connected"),
                News::Lost { .. } => say("lost"),
                News::Frame { bytes, .. } if seed == 2 => node.peers.send(other, bytes).unwrap(),
                News::Frame { bytes, .. } => {
                    assert_eq!(bytes, left.to_be_bytes());
                    left -= 1;
                    if left == 0 {
                        say("exchanged");
                    } else {
                        node.peers.send(other, left.to_be_bytes().to_vec()).unwrap();
                    }
                }
            }
        }
    }
}

/// The test's harness prints beside it, so that it is marked.
fn say(what: &str) {
    println!("\nhost: {what}");
}

fn host_at(hosts: &Hosts, place: usize, seed: u8) -> Host {
    let program = std::env::current_exe().unwrap();
    let mut child = Command::new("ip")
        .args(["netns", "exec", &hosts.names[place]])
        .arg(program)
        .args([
            "--exact",
            "namespaces::two_hosts_over_a_bad_line",
            "--nocapture",
        ])
        .env(ROLE, seed.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let said = BufReader::new(child.stdout.take().unwrap());
    Host { child, said }
}

/// A node in a namespace.
struct Host {
    child: Child,
    said: BufReader<ChildStdout>,
}

impl Host {
    fn say(&mut self, order: &str) {
        let input = self.child.stdin.as_mut().unwrap();
        writeln!(input, "{order}").unwrap();
    }

    /// Waits until it says so. A host that fails ends, and with it this.
    fn until(&mut self, what: &str) {
        let expected = format!("host: {what}\n");
        let mut line = String::new();
        while line != expected {
            line.clear();
            assert_ne!(
                self.said.read_line(&mut line).unwrap(),
                0,
                "the host ended before it was {what}"
            );
        }
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
