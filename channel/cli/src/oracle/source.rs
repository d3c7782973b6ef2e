//! Where messages come from: one scheme a source.

use std::io::{self, BufRead};
use std::path::Path;
use std::thread;
use std::time::Duration;

use anyhow::Result;
use twinroot_feed::{Feed, OpenError};
use twinroot_link::LogReader;

use super::net::{self, Subscription};
use super::pool::{LOG_SCHEME, of_line, of_log_error, open_log};

/// Something that a source has.
pub(super) enum Came {
    /// A message, from nobody knows whom.
    Message(Vec<u8>),
    /// Messages that were refused before they came here, all by that rule.
    Refused { rule: OpenError, messages: u64 },
    /// Something of the source is lost.
    Damage(String),
    /// A connection came up or went down.
    Link(String),
}

/// What has messages.
pub(super) trait Source {
    /// The feed, where the source itself says whose messages it has.
    fn feed(&self) -> Option<Feed>;

    /// What came next. Nothing, where nothing came yet; none at the end.
    fn next(&mut self) -> Result<Option<Vec<Came>>>;
}

/// The source of that name: `-` for the standard input, `file:` before a log. One that is followed has no end.
pub(super) fn open_source(
    from: &str,
    feeds: &[Feed],
    follow: bool,
    session: Option<&str>,
) -> Result<Box<dyn Source>> {
    if net::is_known(from) {
        return Ok(Box::new(Subscription::start(from, feeds, session, None)?));
    }
    Ok(match from.strip_prefix(LOG_SCHEME) {
        Some(path) => Box::new(LogSource {
            reader: open_log(Path::new(path), feeds)?,
            follow,
            ended: false,
        }),
        None => Box::new(Lines),
    })
}

/// Whether there is a source of that name.
pub(super) fn known(from: &str) -> Result<String, String> {
    if from == "-" || from.starts_with(LOG_SCHEME) || net::is_known(from) {
        Ok(from.to_owned())
    } else {
        Err(String::from(
            "messages come from `-`, the standard input, `file:LOG`, `mqtt://HOST:PORT/FEED` or \
             `http://HOST:PORT/v1/feeds/FEED`",
        ))
    }
}

/// A message a line, in hex, base64 or JSON.
struct Lines;

impl Source for Lines {
    fn feed(&self) -> Option<Feed> {
        None
    }

    fn next(&mut self) -> Result<Option<Vec<Came>>> {
        let mut line = Vec::new();
        if io::stdin().lock().read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let text = String::from_utf8_lossy(&line);
        let is_empty = text.trim().is_empty();
        let came = (!is_empty).then(|| Came::Message(of_line(&text)));
        Ok(Some(came.into_iter().collect()))
    }
}

/// A log, which another program may be writing.
struct LogSource {
    reader: LogReader,
    follow: bool,
    ended: bool,
}

impl Source for LogSource {
    fn feed(&self) -> Option<Feed> {
        Some(self.reader.feed().clone())
    }

    fn next(&mut self) -> Result<Option<Vec<Came>>> {
        let (messages, damages) = self.reader.read().map_err(of_log_error)?;
        let damages = damages
            .iter()
            .map(|damage| Came::Damage(damage.to_string()));
        let messages = messages
            .iter()
            .map(|message| Came::Message(message.bytes().to_vec()));
        let came: Vec<_> = damages.chain(messages).collect();
        if !came.is_empty() {
            return Ok(Some(came));
        }
        if self.follow {
            thread::sleep(PAUSE);
            return Ok(Some(came));
        }
        // Told once.
        let unfinished = self.reader.unfinished().map_err(of_log_error)?;
        if unfinished == 0 || self.ended {
            return Ok(None);
        }
        self.ended = true;
        let told = format!(
            "its last {unfinished} bytes are of a write that was not finished, and were left out"
        );
        Ok(Some(vec![Came::Damage(told)]))
    }
}

/// How often a log is looked at.
const PAUSE: Duration = Duration::from_millis(200);
