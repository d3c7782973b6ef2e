//! How long steps take: one after the other, many waiting on one channel, one waiting on each of many.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use twinroot_client::Client;
use twinroot_client::api::{Id, Step};
use twinroot_types::{CheckedKey, SecretKey, Tag};

use crate::clocked::{SIGN, VM};
use crate::world::{World, call};
use crate::{Size, disk, process};

/// Callers of the one channel that many wait on.
const CALLERS: usize = 64;
/// Appends of a plain file before each row, and as many after it.
const APPENDS: usize = 300;
/// Signatures that are made and checked to see what one takes.
const SIGNATURES: usize = 500;

pub(crate) async fn measure(world: &World, size: Size) {
    let client = world.alice.client();
    let first = world.channels[0];
    let verify = verify();
    let transfer = |channel, _| Step::on(channel).transfer(1);
    row(
        "one channel, transfers one after the other",
        world,
        verify,
        async { in_turns(client, first, size.sequential, transfer).await },
    )
    .await;
    row(
        "one channel, calls one after the other",
        world,
        verify,
        async { in_turns(client, first, size.sequential, call).await },
    )
    .await;
    row(
        "one channel, 64 calls waiting at a time",
        world,
        verify,
        async {
            let callers = std::iter::repeat_n(first, CALLERS);
            at_once(client, callers, size.batched / CALLERS).await
        },
    )
    .await;
    let name = format!("{} channels, one call each at a time", size.channels);
    row(&name, world, verify, async {
        at_once(client, world.channels.iter().copied(), size.each).await
    })
    .await;
}

async fn in_turns(
    client: &Client,
    channel: Id,
    count: usize,
    step: impl Fn(Id, usize) -> Step,
) -> Vec<Duration> {
    let mut times = Vec::with_capacity(count);
    for number in 0..count {
        let begun = Instant::now();
        client.call(step(channel, number)).await.expect("both sign");
        times.push(begun.elapsed());
    }
    times
}

/// A caller for each channel that is named, all at once; each calls so often.
pub(crate) async fn at_once(
    client: &Client,
    channels: impl Iterator<Item = Id>,
    each: usize,
) -> Vec<Duration> {
    let callers = channels.map(|channel| {
        let client = client.clone();
        tokio::spawn(async move { in_turns(&client, channel, each, call).await })
    });
    let callers: Vec<_> = callers.collect();
    let mut times = Vec::new();
    for caller in callers {
        times.extend(caller.await.expect("it does not panic"));
    }
    times
}

/// What both nodes have counted.
struct Counts {
    numbers: [BTreeMap<String, f64>; 2],
    cpu: Duration,
}

impl Counts {
    fn now(world: &World) -> Self {
        let nodes = [&world.alice, &world.bob];
        Self {
            numbers: nodes.map(|node| node.numbers()),
            cpu: nodes.map(|node| node.cpu()).iter().sum(),
        }
    }

    /// What came to a number of both since then.
    fn since(&self, before: &Self, name: &str) -> [f64; 2] {
        let of = |counts: &Self, node: usize| counts.numbers[node].get(name).copied();
        [0, 1].map(|node| of(self, node).unwrap_or(0.0) - of(before, node).unwrap_or(0.0))
    }
}

async fn row(name: &str, world: &World, verify: f64, steps: impl Future<Output = Vec<Duration>>) {
    let mut plain = disk::appends(world.folder.path(), APPENDS);
    let before = Counts::now(world);
    let begun = Instant::now();
    let mut times = steps.await;
    let wall = begun.elapsed().as_secs_f64();
    let after = Counts::now(world);
    let load = process::load();
    plain.extend(disk::appends(world.folder.path(), APPENDS));

    let count = times.len() as f64;
    let [p50, p99] = quantiles(&mut times);
    let [disk50, disk99] = quantiles(&mut plain);
    let of = |name: &str| after.since(&before, name);
    let both = |name: &str| of(name).iter().sum::<f64>();
    let commits = of("twinroot_commits_total");
    let rounds = of("twinroot_rounds_total")[0];
    println!("{name}: {count} steps in {rounds} rounds, load {load}");
    println!(
        "  {:.0} a second   p50 {p50:.2} ms   p99 {p99:.2} ms",
        count / wall
    );
    println!(
        "  plain append and fdatasync: {:.0} a second   p50 {disk50:.2} ms   p99 {disk99:.2} ms   a step takes {:.1} of them (p50)",
        1e3 / disk50,
        p50 / disk50
    );
    println!(
        "  commits for a step: {:.2} of the caller, {:.2} of the peer",
        commits[0] / count,
        commits[1] / count
    );
    let share = |seconds: f64| 100.0 * seconds / wall;
    let plain: f64 = commits.iter().sum::<f64>() * disk50 / 1e3;
    println!(
        "  of the time: {:.0} % commits (as many plain appends: {:.0} %), {:.1} % VM ({:.1} calls a step), {:.1} % signing, {:.1} % verifying; \
         processors {:.0} %",
        share(both("twinroot_commit_seconds_sum")),
        share(plain),
        share(both(&format!("{VM}_sum"))),
        both(&format!("{VM}_count")) / count,
        share(both(&format!("{SIGN}_sum"))),
        share(verify * 2.0 * rounds),
        share((after.cpu - before.cpu).as_secs_f64())
    );
}

/// Half of them are no longer than the first, all but one of a hundred no longer than the second; milliseconds.
fn quantiles(times: &mut [Duration]) -> [f64; 2] {
    times.sort_unstable();
    [0.5, 0.99].map(|part| {
        let place = (part * (times.len() - 1) as f64) as usize;
        times[place].as_secs_f64() * 1e3
    })
}

/// Seconds to check one signature: each side checks one in a round.
fn verify() -> f64 {
    let key = SecretKey::from_seed(&[1; 32]);
    let public = CheckedKey::gate(key.public()).expect("a good key");
    let bytes = [7; 200];
    let mut times: Vec<Duration> = (0..SIGNATURES)
        .map(|_| {
            let signature = key.sign(Tag::COMMITMENT, &bytes);
            let begun = Instant::now();
            public
                .verify(Tag::COMMITMENT, &bytes, &signature)
                .expect("its own signature");
            begun.elapsed()
        })
        .collect();
    quantiles(&mut times)[0] / 1e3
}
