//! How fast a series is played.

use std::time::Duration;

use crate::oracle::time;

/// How fast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rate {
    /// As fast as they are signed.
    Max,
    /// One each so long.
    Each(Duration),
}

impl Rate {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text == "max" {
            return Ok(Self::Max);
        }
        let Some(hertz) = text.strip_suffix("Hz") else {
            return time::span(text).map(Self::Each);
        };
        let hertz: u32 = hertz
            .trim()
            .parse()
            .map_err(|_| "a rate is written as max, 10Hz or 500ms")?;
        Duration::from_secs(1)
            .checked_div(hertz)
            .map(Self::Each)
            .ok_or_else(|| String::from("at 0Hz nothing would ever come"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, Rate};

    #[test]
    fn rates_are_read() {
        assert_eq!(Rate::parse("max"), Ok(Rate::Max));
        assert_eq!(
            Rate::parse("10Hz"),
            Ok(Rate::Each(Duration::from_millis(100)))
        );
        assert_eq!(Rate::parse("2s"), Ok(Rate::Each(Duration::from_secs(2))));
        for text in ["", "0Hz", "-1Hz", "fast", "1.5Hz"] {
            assert!(Rate::parse(text).is_err(), "{text}");
        }
    }
}
