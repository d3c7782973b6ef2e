//! `twinroot chain dev`: a ledger for tries, on this machine.

#![expect(
    clippy::disallowed_types,
    reason = "a ledger for tries has the time of this machine"
)]

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use indicatif::ProgressBar;
use serde::Serialize;
use tokio::signal::unix::{SignalKind, signal};
use twinroot_abi::TimeMs;
use twinroot_chain::{Clock, Embedded, Mode, dev_genesis};
use twinroot_client::api::Id;
use twinroot_feed::FeedJudge;
use twinroot_host::{Backend, Host};

use super::at::{DEFAULT, endpoint};
use super::codes::{FILE, LISTEN};
use super::{EXIT_CODES, fault};
use crate::author::Fault;
use crate::author::output::{self, Report};

/// Run a ledger for tries on this machine, until it is told to stop.
#[derive(clap::Args)]
#[command(
    long_about = "Run a ledger for tries on this machine, until it is told to stop (Ctrl-C, SIGTERM). It has a faucet, whose coins are worth \
        nothing. All of it is in one file: what was accepted is on the disk, and the ledger goes on from there when it is started again, \
        however it ended. Whoever reaches its address may make blocks and take it back, so it listens on this machine only unless told otherwise.",
    after_help = format!("Examples:\n  twinroot chain dev\n  twinroot chain dev --on-demand --file /tmp/tries.ledger\n  \
        twinroot chain dev --block-time 500ms --listen unix:/tmp/chain.sock\n\n{EXIT_CODES}")
)]
pub(super) struct Arguments {
    /// Time from block to block: 2s, 500ms.
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = block_time)]
    block_time: Duration,
    /// A block with each transaction, and none without.
    #[arg(long, conflicts_with = "block_time")]
    on_demand: bool,
    /// The ledger's file; made if it is not there.
    #[arg(long, default_value = "twinroot.ledger")]
    file: PathBuf,
    /// Where to listen: ws://HOST:PORT or unix:PATH.
    #[arg(long, value_name = "WHERE", default_value = DEFAULT)]
    listen: String,
    /// JSON, as if the output were piped.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let endpoint = endpoint(&arguments.listen)?;
    let clock: Clock = Arc::new(now);
    let mode = if arguments.on_demand {
        Mode::OnDemand(clock)
    } else {
        Mode::Every(arguments.block_time, clock)
    };
    let host = Arc::new(Host::new(Backend::Cranelift, FeedJudge)?);
    let bar = ProgressBar::new(0);
    let progress = &mut |progress: twinroot_chain::Progress| {
        bar.set_length(progress.all);
        bar.set_position(progress.blocks);
    };
    let ledger = Embedded::open(&arguments.file, || dev_genesis(now()), mode, host, progress)
        .map_err(|error| Fault::new(FILE, error))?;
    bar.finish_and_clear();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("could not begin")?;
    runtime.block_on(async {
        let mut term = signal(SignalKind::terminate()).context("could not listen for signals")?;
        let stands = ledger.stands().map_err(fault)?;
        let served = ledger
            .serve(&endpoint)
            .await
            .map_err(|error| Fault::new(LISTEN, error))?;
        let begun = Begun {
            chain: stands.chain.into(),
            height: stands.block.height.0,
            listening: served.endpoint().to_string(),
            file: arguments.file.clone(),
        };
        output::print(&begun, arguments.json)?;
        io::stdout().flush()?;
        let end = async {
            tokio::select! {
                _ = term.recv() => {}
                // Without a handler for it, it ends the program at once, which is as good.
                _ = tokio::signal::ctrl_c() => {}
            }
        };
        served.until(end).await.map_err(fault)?;
        Ok(ExitCode::SUCCESS)
    })
}

/// What it is, once it listens.
#[derive(Serialize)]
struct Begun {
    chain: Id,
    height: u64,
    listening: String,
    file: PathBuf,
}

impl Report for Begun {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "ledger     {} at height {}", self.chain, self.height)?;
        writeln!(out, "file       {}", self.file.display())?;
        writeln!(out, "listening  {}", self.listening)?;
        writeln!(
            out,
            "coins      twinroot chain fund KEY AMOUNT (they are worth nothing)"
        )
    }
}

/// The machine's time; one before 1970 counts as that.
fn now() -> TimeMs {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    TimeMs(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

fn block_time(words: &str) -> Result<Duration, String> {
    let wrong = || format!("`{words}` is no time from 1ms to 1h: write 2s or 500ms");
    let milliseconds = match (words.strip_suffix("ms"), words.strip_suffix('s')) {
        (Some(number), _) => number.parse::<u64>().ok(),
        (None, Some(number)) => number
            .parse::<u64>()
            .ok()
            .and_then(|seconds| seconds.checked_mul(1_000)),
        (None, None) => None,
    };
    milliseconds
        .filter(|time| (1..=3_600_000).contains(time))
        .map(Duration::from_millis)
        .ok_or_else(wrong)
}
