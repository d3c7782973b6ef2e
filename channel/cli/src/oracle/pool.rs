//! Messages, as they are given to the verbs: files of one message or of many, the standard input, logs.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use data_encoding::{BASE64, BASE64_NOPAD};
use serde::Deserialize;
use twinroot_feed::Feed;
use twinroot_link::{LogError, LogReader};

use super::codes::{FULL, IN_USE, LOG};
use crate::author::codes::NO_FILE;
use crate::author::{Fault, read as read_file};

/// A message, from nobody knows whom, and where it was found.
pub(super) struct Found {
    pub(super) bytes: Vec<u8>,
    pub(super) place: String,
}

/// Which messages.
#[derive(clap::Args)]
#[group(skip)]
pub(super) struct Arguments {
    /// Files of messages: one as raw bytes, or a line each in hex, base64 or JSON; `-` for the standard input.
    #[arg(value_name = "MESSAGE", required_unless_present = "log")]
    messages: Vec<PathBuf>,
    /// A log of the feed. May stand more than once.
    #[arg(long, value_name = "LOG")]
    pub(super) log: Vec<PathBuf>,
}

impl Arguments {
    /// All of these messages.
    pub(super) fn read(&self, feeds: &[Feed]) -> Result<Vec<Found>, Fault> {
        let mut pool = Vec::new();
        for path in &self.messages {
            pool.extend(of_file(path)?);
        }
        for path in &self.log {
            pool.extend(of_log(path, feeds)?);
        }
        Ok(pool)
    }
}

/// What stands before the path of a log.
pub(super) const LOG_SCHEME: &str = "file:";

fn of_file(path: &Path) -> Result<Vec<Found>, Fault> {
    let bytes = if path == Path::new("-") {
        let mut bytes = Vec::new();
        io::stdin()
            .lock()
            .read_to_end(&mut bytes)
            .map_err(|error| {
                Fault::new(NO_FILE, format!("the input could not be read: {error}"))
            })?;
        bytes
    } else {
        read_file(path)?
    };
    let Some(text) = std::str::from_utf8(&bytes)
        .ok()
        .filter(|text| is_text(text))
    else {
        let place = path.display().to_string();
        return Ok(vec![Found { bytes, place }]);
    };
    let lines = (1..)
        .zip(text.lines())
        .filter(|(_, line)| !line.trim().is_empty());
    let found = lines.map(|(number, line)| Found {
        bytes: of_line(line),
        place: format!("{}:{number}", path.display()),
    });
    Ok(found.collect())
}

/// A message is never text: it has a signature in it, and begins with 0.
fn is_text(text: &str) -> bool {
    !text
        .chars()
        .any(|character| character.is_control() && !character.is_ascii_whitespace())
}

/// The message in a line: in hex, in base64, or in the field `message` of JSON. Another line is taken as it is, so that
/// it is told what is wrong with it.
pub(super) fn of_line(line: &str) -> Vec<u8> {
    let json = serde_json::from_str::<Line>(line).ok();
    let text = json.as_ref().map_or(line, |json| &json.message);
    written(text).unwrap_or_else(|| line.trim().as_bytes().to_vec())
}

/// What of a line of JSON is looked at.
#[derive(Deserialize)]
struct Line {
    message: String,
}

/// Bytes that are written as hex or base64.
pub(super) fn written(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    hex::decode(text)
        .ok()
        .or_else(|| BASE64.decode(text.as_bytes()).ok())
        .or_else(|| BASE64_NOPAD.decode(text.as_bytes()).ok())
}

/// All messages of a log; what is damaged in it is told on the error output.
fn of_log(path: &Path, feeds: &[Feed]) -> Result<Vec<Found>, Fault> {
    let mut reader = open_log(path, feeds)?;
    let mut pool = Vec::new();
    loop {
        let (messages, damages) = reader.read().map_err(of_log_error)?;
        for damage in &damages {
            anstream::eprintln!("{}: {damage}", path.display());
        }
        if messages.is_empty() && damages.is_empty() {
            break;
        }
        pool.extend(messages.iter().map(|message| {
            let said = message.observation();
            Found {
                bytes: message.bytes().to_vec(),
                place: format!("{}@{}:{}", path.display(), said.epoch, said.seq),
            }
        }));
    }
    let unfinished = reader.unfinished().map_err(of_log_error)?;
    if unfinished > 0 {
        anstream::eprintln!(
            "{}: its last {unfinished} bytes are of a write that was not finished, and were left out",
            path.display()
        );
    }
    Ok(pool)
}

/// A reader of the log of one of these feeds; of the feed that it names, if none is said.
pub(super) fn open_log(path: &Path, feeds: &[Feed]) -> Result<LogReader, Fault> {
    let reader = LogReader::open(path).map_err(of_log_error)?;
    let feed = reader.feed().id();
    if feeds.is_empty() || feeds.iter().any(|known| known.id() == feed) {
        return Ok(reader);
    }
    let path = path.to_owned();
    Err(of_log_error(LogError::OtherFeed { path, feed }))
}

/// Why a log cannot be used.
pub(super) fn of_log_error(error: LogError) -> Fault {
    let code = match &error {
        LogError::Full { .. } => FULL,
        LogError::Locked { .. } => IN_USE,
        LogError::NotALog { .. } | LogError::Version { .. } | LogError::OtherFeed { .. } => LOG,
        _ => NO_FILE,
    };
    Fault::new(code, error)
}

#[cfg(test)]
mod tests {
    use super::{of_line, written};

    #[test]
    fn bytes_are_read_as_they_are_written() {
        let bytes: Vec<u8> = (0..=200).collect();
        let hex = hex::encode(&bytes);
        let base64 = data_encoding::BASE64.encode(&bytes);
        for text in [&hex, &base64, base64.trim_end_matches('=')] {
            assert_eq!(written(text).as_ref(), Some(&bytes), "{text}");
            assert_eq!(of_line(&format!(" {text}\n")), bytes);
            assert_eq!(
                of_line(&format!("{{\"seq\":1,\"message\":\"{text}\"}}")),
                bytes
            );
        }
        assert_eq!(of_line("what is this?"), b"what is this?");
        assert_eq!(written(" "), None);
    }
}
