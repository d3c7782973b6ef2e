//! `twinroot trace`: what the tests of a contract did, call by call.

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::{Result, ensure};
use serde::Serialize;
use twinroot_testkit::Recorded;

use crate::lines::printed;
use crate::steps;

/// What the tests of a contract did, call by call: host calls, gas, and where a call stopped.
#[derive(clap::Args)]
#[command(
    long_about = "What the tests of a contract did, call by call: what each call asked the host for, with arguments and gas, \
        where its gas went, and the source lines at which one stopped that did not succeed. Names and lines of the source \
        come from target/twinroot/NAME.debug.wasm, which `twinroot build` writes.",
    after_help = "Examples:\n  twinroot trace\n  twinroot trace . two_of_three\n  twinroot trace . --json\n\n\
        Exit codes: 0 done, 1 the tests fail, 2 wrong usage."
)]
pub(crate) struct Arguments {
    /// Folder of the contract's package.
    #[arg(value_name = "PATH", default_value = ".")]
    path: PathBuf,
    /// Only tests whose name contains this.
    #[arg(value_name = "TEST", default_value = "")]
    test: String,
    /// JSON, one step a line, as when the output is piped.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Line<'a> {
    test: &'a str,
    #[serde(flatten)]
    step: &'a Recorded,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let tests = steps::run(&arguments.path)?;
    let tests: Vec<_> = tests
        .iter()
        .filter(|(name, _)| name.contains(&arguments.test))
        .collect();
    ensure!(
        !tests.is_empty(),
        "no twin test has {:?} in its name",
        arguments.test
    );
    let lines = tests
        .iter()
        .flat_map(|(test, steps)| steps.iter().map(move |step| Line { test, step }));
    if printed(arguments.json, lines)? {
        return Ok(());
    }
    let mut out = io::stdout().lock();
    for (test, steps) in tests {
        writeln!(out, "{test}")?;
        for step in steps {
            tell(step, &mut out)?;
        }
    }
    Ok(())
}

fn tell(step: &Recorded, out: &mut impl Write) -> io::Result<()> {
    let Recorded {
        contract,
        entry,
        by,
        coins,
        outcome,
        gas,
        traced,
        ..
    } = step;
    writeln!(
        out,
        "  {by:?} calls {contract}::{entry} with {coins} coins: {outcome}, gas {gas}"
    )?;
    let Some(traced) = traced else { return Ok(()) };
    let split = &traced.split;
    writeln!(
        out,
        "    start {}, compute {}, memory {}, storage {}, crypto {}, host {}, forfeited {}",
        split.start,
        split.compute,
        split.memory,
        split.storage,
        split.crypto,
        split.host,
        split.forfeited
    )?;
    for call in &traced.host_calls {
        writeln!(out, "    {call}")?;
    }
    for (place, frame) in traced.stopped_at.iter().enumerate() {
        let what = if place == 0 {
            "stopped in"
        } else {
            "called by"
        };
        writeln!(out, "    {what} {frame}")?;
    }
    Ok(())
}
