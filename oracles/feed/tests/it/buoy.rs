//! A real thermometer: half-hourly readings of a buoy (testdata/README.md).

use core::num::NonZeroUsize;
use std::io::Read;

use twinroot_abi::TimeMs;
use twinroot_feed::select::{Progress, RunWatch, run_length};
use twinroot_feed::{
    Conflict, Descriptor, EquivocationWatch, Feed, Mode, Observation, Signer, Value, open, sign,
};

use crate::world::{descriptor, judge, observation, run_of, run_params, secret};

const FILE: &[u8] = include_bytes!("../../../../testdata/sea_surface_temperature.csv.gz");
const ROWS: usize = 3_320;
const NEEDED: u16 = 12;

struct Row {
    t: TimeMs,
    thousandths: i64,
}

/// Rows 3284 to 3294 are out, then the value comes back; rows 3300 to 3313 are out, the 12th of them is 3311.
#[test]
fn twelve_readings_out_are_a_breach_and_eleven_are_not() {
    let rows = rows(ROWS);
    let last = rows[ROWS - 1].t;
    let descriptor = Descriptor {
        period_ms: 1_800_000,
        valid_from: rows[0].t,
        valid_to: last,
        ..descriptor(1)
    };
    let mut signer = Signer::new(secret(1), descriptor).unwrap();
    let messages: Vec<_> = rows
        .iter()
        .map(|row| signer.reading(row.t, row.thousandths).unwrap())
        .collect();
    let feed = signer.feed();
    let params = run_params(feed.id(), (2_000, 8_000), (0, last.0));

    let mut watch = RunWatch::new(0, NEEDED, &params, feed).unwrap();
    let mut longest_before = 0;
    let mut completed = None;
    for (row, bytes) in (1..).zip(&messages) {
        match watch.push(&open(feed, bytes).unwrap()) {
            Progress::Have { have, need } => {
                assert_eq!(need, 12);
                assert_eq!(have, expected_run(&rows, row), "at row {row}");
                longest_before = have.max(longest_before);
            }
            Progress::Complete(bundle) => {
                completed = Some((row, bundle));
                break;
            }
        }
    }
    let (row, bundle) = completed.unwrap();
    assert_eq!((row, longest_before), (3_311, 11));
    assert_eq!(bundle.messages, messages[3_299..3_311]);
    let verdict = [rows[3_299].t.0.to_le_bytes(), rows[3_310].t.0.to_le_bytes()].concat();
    assert_eq!(judge(run_of(NEEDED), &params, &bundle), Ok(verdict));
    assert_eq!(
        run_length(0, NEEDED, &params, feed, &messages[3_200..]),
        Ok(bundle),
        "the same from a pool"
    );
}

/// At 2017-03-21T16:30Z the buoy said 4.276, and 4.289: in slots of half an hour that is a fork, and the only one.
#[test]
fn the_buoy_said_two_things_in_one_slot() {
    let rows = rows(usize::MAX);
    let descriptor = Descriptor {
        mode: Mode::Slot,
        period_ms: 1_800_000,
        valid_from: TimeMs(0),
        valid_to: TimeMs(u64::MAX),
        ..descriptor(1)
    };
    let feed = Feed::new(descriptor).unwrap();
    let memory = NonZeroUsize::new(8).unwrap();
    let mut watch = EquivocationWatch::new(feed.clone(), memory);
    let mut proofs = Vec::new();
    for row in &rows {
        let observation = Observation {
            seq: row.t.0 / 1_800_000,
            t: row.t,
            prev_t: row.t,
            ..observation(&feed, Value::Fixed(row.thousandths))
        };
        let message = open(&feed, &sign(&secret(1), &observation)).unwrap();
        proofs.extend(watch.push(&message));
    }
    let [proof] = proofs.as_slice() else {
        panic!("{} proofs", proofs.len());
    };
    let proven = proof.verify().unwrap();
    assert_eq!(proven.conflict(), Conflict::Fork);
    let said = proven.messages().each_ref().map(|it| it.observation());
    assert_eq!(said.map(|it| it.t), [time_ms("2017-03-21T16:30:00Z"); 2]);
    let mut values = said.map(|it| it.value);
    values.sort_by_key(|value| *value != Value::Fixed(4_276));
    assert_eq!(values, [Value::Fixed(4_276), Value::Fixed(4_289)]);
}

/// Readings out of 2 to 8 degrees in a row, the row included, by counting backwards.
fn expected_run(rows: &[Row], row: usize) -> usize {
    rows[..row]
        .iter()
        .rev()
        .take_while(|row| !(2_000..=8_000).contains(&row.thousandths))
        .count()
}

fn rows(count: usize) -> Vec<Row> {
    let mut text = String::new();
    flate2::read::GzDecoder::new(FILE)
        .read_to_string(&mut text)
        .unwrap();
    text.lines().skip(1).take(count).map(row).collect()
}

fn row(line: &str) -> Row {
    let (time, celsius) = line.split_once(',').unwrap();
    Row {
        t: time_ms(time),
        thousandths: thousandths(celsius),
    }
}

/// "4.93" is 4930, exactly.
fn thousandths(celsius: &str) -> i64 {
    let (whole, decimals) = celsius.split_once('.').unwrap();
    format!("{whole}{decimals:0<3}").parse().unwrap()
}

/// "2016-02-15T00:30:00Z"
fn time_ms(text: &str) -> TimeMs {
    let part = |range: core::ops::Range<usize>| text.get(range).unwrap().parse::<u64>().unwrap();
    let days = days_since_1970(part(0..4), part(5..7), part(8..10));
    let seconds = days * 86_400 + part(11..13) * 3_600 + part(14..16) * 60 + part(17..19);
    TimeMs(seconds * 1_000)
}

/// Years are counted from March, so that a leap day is a year's last.
fn days_since_1970(year: u64, month: u64, day: u64) -> u64 {
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let days_before_the_month = (153 * month + 2) / 5;
    365 * year + year / 4 - year / 100 + year / 400 + days_before_the_month + day - 1 - 719_468
}

#[test]
fn times_are_read_as_they_are_written() {
    assert_eq!(time_ms("1970-01-01T00:00:00Z"), TimeMs(0));
    assert_eq!(time_ms("2016-02-15T00:30:00Z"), TimeMs(1_455_496_200_000));
    assert_eq!(time_ms("2016-03-01T00:00:00Z"), TimeMs(1_456_790_400_000));
}
