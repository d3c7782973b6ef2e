//! Readings of a real thermometer: a buoy, each half hour for a year (testdata/README.md).

use flate2::read::GzDecoder;
use twinroot_abi::TimeMs;

const FILE: &[u8] = include_bytes!("../../../testdata/sea_surface_temperature.csv.gz");

/// One row of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// When.
    pub t: TimeMs,
    /// Thousandths of a degree Celsius.
    pub thousandths: i64,
}

/// All readings, in the order of the file.
///
/// # Errors
/// [`BuoyError`] names the row that cannot be read.
pub fn buoy() -> Result<Vec<Reading>, BuoyError> {
    let mut rows = csv::Reader::from_reader(GzDecoder::new(FILE));
    (1..)
        .zip(rows.records())
        .map(|(number, row)| reading(&row?).ok_or(BuoyError::Row(number)))
        .collect()
}

fn reading(row: &csv::StringRecord) -> Option<Reading> {
    let time: jiff::Timestamp = row.get(0)?.parse().ok()?;
    let t = TimeMs(u64::try_from(time.as_millisecond()).ok()?);
    Some(Reading {
        t,
        thousandths: thousandths(row.get(1)?)?,
    })
}

/// A decimal with up to three places, times a thousand, without a float on the way.
fn thousandths(decimal: &str) -> Option<i64> {
    let (whole, places) = decimal.split_once('.').unwrap_or((decimal, ""));
    let digits = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
    let unsigned = whole.strip_prefix('-').unwrap_or(whole);
    if unsigned.is_empty() || !digits(unsigned) || places.len() > 3 || !digits(places) {
        return None;
    }
    format!("{whole}{places:0<3}").parse().ok()
}

/// The file of readings is damaged.
#[derive(Debug, thiserror::Error)]
pub enum BuoyError {
    /// It is no table.
    #[error(transparent)]
    Table(#[from] csv::Error),
    /// A row is not a time and a temperature.
    #[error("row {0} is not a time and a temperature")]
    Row(usize),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact() {
        assert_eq!(
            ["4.929", "8.2", "7", "-0.5"].map(thousandths),
            [Some(4_929), Some(8_200), Some(7_000), Some(-500)]
        );
        assert_eq!(["4.9291", "x", "", "4.-1"].map(thousandths), [None; 4]);
    }

    #[test]
    fn the_whole_file_is_read() {
        let rows = buoy().unwrap();
        assert_eq!(rows.len(), 19_226);
        assert_eq!(rows[3_310].thousandths, 8_200);
    }
}
