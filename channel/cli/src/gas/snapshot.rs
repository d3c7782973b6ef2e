//! `twinroot gas snapshot` and `twinroot gas diff`: what each step costs, in a file that is committed.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Serialize;

use super::Package;
use crate::lines::printed;

/// Name of the file, in the package's folder.
const FILE: &str = "gas.snap";

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    package: Package,
    /// Holds the file against the tests instead of writing it.
    #[arg(long)]
    check: bool,
    /// By how many hundredths of its gas a step may change.
    #[arg(
        long,
        value_name = "PERCENT",
        default_value_t = 0.0,
        requires = "check"
    )]
    tolerance: f64,
}

#[derive(clap::Args)]
pub(super) struct Diff {
    /// The snapshot from before.
    before: PathBuf,
    /// The snapshot after.
    after: PathBuf,
    /// JSON instead of a table, as when the output is piped.
    #[arg(long)]
    json: bool,
}

/// What a step costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
struct Cost {
    gas: u64,
    witness_bytes: u64,
    posted_bytes: u64,
}

/// Costs by step: the test, the place of the step in it, contract, entry and outcome.
type Snapshot = BTreeMap<String, Cost>;

/// A step that costs something else.
#[derive(Debug, Serialize)]
struct Change {
    step: String,
    /// None for a step that was not there.
    before: Option<Cost>,
    /// None for a step that is there no more.
    after: Option<Cost>,
}

pub(super) fn run(arguments: &Arguments) -> Result<()> {
    let package = &arguments.package;
    let now = measured(package)?;
    let file = package.path.join(FILE);
    if !arguments.check {
        fs::write(&file, text(&now))
            .with_context(|| format!("could not write {}", file.display()))?;
        anstream::eprintln!("{}: {} steps", file.display(), now.len());
        return Ok(());
    }
    let changes = changes(&read(&file)?, &now, arguments.tolerance);
    if changes.is_empty() {
        anstream::eprintln!("{}: {} steps, as they were", file.display(), now.len());
        return Ok(());
    }
    tell(&changes, package.json)?;
    bail!(
        "{} steps do not cost what {} says: where that is meant, run `twinroot gas snapshot` and commit the file",
        changes.len(),
        file.display()
    )
}

pub(super) fn diff(arguments: &Diff) -> Result<()> {
    let changes = changes(&read(&arguments.before)?, &read(&arguments.after)?, 0.0);
    tell(&changes, arguments.json)
}

fn measured(package: &Package) -> Result<Snapshot> {
    let mut snapshot = Snapshot::new();
    for (test, steps) in package.steps()? {
        for (place, step) in steps.iter().enumerate() {
            let outcome = step.outcome.replace(' ', "_");
            let name = format!("{test} {place} {}::{} {outcome}", step.contract, step.entry);
            let cost = Cost {
                gas: step.gas.0,
                witness_bytes: step.witness_bytes as u64,
                posted_bytes: step.posted_bytes as u64,
            };
            snapshot.insert(name, cost);
        }
    }
    Ok(snapshot)
}

fn text(snapshot: &Snapshot) -> String {
    let line = |(step, cost): (&String, &Cost)| {
        let Cost {
            gas,
            witness_bytes,
            posted_bytes,
        } = cost;
        format!("{step} gas {gas} witness {witness_bytes} posted {posted_bytes}\n")
    };
    snapshot.iter().map(line).collect()
}

fn read(file: &Path) -> Result<Snapshot> {
    let text = fs::read_to_string(file).with_context(|| {
        format!(
            "could not read {}: `twinroot gas snapshot` writes one",
            file.display()
        )
    })?;
    let mut snapshot = Snapshot::new();
    for (place, line) in text.lines().enumerate() {
        let (step, cost) = parse(line).with_context(|| {
            format!(
                "line {} of {} is no step: write the file anew with `twinroot gas snapshot`",
                place + 1,
                file.display()
            )
        })?;
        snapshot.insert(step, cost);
    }
    Ok(snapshot)
}

fn parse(line: &str) -> Option<(String, Cost)> {
    let (step, costs) = line.split_once(" gas ")?;
    let (gas, costs) = costs.split_once(" witness ")?;
    let (witness, posted) = costs.split_once(" posted ")?;
    let cost = Cost {
        gas: gas.parse().ok()?,
        witness_bytes: witness.parse().ok()?,
        posted_bytes: posted.parse().ok()?,
    };
    Some((step.to_owned(), cost))
}

fn changes(before: &Snapshot, after: &Snapshot, tolerance: f64) -> Vec<Change> {
    let mut steps: Vec<&String> = before.keys().chain(after.keys()).collect();
    steps.sort();
    steps.dedup();
    let changed = |step: &&String| match (before.get(*step), after.get(*step)) {
        (Some(before), Some(after)) => !is_within(*before, *after, tolerance),
        _ => true,
    };
    let change = |step: &String| Change {
        step: step.clone(),
        before: before.get(step).copied(),
        after: after.get(step).copied(),
    };
    steps.into_iter().filter(changed).map(change).collect()
}

/// Without a tolerance bytes count as well; with one, the gas alone.
#[expect(
    clippy::float_arithmetic,
    reason = "a tolerance in percent, which people choose"
)]
fn is_within(before: Cost, after: Cost, tolerance: f64) -> bool {
    if tolerance == 0.0 {
        return before == after;
    }
    let off = before.gas.abs_diff(after.gas) as f64;
    off * 100.0 <= before.gas as f64 * tolerance
}

fn tell(changes: &[Change], json: bool) -> Result<()> {
    if printed(json, changes)? {
        return Ok(());
    }
    let mut out = io::stdout().lock();
    for Change {
        step,
        before,
        after,
    } in changes
    {
        match (before, after) {
            (Some(before), Some(after)) => writeln!(
                out,
                "{step}\n    gas {} -> {} ({:+}), witness {} -> {}, posted {} -> {}",
                before.gas,
                after.gas,
                i128::from(after.gas) - i128::from(before.gas),
                before.witness_bytes,
                after.witness_bytes,
                before.posted_bytes,
                after.posted_bytes
            )?,
            (None, Some(after)) => writeln!(out, "{step}\n    new: gas {}", after.gas)?,
            (_, None) => writeln!(out, "{step}\n    gone")?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Cost, Snapshot, changes, parse, text};

    fn cost(gas: u64) -> Cost {
        Cost {
            gas,
            witness_bytes: 10,
            posted_bytes: 20,
        }
    }

    fn snapshot(steps: &[(&str, u64)]) -> Snapshot {
        let step = |(step, gas): &(&str, u64)| ((*step).to_owned(), cost(*gas));
        steps.iter().map(step).collect()
    }

    #[test]
    fn a_snapshot_is_read_as_it_is_written() {
        let written = snapshot(&[("t 0 c::e success", 7), ("t 1 c::e revert_3", 8)]);
        let lines = text(&written);
        let read: Snapshot = lines.lines().map(|line| parse(line).unwrap()).collect();
        assert_eq!(read, written);
    }

    #[test]
    fn a_line_that_is_no_step() {
        for line in ["", "t 0 gas x witness 1 posted 2", "t 0 gas 1 witness 2"] {
            assert_eq!(parse(line), None, "{line}");
        }
    }

    #[test]
    fn only_what_is_beyond_the_tolerance_is_a_change() {
        let before = snapshot(&[("same", 1_000), ("more", 1_000), ("gone", 5)]);
        let after = snapshot(&[("same", 1_000), ("more", 1_005), ("new", 5)]);
        let steps = |tolerance| {
            let changes = changes(&before, &after, tolerance);
            changes
                .into_iter()
                .map(|change| change.step)
                .collect::<Vec<_>>()
        };
        assert_eq!(steps(0.0), ["gone", "more", "new"]);
        assert_eq!(steps(0.5), ["gone", "new"]);
        assert_eq!(steps(0.4), ["gone", "more", "new"]);
    }
}
