//! `twinroot oracle export`: the bundle that a contract's call takes.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use serde::Serialize;
use twinroot_feed::select::Shortfall;
use twinroot_types::encode;

use super::codes::{POLICY, SHORTFALL};
use super::{EXIT_CODES, advice, feed, policy, pool};
use crate::author::Fault;
use crate::author::codes::NO_FILE;
use crate::author::output::{self, Report};

/// Write the bundle that satisfies a policy: the facts that a contract's call takes.
#[derive(clap::Args)]
#[command(
    long_about = "Write the bundle that satisfies a policy: the facts that a contract's call takes, on both paths, in the canonical bytes of \
        docs/spec/oracles.md, 4.1. It holds just what the policy needs, and is the same whatever the order of the messages.",
    after_help = format!("Examples:\n  \
        twinroot oracle export --log truck-7.log --feed truck-7 --policy run-length:n=12,low=2000,high=8000 --out bundle.bin\n  \
        twinroot oracle export --log truck-7.log --feed truck-7 --contract truck-insurance.wasm --policy 0:low=2000,high=8000 \
        --out bundle.bin\n\n{EXIT_CODES}")
)]
pub(super) struct Arguments {
    #[command(flatten)]
    pool: pool::Arguments,
    /// A feed: its descriptor or the folder of its device. May stand more than once.
    #[arg(long, value_name = "FILE", required = true)]
    feed: Vec<PathBuf>,
    #[command(flatten)]
    policy: policy::Arguments,
    /// Where the bundle goes.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// JSON, as if the output were piped.
    #[arg(long)]
    json: bool,
}

/// The bundle that was written.
#[derive(Serialize)]
struct Exported {
    file: PathBuf,
    /// Number of the policy in its contract.
    policy: u8,
    descriptors: usize,
    messages: usize,
    bytes: usize,
    /// What the contract is told, in hex.
    verdict: String,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let feeds = feed::read_all(&arguments.feed)?;
    let asked = arguments
        .policy
        .asked(&feeds)?
        .ok_or_else(|| Fault::new(POLICY, "a bundle answers a policy: name it with --policy"))?;
    let pool = arguments.pool.read(&feeds)?;
    let messages: Vec<_> = pool.into_iter().map(|found| found.bytes).collect();
    let bundle = asked.select(&feeds, &messages).map_err(|shortfall| {
        let why = match shortfall {
            Shortfall::Question(rule) => advice::sentence(rule.into()),
            _ => format!("{shortfall}; `twinroot oracle check` says why the others do not count"),
        };
        Fault::new(SHORTFALL, why)
    })?;
    let verdict = asked.verdict(&bundle)?;
    let bytes = encode(&bundle);
    let file = arguments.out.clone();
    fs::write(&file, &bytes).map_err(|error| {
        Fault::new(
            NO_FILE,
            format!("{} could not be written: {error}", file.display()),
        )
    })?;
    let exported = Exported {
        file,
        policy: bundle.policy,
        descriptors: bundle.descriptors.len(),
        messages: bundle.messages.len(),
        bytes: bytes.len(),
        verdict: hex::encode(verdict),
    };
    output::print(&exported, arguments.json)?;
    Ok(ExitCode::SUCCESS)
}

impl Report for Exported {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self {
            file,
            policy,
            descriptors,
            messages,
            bytes,
            verdict,
        } = self;
        writeln!(
            out,
            "{}: {messages} of the messages and {descriptors} of the descriptors, {bytes} bytes, for policy {policy}",
            file.display()
        )?;
        writeln!(out, "the contract is told {verdict}")
    }
}
