//! Times and spans as people write them.

#![expect(
    clippy::disallowed_types,
    reason = "the program is where the hour comes in"
)]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::{SignedDuration, Timestamp};
use twinroot_abi::TimeMs;

/// A time in RFC 3339, or in milliseconds since 1970.
pub(super) fn parse(text: &str) -> Result<TimeMs, String> {
    if let Ok(ms) = text.parse() {
        return Ok(TimeMs(ms));
    }
    let time: Timestamp = text
        .parse()
        .map_err(|error| format!("a time is written as 2026-01-31T12:00:00Z: {error}"))?;
    match u64::try_from(time.as_millisecond()) {
        Ok(ms) => Ok(TimeMs(ms)),
        Err(_) => Err(String::from("times begin with 1970")),
    }
}

/// A span such as `1s`, `30min` or `500ms`.
pub(super) fn span(text: &str) -> Result<Duration, String> {
    let span: SignedDuration = text
        .parse()
        .map_err(|error| format!("a span is written as 1s, 30min or 500ms: {error}"))?;
    Duration::try_from(span).map_err(|_| String::from("a span is not negative"))
}

/// A span in whole milliseconds.
pub(super) fn span_ms(text: &str) -> Result<u64, String> {
    u64::try_from(span(text)?.as_millis()).map_err(|_| String::from("the span is too long"))
}

/// In RFC 3339; the milliseconds where that has no year for it.
pub(super) fn show(t: TimeMs) -> String {
    let known = i64::try_from(t.0).ok();
    match known.and_then(|ms| Timestamp::from_millisecond(ms).ok()) {
        Some(time) => time.to_string(),
        None => t.0.to_string(),
    }
}

/// A span in words.
pub(super) fn show_span(ms: u64) -> String {
    match ms {
        ms if ms % 3_600_000 == 0 && ms > 0 => format!("{} h", ms / 3_600_000),
        ms if ms % 60_000 == 0 && ms > 0 => format!("{} min", ms / 60_000),
        ms if ms % 1_000 == 0 => format!("{} s", ms / 1_000),
        ms => format!("{ms} ms"),
    }
}

/// By the clock of this machine.
pub(super) fn now() -> TimeMs {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    TimeMs(since.map_or(0, |since| {
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }))
}

#[cfg(test)]
mod tests {
    use super::{parse, show, span_ms};
    use twinroot_abi::TimeMs;

    #[test]
    fn times_are_read_and_shown_alike() {
        let t = parse("2016-04-23T16:00:00Z").unwrap();
        assert_eq!(show(t), "2016-04-23T16:00:00Z");
        assert_eq!(parse(&t.0.to_string()), Ok(t));
        assert_eq!(show(TimeMs(u64::MAX)), u64::MAX.to_string());
        for text in ["", "yesterday", "-5", "1969-01-01T00:00:00Z"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn spans_have_units() {
        assert_eq!(
            ["1s", "30min", "500ms", "1h"].map(span_ms),
            [1_000, 1_800_000, 500, 3_600_000].map(Ok)
        );
        assert!(span_ms("5").is_err() && span_ms("-1s").is_err());
    }
}
