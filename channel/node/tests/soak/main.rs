//! Two nodes in processes of their own are killed again and again: at random, at each write and sync of their logs, at each
//! piece that passes between them, at each transaction that they post. Afterwards no coin is lost, nothing was signed twice,
//! and everything that was asked for under a key was done once.
//!
//! Before that the two live on hosts of their own: network namespaces with a line that delays, loses and is parted at times.
//! Where the machine does not allow those (root, iproute2, python3, /dev/net/tun), the soak says so, and a proxy on the
//! loopback takes their place; `TWINROOT_NAMESPACES=required` makes that a failure.
//!
//! `TWINROOT_KILLS` says how many kills (200), `TWINROOT_SEED` begins with that seed, `TWINROOT_MODE` plays one kind
//! of runs only; each run prints its own.

#![expect(
    clippy::panic,
    reason = "what does not hold stops the test, as in any other"
)]

mod backups;
mod child;
mod disk;
#[path = "../../../peer/tests/it/hosts.rs"]
mod hosts;
mod judge;
mod kid;
mod ledger;
mod line;
mod people;
mod proxy;
mod remote;
mod run;
#[path = "../../../rules/tests/it/toy.rs"]
mod toy;

use run::{Mode, Run};

/// Kills of one run: what is left of a longer one is more of the same.
const KILLS: u64 = 40;
/// How often two hosts are parted.
const PARTINGS: u64 = 4;

fn main() {
    if let Some(orders) = child::Orders::from_environment() {
        child::run(&orders);
        return;
    }
    if std::env::args().any(|argument| argument == "--list") {
        println!("soak: test");
        return;
    }
    let number = |name| {
        std::env::var(name)
            .ok()
            .and_then(|text| text.parse::<u64>().ok())
    };
    let kills = number("TWINROOT_KILLS").unwrap_or(200);
    let first = number("TWINROOT_SEED").unwrap_or_else(|| fastrand::u64(..1_000_000));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut done = 0;
    let wanted = std::env::var("TWINROOT_MODE").ok();
    if wanted.as_ref().is_none_or(|wanted| wanted == "Hosts") {
        println!("soak: Hosts, TWINROOT_SEED={first}, {PARTINGS} partings");
        let story = runtime.block_on(Run::new(first, Mode::Hosts).play(PARTINGS));
        println!("soak: {story}");
    }
    let is_wanted = |mode: &Mode| {
        let name = format!("{mode:?}");
        wanted.as_ref().is_none_or(|wanted| *wanted == name)
    };
    let modes: Vec<Mode> = Mode::ALL.into_iter().filter(is_wanted).collect();
    for (seed, mode) in (first..).zip(modes.into_iter().cycle()) {
        if done >= kills {
            break;
        }
        let count = KILLS.min(kills - done);
        println!("soak: {mode:?}, TWINROOT_SEED={seed}, {count} kills");
        let story = runtime.block_on(Run::new(seed, mode).play(count));
        println!("soak: {story}");
        done += count;
    }
    println!("soak: {done} kills, ok");
}
