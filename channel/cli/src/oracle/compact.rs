//! `twinroot oracle compact`: makes a log shorter, for good.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use serde::Serialize;
use twinroot_abi::TimeMs;
use twinroot_link::{Dropped, LogReader, Place};

use super::{EXIT_CODES, pool, sink, time};
use crate::author::Fault;
use crate::author::output::{self, Report};

/// Drop old messages out of a log, for good.
#[derive(clap::Args)]
#[command(
    long_about = "Drop old messages out of a log, for good: they are evidence that nobody can be shown any more. The log remembers \
        where it begins, so a backfill does not bring them back. The newest message always stays. A crash leaves the log as it was, or \
        as it is to be.",
    after_help = format!("Examples:\n  twinroot oracle compact truck-7.log --before 0-3600\n  \
        twinroot oracle compact truck-7.log --keep 720h\n\n{EXIT_CODES}")
)]
pub(super) struct Arguments {
    /// The log; no other program writes it meanwhile.
    #[arg(value_name = "LOG")]
    log: PathBuf,
    #[command(flatten)]
    point: Point,
    /// JSON, as if the output were piped.
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
#[group(required = true, multiple = false)]
struct Point {
    /// The first place that stays: epoch and seq.
    #[arg(long, value_name = "EPOCH-SEQ")]
    before: Option<Place>,
    /// How much time before the newest message stays, by the clock of the device. Where that clock jumped, more than that.
    #[arg(long, value_name = "SPAN", value_parser = time::span_ms)]
    keep: Option<u64>,
}

/// What was done.
#[derive(Serialize)]
struct Done {
    log: PathBuf,
    dropped: u64,
    bytes: u64,
    first: String,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let path = &arguments.log;
    // Opened for writing last, since it makes a log where there is none.
    let feed = pool::open_log(path, &[])?.feed().clone();
    let place = match (arguments.point.before, arguments.point.keep) {
        (Some(place), _) => place,
        (None, Some(keep)) => young(path, keep)?,
        (None, None) => Place::FIRST,
    };
    let mut log = sink::writable_log(path, &feed)?;
    let Dropped { messages, bytes } = log.drop_before(place).map_err(pool::of_log_error)?;
    let done = Done {
        log: path.clone(),
        dropped: messages,
        bytes,
        first: log.store().floor().to_string(),
    };
    output::print(&done, arguments.json)?;
    Ok(ExitCode::SUCCESS)
}

/// The lowest place whose time is at most `keep` milliseconds before that of the newest message.
fn young(path: &Path, keep: u64) -> Result<Place, Fault> {
    let mut newest = None;
    each(path, |place, t| newest = newest.max(Some((place, t))))?;
    let Some((newest, t)) = newest else {
        return Ok(Place::FIRST);
    };
    let from = TimeMs(t.0.saturating_sub(keep));
    let mut first = newest;
    each(path, |place, t| {
        if t >= from {
            first = first.min(place);
        }
    })?;
    Ok(first)
}

fn each(path: &Path, mut look: impl FnMut(Place, TimeMs)) -> Result<(), Fault> {
    let mut reader = LogReader::open(path).map_err(pool::of_log_error)?;
    loop {
        let (messages, damages) = reader.read().map_err(pool::of_log_error)?;
        if messages.is_empty() && damages.is_empty() {
            return Ok(());
        }
        for message in &messages {
            look(Place::of(message), message.observation().t);
        }
    }
}

impl Report for Done {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        let log = self.log.display();
        if self.dropped == 0 && self.bytes == 0 {
            return writeln!(out, "{log}: nothing is older, so nothing was dropped");
        }
        writeln!(
            out,
            "{log}: {} messages dropped, {} bytes free; it begins with {} now",
            self.dropped, self.bytes, self.first
        )
    }
}
