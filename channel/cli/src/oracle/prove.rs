//! `twinroot oracle prove-equivocation`: finds two messages of a feed that contradict each other, and writes the proof.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use serde::Serialize;
use twinroot_feed::{Conflict, EquivocationWatch, Feed, Proven, open};
use twinroot_link::Log;

use super::codes::{MESSAGE, NO_CONFLICT, WHICH_FEED};
use super::line::Line;
use super::{EXIT_CODES, advice, feed, pool, sink};
use crate::author::Fault;
use crate::author::codes::NO_FILE;
use crate::author::output::{self, Report};

/// Find two messages of a feed that contradict each other, and write the proof.
#[derive(clap::Args)]
#[command(
    long_about = "Find two messages of a feed that contradict each other, and write the proof: bytes that convince anyone, with the \
        descriptor and both messages in them (docs/spec/oracles.md, 8). An honest device cannot be proven false.",
    after_help = format!("Examples:\n  twinroot oracle prove-equivocation --log truck-7.log --out proof.bin\n  \
        twinroot oracle prove-equivocation --feed truck-7 one.bin other.bin --out proof.bin\n\n{EXIT_CODES}")
)]
pub(super) struct Arguments {
    #[command(flatten)]
    pool: pool::Arguments,
    /// The feed: its descriptor or the folder of its device. A log names its own.
    #[arg(long, value_name = "FILE")]
    feed: Vec<PathBuf>,
    /// Where the proof goes, as bytes.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// JSON, as if the output were piped.
    #[arg(long)]
    json: bool,
}

/// What was found.
#[derive(Serialize)]
struct Found {
    feed: String,
    device: String,
    conflict: u8,
    name: String,
    why: &'static str,
    messages: [Line; 2],
    proof: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let feed = arguments.feed()?;
    let messages = arguments.pool.read(std::slice::from_ref(&feed))?;
    let mut watch = EquivocationWatch::new(feed.clone(), sink::MEMORY);
    let mut refused = None;
    for message in &messages {
        match open(&feed, &message.bytes) {
            Err(rule) => {
                refused.get_or_insert((&message.place, rule));
            }
            Ok(message) => {
                if let Some(proof) = watch.push(&message) {
                    let proven = proof
                        .verify()
                        .map_err(|rule| Fault::new(MESSAGE, advice::sentence(rule)))?;
                    arguments.write(&proven, &proof.encode())?;
                    return Ok(ExitCode::SUCCESS);
                }
            }
        }
    }
    Err(match refused {
        Some((place, rule)) => Fault::new(MESSAGE, advice::sentence(rule.into())).about(place),
        None => Fault::new(
            NO_CONFLICT,
            format!(
                "an honest device can have signed all of these {} messages",
                messages.len()
            ),
        ),
    }
    .into())
}

/// How two messages contradict each other.
pub(super) const fn words(conflict: Conflict) -> &'static str {
    match conflict {
        Conflict::Fork => {
            "two messages stand in one place, so the device told one party this and the other that"
        }
        Conflict::Link => {
            "one message stands in two places or has two times, by what others say of it"
        }
        Conflict::Time => "the later message of an epoch has the earlier time",
        Conflict::Clock => {
            "the message of the later epoch has the earlier time; a device that was told a wrong hour does that too"
        }
    }
}

impl Arguments {
    fn feed(&self) -> Result<Feed, Fault> {
        if !self.feed.is_empty() {
            return feed::only(&self.feed);
        }
        let log = self.pool.log.first().ok_or_else(|| {
            Fault::new(
                WHICH_FEED,
                "whose messages are these? Name the descriptor or the device with --feed",
            )
        })?;
        Log::feed_of(log).map_err(pool::of_log_error)
    }

    fn write(&self, proven: &Proven, proof: &[u8]) -> Result<()> {
        if let Some(path) = &self.out {
            fs::write(path, proof).map_err(|error| {
                Fault::new(
                    NO_FILE,
                    format!("{} could not be written: {error}", path.display()),
                )
            })?;
        }
        let feed = proven.feed();
        let conflict = proven.conflict();
        let found = Found {
            feed: feed.id().to_string(),
            device: feed.descriptor().urn.clone(),
            conflict: conflict as u8,
            name: format!("{conflict:?}"),
            why: words(conflict),
            messages: proven
                .messages()
                .each_ref()
                .map(|message| Line::of(feed, message)),
            proof: hex::encode(proof),
            file: self.out.clone(),
        };
        output::print(&found, self.json)
    }
}

impl Report for Found {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{} contradicts itself: {}", self.device, self.why)?;
        writeln!(out, "feed      {}", self.feed)?;
        writeln!(out, "conflict  {}, {}", self.conflict, self.name)?;
        for message in &self.messages {
            writeln!(out, "message   {message}\n          id {}", message.id)?;
        }
        match &self.file {
            Some(file) => writeln!(out, "proof     {}", file.display()),
            None => writeln!(out, "proof     {}", self.proof),
        }
    }
}
