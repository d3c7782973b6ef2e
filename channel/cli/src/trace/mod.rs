//! `twinroot trace`: what the tests of a contract did, call by call.

mod decoded;
mod host_call;
mod specs;
mod words;

use std::io::{self, Write};

use anyhow::{Result, ensure};
use serde::Serialize;
use twinroot_profile::{SourceFrame, SourceLine};
use twinroot_testkit::{Recorded, Traced};

use crate::lines::printed;
use crate::steps::Package;
use decoded::Decoded;
use specs::Specs;

/// What the tests of a contract did, call by call: arguments, host calls, gas, and where a call stopped.
#[derive(clap::Args)]
#[command(
    long_about = "What the tests of a contract did, call by call: its arguments, what it asked the host for and on which line of \
        the source, what it told, where its gas went, and the lines at which it stopped if it did not succeed. Values, events \
        and errors have the names of the contract's spec; what the spec does not know stays in hexadecimal. Lines of the source \
        come from target/twinroot/NAME.debug.wasm, which `twinroot build` writes.",
    after_help = "Examples:\n  twinroot trace\n  twinroot trace . two_of_three\n  twinroot trace . --json\n\n\
        Exit codes: 0 done, 1 the tests fail, 2 wrong usage."
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    package: Package,
    /// Only tests whose name contains this.
    #[arg(value_name = "TEST", default_value = "")]
    test: String,
}

#[derive(Serialize)]
struct Line<'a> {
    test: &'a str,
    #[serde(flatten)]
    step: &'a Recorded,
    /// Absent where the contract has no spec.
    #[serde(skip_serializing_if = "Option::is_none")]
    decoded: Option<Decoded>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let Arguments { package, test } = arguments;
    let tests = package.steps()?;
    let tests: Vec<_> = tests
        .iter()
        .filter(|(name, _)| name.contains(test))
        .collect();
    ensure!(
        !tests.is_empty(),
        "no twin test has {test:?} in its name; without a name all are told"
    );
    let mut specs = Specs::beside(&package.path);
    let mut lines = Vec::new();
    for (test, step) in tests
        .iter()
        .flat_map(|(test, steps)| steps.iter().map(move |step| (test, step)))
    {
        let decoded = specs.of(&step.contract).map(|spec| Decoded::of(step, spec));
        lines.push(Line {
            test,
            step,
            decoded,
        });
    }
    if printed(package.json, &lines)? {
        return Ok(());
    }
    let mut out = io::stdout().lock();
    let mut told = "";
    for line in &lines {
        if told != line.test {
            told = line.test;
            writeln!(out, "{told}")?;
        }
        tell(line, &mut out)?;
    }
    Ok(())
}

fn tell(line: &Line<'_>, out: &mut impl Write) -> io::Result<()> {
    let Line { step, decoded, .. } = line;
    let Recorded {
        contract,
        entry,
        by,
        coins,
        outcome,
        gas,
        events,
        traced,
        ..
    } = step;
    let decoded = decoded.as_ref();
    let arguments = decoded.map_or("..", |decoded| &decoded.said);
    let outcome = decoded.map_or(outcome, |decoded| &decoded.outcome);
    writeln!(
        out,
        "  {by} calls {contract}::{entry}({arguments}) with {coins} coins: {outcome}, gas {gas}"
    )?;
    if let Some(returned) = decoded.and_then(Decoded::returned) {
        writeln!(out, "    returns {returned}")?;
    }
    match decoded {
        Some(decoded) => tell_each("tells", &decoded.events, out)?,
        None => tell_each("tells", events, out)?,
    }
    let Some(traced) = traced else { return Ok(()) };
    tell_gas(traced, out)?;
    tell_each(
        "",
        decoded.map_or(&traced.host_calls, |decoded| &decoded.host_calls),
        out,
    )?;
    tell_stop(&traced.stopped_at, out)
}

fn tell_each(what: &str, all: &[impl std::fmt::Display], out: &mut impl Write) -> io::Result<()> {
    let parting = if what.is_empty() { "" } else { " " };
    all.iter()
        .try_for_each(|item| writeln!(out, "    {what}{parting}{item}"))
}

fn tell_gas(traced: &Traced, out: &mut impl Write) -> io::Result<()> {
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
    )
}

/// The contract's own functions that were open; all of them where none has a line of its own.
fn tell_stop(stopped_at: &[String], out: &mut impl Write) -> io::Result<()> {
    let frames: Vec<_> = stopped_at
        .iter()
        .map(|frame| SourceFrame::read(frame))
        .collect();
    let is_own = |frame: &&SourceFrame| frame.at.as_ref().is_some_and(SourceLine::is_own);
    let own: Vec<_> = frames.iter().filter(is_own).collect();
    let shown = if own.is_empty() {
        frames.iter().collect()
    } else {
        own
    };
    for (place, frame) in shown.iter().enumerate() {
        let what = if place == 0 {
            "stopped in"
        } else {
            "called by"
        };
        writeln!(out, "    {what} {frame}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use twinroot_spec::Spec;
    use twinroot_testkit::{Recorded, tv};

    use super::{Decoded, Line, tell};

    fn told(decode: bool) -> String {
        let step: Recorded = serde_json::from_value(json!({
            "contract": "tv-escrow", "entry": "refund", "by": "Initiator", "coins": 0, "outcome": "revert 2", "gas": 7,
            "root": "", "events": ["00"], "returned": "", "witness_bytes": 0, "posted_bytes": 0, "state_leaves": 0,
            "traced": {
                "split": { "start": 1, "compute": 1, "memory": 1, "storage": 1, "crypto": 1, "host": 1, "forfeited": 1 },
                "host_calls": ["storage_read(key 02000000, room 8) = 8, writes 3200000000000000, at src/lib.rs:58"],
                "folded": "",
                "stopped_at": [
                    "twinroot_sdk::call::revert at /sdk/contracts/sdk/src/call.rs:30",
                    "refund at src/lib.rs:58",
                ],
            },
        }))
        .unwrap();
        let spec = Spec::of_module(tv::WASM).unwrap();
        let decoded = decode.then(|| Decoded::of(&step, &spec));
        let line = Line {
            test: "twin.refund",
            step: &step,
            decoded,
        };
        let mut out = Vec::new();
        tell(&line, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_person_reads_names_and_lines_of_the_source() {
        let told = told(true);
        let lines: Vec<_> = told.lines().collect();
        let want = [
            "  initiator calls tv-escrow::refund() with 0 coins: called off with TooEarly (2): The refund height is not \
             reached: wait for it., gas 7",
            "    tells 00, which is no event of its spec",
            "    start 1, compute 1, memory 1, storage 1, crypto 1, host 1, forfeited 1",
            "    storage_read(refund_height) = 50, at src/lib.rs:58",
            "    stopped in refund at src/lib.rs:58",
        ];
        assert_eq!(lines, want);
    }

    #[test]
    fn without_a_spec_it_is_told_as_it_was_written_down() {
        let told = told(false);
        assert!(told.contains("tv-escrow::refund(..) with 0 coins: revert 2"));
        assert!(told.contains("storage_read(key 02000000, room 8) = 8"));
    }
}
