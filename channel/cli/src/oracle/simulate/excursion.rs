//! Scripted excursions: another value for a while.

use twinroot_abi::TimeMs;

use super::series::Reading;
use crate::author::Fault;
use crate::oracle::decimal;

/// Another value from one time to another, both counted from the beginning; the end is not included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Excursion {
    begin_ms: u64,
    end_ms: u64,
    value: String,
}

impl Excursion {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let form = "an excursion is BEGIN..END=VALUE, with hours, minutes and perhaps seconds: 00:10..00:25=9.5";
        let (span, value) = text.split_once('=').ok_or(form)?;
        let (begin, end) = span.split_once("..").ok_or(form)?;
        let excursion = Self {
            begin_ms: clock(begin).ok_or(form)?,
            end_ms: clock(end).ok_or(form)?,
            value: value.to_owned(),
        };
        if excursion.begin_ms < excursion.end_ms {
            Ok(excursion)
        } else {
            Err(String::from("an excursion ends after it begins"))
        }
    }

    /// Changes what was read meanwhile.
    pub(super) fn apply(
        &self,
        readings: &mut [Reading],
        begin: TimeMs,
        scale: i8,
    ) -> Result<(), Fault> {
        let value = decimal::given(&self.value, scale)?;
        for reading in readings {
            let since = reading.t.0.saturating_sub(begin.0);
            if (self.begin_ms..self.end_ms).contains(&since) {
                reading.value = value;
            }
        }
        Ok(())
    }
}

/// Hours, minutes and perhaps seconds, in milliseconds.
fn clock(text: &str) -> Option<u64> {
    let mut parts = text.split(':');
    let mut ms: u64 = 0;
    for unit in [3_600_000, 60_000, 1_000] {
        match parts.next() {
            Some(part) => ms = ms.checked_add(part.parse::<u64>().ok()?.checked_mul(unit)?)?,
            None if unit == 1_000 => {}
            None => return None,
        }
    }
    parts.next().is_none().then_some(ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excursion_changes_what_lies_in_it() {
        let excursion = Excursion::parse("00:10..00:25=9.5").unwrap();
        let mut readings: Vec<_> = [0, 600_000, 1_499_999, 1_500_000]
            .map(|ms| Reading {
                t: TimeMs(1_000 + ms),
                value: 5_000,
            })
            .into();
        excursion.apply(&mut readings, TimeMs(1_000), -3).unwrap();
        let values: Vec<_> = readings.iter().map(|reading| reading.value).collect();
        assert_eq!(values, [5_000, 9_500, 9_500, 5_000]);
    }

    #[test]
    fn what_is_no_excursion() {
        assert_eq!(clock("01:02:03"), Some(3_723_000));
        for text in [
            "",
            "1..2=3",
            "00:10..00:05=1",
            "00:10-00:20=1",
            "00:10..00:20",
            "a:b..c:d=1",
            "00:00..00:00:00:01=1",
        ] {
            assert!(Excursion::parse(text).is_err(), "{text}");
        }
    }
}
