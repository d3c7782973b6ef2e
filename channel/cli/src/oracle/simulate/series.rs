//! What a simulated device reads, and when: a table or a walk.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use csv::StringRecord;
use flate2::read::MultiGzDecoder;
use twinroot_abi::TimeMs;
use twinroot_feed::Descriptor;

use super::walk::Walk;
use crate::author::Fault;
use crate::author::codes::NO_FILE;
use crate::oracle::codes::{SERIES, VALUE};
use crate::oracle::{decimal, time};

/// A value, as the integer that is signed, and its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) t: TimeMs,
    pub(super) value: i64,
}

/// Where readings come from.
#[derive(clap::Args)]
#[group(skip)]
pub(super) struct Arguments {
    /// A table with a line of names; gzip is fine.
    #[arg(
        long,
        value_name = "FILE",
        required_unless_present = "walk",
        conflicts_with = "walk"
    )]
    csv: Option<PathBuf>,
    /// The column of the values; the last one if not said.
    #[arg(long, value_name = "NAME", requires = "csv")]
    column: Option<String>,
    /// The column of the times, RFC 3339; the first one if not said.
    #[arg(long, value_name = "NAME", requires = "csv")]
    time_column: Option<String>,
    /// A random walk that begins with this value, in the unit of the feed.
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true)]
    walk: Option<String>,
    /// By how much the walk goes up or down at most; with 0 it stays where it is.
    #[arg(long, value_name = "VALUE", default_value = "0")]
    step: String,
    /// How many readings; 60 of a walk, all of a table if not said.
    #[arg(long)]
    count: Option<usize>,
    /// Time of the walk's first reading; now, or behind what the device signed last, if not said.
    #[arg(long, value_name = "TIME", value_parser = time::parse, conflicts_with = "csv")]
    begin: Option<TimeMs>,
}

impl Arguments {
    /// The readings of a device that signed something of the time `after` last.
    pub(super) fn readings(
        &self,
        descriptor: &Descriptor,
        after: Option<TimeMs>,
        seed: u64,
    ) -> Result<Vec<Reading>, Fault> {
        match (&self.csv, &self.walk) {
            (Some(csv), _) => self.table(csv, descriptor.scale),
            (None, walk) => self.walk(walk.as_deref().unwrap_or("0"), descriptor, after, seed),
        }
    }

    fn walk(
        &self,
        from: &str,
        descriptor: &Descriptor,
        after: Option<TimeMs>,
        seed: u64,
    ) -> Result<Vec<Reading>, Fault> {
        let value = decimal::given(from, descriptor.scale)?;
        let step = decimal::given(&self.step, descriptor.scale)?;
        let step = u32::try_from(step).map_err(|_| {
            Fault::new(
                VALUE,
                format!("a step of {} is too long, or negative", self.step),
            )
        })?;
        let period = u64::from(if descriptor.period_ms == 0 {
            SECOND_MS
        } else {
            descriptor.period_ms
        });
        let behind = after.map_or(0, |after| after.0.saturating_add(period));
        let begin = self
            .begin
            .map_or(time::now().0.max(behind), |begin| begin.0);
        let times = (0..).map(|place| TimeMs(period.saturating_mul(place).saturating_add(begin)));
        Ok(times
            .zip(Walk::new(value, step, seed))
            .map(|(t, value)| Reading { t, value })
            .take(self.count.unwrap_or(60))
            .collect())
    }

    fn table(&self, path: &Path, scale: i8) -> Result<Vec<Reading>, Fault> {
        let at_fault = |line: u64, message: String| {
            Fault::new(
                SERIES,
                format!("{}, line {line}: {message}", path.display()),
            )
        };
        let mut table = csv::Reader::from_reader(unpacked(path)?);
        let names = table
            .headers()
            .map_err(|error| at_fault(1, error.to_string()))?;
        let column = |name: &Option<String>, otherwise: Option<usize>| match name {
            None => otherwise.ok_or_else(|| at_fault(1, String::from("the table is empty"))),
            Some(name) => names.iter().position(|known| known == name).ok_or_else(|| {
                let known: Vec<_> = names.iter().collect();
                at_fault(
                    1,
                    format!(
                        "there is no column `{name}`: there are {}",
                        known.join(", ")
                    ),
                )
            }),
        };
        let time_column = column(&self.time_column, (!names.is_empty()).then_some(0))?;
        let value_column = column(&self.column, names.len().checked_sub(1))?;
        let reading = |row: &StringRecord| {
            let cell = |column| row.get(column).ok_or("a cell is missing");
            let t = time::parse(cell(time_column)?)?;
            let text = cell(value_column)?;
            let value =
                decimal::parse(text, scale).map_err(|error| format!("`{text}`: {error}"))?;
            Ok(Reading { t, value })
        };
        table
            .records()
            .take(self.count.unwrap_or(usize::MAX))
            .map(|row| {
                let row = row.map_err(|error| {
                    let line = error.position().map_or(0, csv::Position::line);
                    at_fault(line, error.to_string())
                })?;
                let line = row.position().map_or(0, csv::Position::line);
                reading(&row).map_err(|message: String| at_fault(line, message))
            })
            .collect()
    }
}

/// The file, unpacked if it is packed.
fn unpacked(path: &Path) -> Result<Box<dyn Read>, Fault> {
    let unread = |error: io::Error| {
        Fault::new(
            NO_FILE,
            format!("{} could not be read: {error}", path.display()),
        )
    };
    let mut file = BufReader::new(File::open(path).map_err(unread)?);
    let begins = io::BufRead::fill_buf(&mut file).map_err(unread)?;
    Ok(if begins.starts_with(&GZIP) {
        Box::new(MultiGzDecoder::new(file))
    } else {
        Box::new(file)
    })
}

const GZIP: [u8; 2] = [0x1f, 0x8b];
const SECOND_MS: u32 = 1_000;
