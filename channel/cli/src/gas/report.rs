//! `twinroot gas report`: gas by entry.

use std::collections::BTreeMap;
use std::io::{self, Write};

use anyhow::Result;
use serde::Serialize;
use twinroot_profile::Split;
use twinroot_testkit::Recorded;

use super::Package;
use crate::lines::printed;

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    package: Package,
}

/// What the calls of one entry cost that succeeded.
#[derive(Serialize)]
struct Line {
    contract: String,
    entry: String,
    calls: usize,
    /// Gas.
    least: u64,
    median: u64,
    most: u64,
    /// Where the gas of the median call went.
    split: Option<Split>,
    /// Bytes of the largest witness.
    witness_bytes: usize,
    /// Bytes of the largest transaction that forced it; 0 where none did.
    posted_bytes: usize,
}

pub(super) fn run(arguments: &Arguments) -> Result<()> {
    let tests = arguments.package.steps()?;
    let lines = lines(tests.values().flatten());
    if printed(arguments.package.json, &lines)? {
        return Ok(());
    }
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{:36} {:>5} {:>9} {:>9} {:>9} {:>8} {:>7} {:>8} {:>8} {:>7} {:>7} {:>6}",
        "entry",
        "calls",
        "least",
        "median",
        "most",
        "compute",
        "memory",
        "storage",
        "crypto",
        "host",
        "witness",
        "posted"
    )?;
    for line in &lines {
        let split = line.split.unwrap_or_default();
        writeln!(
            out,
            "{:36} {:>5} {:>9} {:>9} {:>9} {:>8} {:>7} {:>8} {:>8} {:>7} {:>7} {:>6}",
            format!("{}::{}", line.contract, line.entry),
            line.calls,
            line.least,
            line.median,
            line.most,
            split.compute.0,
            split.memory.0,
            split.storage.0,
            split.crypto.0,
            split.host.0,
            line.witness_bytes,
            line.posted_bytes
        )?;
    }
    Ok(())
}

fn lines<'a>(steps: impl Iterator<Item = &'a Recorded>) -> Vec<Line> {
    let mut entries: BTreeMap<(&str, &str), Vec<&Recorded>> = BTreeMap::new();
    for step in steps.filter(|step| step.succeeded()) {
        let of = (step.contract.as_str(), step.entry.as_str());
        entries.entry(of).or_default().push(step);
    }
    let line = |((contract, entry), mut steps): ((&str, &str), Vec<&Recorded>)| {
        steps.sort_by_key(|step| step.gas);
        let gas = |place: usize| steps.get(place).map_or(0, |step| step.gas.0);
        let greatest = |bytes: fn(&Recorded) -> usize| {
            let bytes = steps.iter().map(|step| bytes(step));
            bytes.max().unwrap_or_default()
        };
        Line {
            contract: contract.to_owned(),
            entry: entry.to_owned(),
            calls: steps.len(),
            least: gas(0),
            median: gas(steps.len() / 2),
            most: gas(steps.len().saturating_sub(1)),
            split: steps
                .get(steps.len() / 2)
                .and_then(|step| step.traced.as_ref())
                .map(|traced| traced.split),
            witness_bytes: greatest(|step| step.witness_bytes),
            posted_bytes: greatest(|step| step.posted_bytes),
        }
    };
    entries.into_iter().map(line).collect()
}
