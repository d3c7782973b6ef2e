//! How long it takes from the signature of a reading to the verdict that it completes, through a real Mosquitto:
//!
//! ```text
//! device signs -> publishes, QoS 1 -> broker -> subscriber verifies, writes, waits for the disk -> select, judge
//! ```
//!
//! One reading is on its way at a time, so nothing waits for anything else. It needs a Mosquitto on the machine and
//! a folder for temporary files on a real disk, since an fsync is in it.

#![expect(
    clippy::disallowed_types,
    clippy::float_arithmetic,
    reason = "time is what is measured here"
)]

use std::fs::{self, File};
use std::io::Write;
use std::net::{Ipv4Addr, TcpListener};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::runtime::Builder;
use tokio::time::timeout;
use twinroot_abi::{FeedId, Fixed, Hash, Height, Policy, TimeMs};
use twinroot_benches::{OUT, thermometer};
use twinroot_exec::{Env, Judge, Question};
use twinroot_feed::{Envelope, Feed, FeedJudge, Signed, Signer, select};
use twinroot_link::mqtt::{Broker, Publisher, subscribe};
use twinroot_link::{Event, Events, Evidence, Keeper, LinkState, Log, Place};

/// Readings in a row that the policy asks for, as the insurance of a truck does.
const RUN: u16 = 12;
/// Readings before the first that is measured.
const WARM_UP: u64 = 100;

fn main() {
    let Some(broker) = Mosquitto::start() else {
        println!("not measured: it needs a Mosquitto, which Debian has as the package mosquitto");
        return;
    };
    // Where cargo only looks whether it runs, a few do.
    let is_measured = std::env::args().any(|argument| argument == "--bench");
    let readings = if is_measured { 2_000 } else { 20 };
    let runtime = Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("the machine has threads");
    let mut times = runtime.block_on(measure(&broker, readings));
    println!("{readings} readings, one at a time, {RUN} in a row for a verdict");
    times.push(("one fsync of a message, alone", disk(readings)));
    for (what, mut times) in times {
        times.sort_unstable();
        let [p50, p99, most] = [0.5, 0.99, 1.0].map(|part| {
            let index = (part * (times.len() - 1) as f64) as usize;
            times[index].as_secs_f64() * 1e3
        });
        println!("{what:<36} p50 {p50:>8.3} ms   p99 {p99:>8.3} ms   most {most:>8.3} ms");
    }
}

/// What took how long, for each reading.
type Times = Vec<(&'static str, Vec<Duration>)>;

async fn measure(broker: &Mosquitto, readings: u64) -> Times {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let mut signer = thermometer(Envelope::Native);
    let feed = signer.feed().clone();
    let path = folder.path().join("feed.log");
    let (log, _) = Log::open(&path, feed.clone(), MEMORY).expect("a new log can be made");
    let keeper = Keeper::start(Evidence::from(log));
    let mut events = keeper.subscribe();
    let _listens = subscribe(&broker.address(), "subscriber", keeper.clone());
    until(&mut events, |event| {
        let is_up = |state: &LinkState| matches!(state, LinkState::Up);
        matches!(event, Event::Link { state, .. } if is_up(state)).then_some(())
    })
    .await;
    let publisher = Publisher::start(&broker.address(), feed.clone());

    let mut parts: [Vec<Duration>; 4] = Default::default();
    for seq in 0..WARM_UP + readings {
        let begun = Instant::now();
        let message = sign(&mut signer, seq);
        let signed = begun.elapsed();
        publisher.publish(&message).await;
        until(&mut events, |event| match event {
            Event::New(message) if Place::of(message).seq == seq => Some(()),
            _ => None,
        })
        .await;
        let kept = begun.elapsed();
        if seq + 1 >= RUN.into() {
            let first = Place {
                epoch: 0,
                seq: seq + 1 - u64::from(RUN),
            };
            let page = keeper.since(first).await.expect("the keeper runs");
            judge(&feed, &page.messages);
        }
        let judged = begun.elapsed();
        if seq >= WARM_UP {
            for (part, time) in parts
                .iter_mut()
                .zip([judged, signed, kept - signed, judged - kept])
            {
                part.push(time);
            }
        }
    }
    let names = [
        "signature to verdict",
        "  the device signs",
        "  until it is verified and on disk",
        "  select and judge",
    ];
    names.into_iter().zip(parts).collect()
}

fn sign(signer: &mut Signer, seq: u64) -> Vec<u8> {
    let t = TimeMs(BEGIN_MS + seq * 1_000);
    signer.reading(t, OUT).expect("the device has a counter")
}

/// Picks what satisfies the policy, and judges it as both paths do.
fn judge(feed: &Feed, pool: &[Signed]) {
    let limits = (feed.id(), 0_i64, OUT - 1, TimeMs(0), TimeMs(u64::MAX));
    let mut params = vec![0; <(FeedId, i64, i64, TimeMs, TimeMs)>::SIZE];
    limits.write(&mut params);
    let policy = Policy::RunLength { n: RUN, params: 0 };
    let pinned = Env {
        height: Height(0),
        time: TimeMs(0),
        block: Hash([0; 32]),
    };
    let messages: Vec<Vec<u8>> = pool.iter().map(|it| it.bytes().to_vec()).collect();
    let feeds = std::slice::from_ref(feed);
    let facts = select::bundle(0, policy, &params, feeds, &messages, pinned);
    let facts = facts.expect("all of them are out");
    let verdict = FeedJudge.judge(&Question {
        policy,
        params: Some(&params),
        facts: Some(&facts),
        pinned,
    });
    verdict.expect("what was selected satisfies the policy");
}

/// The next event for which there is an answer. Nothing takes that long but a program that hangs.
async fn until<T>(events: &mut Events, answer: impl Fn(&Event) -> Option<T>) -> T {
    let found = async {
        loop {
            let event = events.next().await.expect("the keeper runs");
            if let Some(found) = answer(&event) {
                return found;
            }
        }
    };
    timeout(Duration::from_mins(1), found)
        .await
        .expect("the broker passes on what it gets")
}

/// What the disk takes by itself.
fn disk(readings: u64) -> Vec<Duration> {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let mut file = File::create(folder.path().join("file")).expect("a file can be made");
    let write = |_| {
        let begun = Instant::now();
        let written = file.write_all(&[7; 150]).and_then(|()| file.sync_data());
        written.expect("the disk has room");
        begun.elapsed()
    };
    (0..readings).map(write).collect()
}

/// A broker that is gone with the measurement.
struct Mosquitto {
    port: u16,
    child: Child,
    _folder: TempDir,
}

impl Mosquitto {
    fn start() -> Option<Self> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let program = std::env::split_paths(&path)
            .chain([PathBuf::from("/usr/sbin")])
            .map(|folder| folder.join("mosquitto"))
            .find(|program| program.is_file())?;
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
        let port = free.local_addr().expect("it has an address").port();
        drop(free);
        let settings = folder.path().join("settings");
        let lines = format!("listener {port} 127.0.0.1\nallow_anonymous true\n");
        fs::write(&settings, lines).expect("the disk has room");
        let child = Command::new(program)
            .arg("-c")
            .arg(settings)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("mosquitto can be started");
        Some(Self {
            port,
            child,
            _folder: folder,
        })
    }

    fn address(&self) -> Broker {
        Broker::new("127.0.0.1", self.port)
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Messages that are held against new ones: a day of readings at 1 Hz.
const MEMORY: NonZeroUsize = NonZeroUsize::new(86_400).expect("a day has seconds");
/// 2026-11-23T00:00:00Z.
const BEGIN_MS: u64 = 1_795_392_000_000;
