//! Where messages go: one file, one scheme a sink.

use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::Path;

use anyhow::Result;
use serde::Serialize;
use twinroot_feed::{Feed, open};
use twinroot_link::{Arrival, Log};

use super::codes::ADDRESS;
use super::line::Line;
use super::net::{self, Publication};
use super::pool::{LOG_SCHEME, of_log_error};
use crate::author::Fault;
use crate::lines::is_for_programs;

/// What takes messages.
pub(super) trait Sink {
    /// Takes the next ones, in the order in which they arrive. Where it fails, none of them was taken.
    fn take(&mut self, messages: Vec<Vec<u8>>) -> Result<Taken>;

    /// Waits until all that was taken is where it should be.
    fn finish(&mut self) -> Result<()> {
        Ok(())
    }
}

/// What became of messages.
#[derive(Clone, Copy, Default, Serialize)]
pub(super) struct Taken {
    /// Taken, each for the first time.
    pub(super) new: usize,
    /// Known already.
    pub(super) known: usize,
    /// Beside another message of their place: the feed lied.
    pub(super) forks: usize,
    /// Dropped, because the sink is full of newer ones.
    pub(super) too_old: usize,
    /// Not taken, because they break a rule.
    pub(super) refused: usize,
}

impl Taken {
    /// Both together.
    pub(super) const fn and(self, more: Self) -> Self {
        Self {
            new: self.new + more.new,
            known: self.known + more.known,
            forks: self.forks + more.forks,
            too_old: self.too_old + more.too_old,
            refused: self.refused + more.refused,
        }
    }
}

/// The sink of that name: `-` for the standard output, `file:` before a log, `mqtt://` a broker. What is published can
/// be kept in a log as well.
pub(super) fn open_sink(
    to: &str,
    log: Option<&Path>,
    feed: &Feed,
    json: bool,
) -> Result<Box<dyn Sink>> {
    if to.starts_with(net::MQTT) {
        return Ok(Box::new(Publication::start(to, feed, log)?));
    }
    if log.is_some() {
        let why =
            "--log keeps what is published to a broker; to write a log only, say `--to file:LOG`";
        return Err(Fault::new(ADDRESS, why).into());
    }
    Ok(match to.strip_prefix(LOG_SCHEME) {
        Some(path) => Box::new(LogSink(writable_log(Path::new(path), feed)?)),
        None => Box::new(Lines {
            feed: feed.clone(),
            json: is_for_programs(json),
        }),
    })
}

/// Whether there is a sink of that name.
pub(super) fn known(to: &str) -> Result<String, String> {
    if to == "-" || to.starts_with(LOG_SCHEME) || to.starts_with(net::MQTT) {
        Ok(to.to_owned())
    } else {
        Err(String::from(
            "messages go to `-`, the standard output, to `file:LOG` or to `mqtt://HOST:PORT`",
        ))
    }
}

/// A line a message.
struct Lines {
    feed: Feed,
    json: bool,
}

/// A message that its own feed would not take.
#[derive(Serialize)]
struct Broken {
    breaks: String,
    message: String,
}

impl Sink for Lines {
    fn take(&mut self, messages: Vec<Vec<u8>>) -> Result<Taken> {
        let mut out = anstream::stdout().lock();
        let mut taken = Taken::default();
        for bytes in messages {
            let opened = open(&self.feed, &bytes);
            match &opened {
                Ok(_) => taken.new += 1,
                Err(_) => taken.refused += 1,
            }
            match opened {
                Ok(message) if self.json => to_line(&mut out, &Line::of(&self.feed, &message))?,
                Ok(message) => writeln!(out, "{}", Line::of(&self.feed, &message))?,
                Err(rule) if self.json => {
                    let breaks = format!("{rule:?}");
                    let message = hex::encode(bytes);
                    to_line(&mut out, &Broken { breaks, message })?;
                }
                Err(rule) => writeln!(out, "a message that nobody takes: {rule}")?,
            }
        }
        out.flush()?;
        Ok(taken)
    }
}

fn to_line(out: &mut impl Write, line: &impl Serialize) -> Result<()> {
    serde_json::to_writer(&mut *out, line).map_err(io::Error::from)?;
    Ok(writeln!(out)?)
}

/// A log of evidence.
struct LogSink(Log);

impl Sink for LogSink {
    fn take(&mut self, messages: Vec<Vec<u8>>) -> Result<Taken> {
        let opened = self.0.verifier().open(&messages);
        let batch: Vec<_> = opened.into_iter().filter_map(Result::ok).collect();
        let mut taken = Taken {
            refused: messages.len() - batch.len(),
            ..Taken::default()
        };
        for arrival in self.0.append(batch).map_err(of_log_error)? {
            match arrival {
                Arrival::New => taken.new += 1,
                Arrival::Known => taken.known += 1,
                Arrival::Fork => taken.forks += 1,
                Arrival::TooOld => taken.too_old += 1,
                Arrival::OtherFeed => taken.refused += 1,
            }
        }
        Ok(taken)
    }
}

/// The log of that path, made if it is not there; what is damaged in it is told.
pub(super) fn writable_log(path: &Path, feed: &Feed) -> Result<Log, Fault> {
    let (log, damages) = Log::open(path, feed.clone(), MEMORY).map_err(of_log_error)?;
    for damage in &damages {
        anstream::eprintln!("{}: {damage}", path.display());
    }
    Ok(log)
}

/// Messages that are held against new ones: a day of readings at 1 Hz, some 50 MB.
pub(super) const MEMORY: NonZeroUsize = NonZeroUsize::new(86_400).expect("a day has seconds");
