//! A real thermometer: half-hourly readings of a buoy (testdata/README.md), as a bad network brings them.

use std::io::Read;

use twinroot_abi::TimeMs;
use twinroot_feed::{Descriptor, Signed, Signer};
use twinroot_link::{Arrival, Gap, Place};

use crate::world::{Disk, all, bound, descriptor, open_patiently, roomy, secret};

const FILE: &[u8] = include_bytes!("../../../../testdata/sea_surface_temperature.csv.gz");
const ROWS: usize = 19_226;
const BATCH: usize = 2_000;
/// Never arrives at first.
const LOST: usize = 12_345;

#[test]
fn a_year_of_readings_survives() {
    let rows = rows();
    let descriptor = Descriptor {
        period_ms: 1_800_000,
        valid_from: rows[0].0,
        valid_to: rows[ROWS - 1].0,
        ..descriptor(1)
    };
    let mut signer = Signer::new(secret(1), descriptor).unwrap();
    let messages: Vec<Vec<u8>> = rows
        .iter()
        .map(|(t, thousandths)| signer.reading(*t, *thousandths).unwrap())
        .collect();
    let feed = signer.feed();

    // All over the place, every tenth twice, one never.
    let arriving: Vec<&Vec<u8>> = (0..ROWS)
        .map(|turn| turn * 7_919 % ROWS)
        .filter(|row| *row != LOST)
        .flat_map(|row| std::iter::repeat_n(&messages[row], if row % 10 == 0 { 2 } else { 1 }))
        .collect();
    let disk = Disk::new();
    let (mut log, _) = open_patiently(&disk.path, feed.clone(), roomy()).unwrap();
    let mut known = 0;
    for batch in arriving.chunks(BATCH) {
        let opened = log.verifier().open(batch);
        let batch: Vec<Signed> = opened.into_iter().map(Result::unwrap).collect();
        let arrivals = log.append(batch).unwrap();
        known += arrivals
            .iter()
            .filter(|arrival| **arrival == Arrival::Known)
            .count();
    }
    assert_eq!(known, ROWS.div_ceil(10));
    drop(log);

    let (mut log, damages) = open_patiently(&disk.path, feed.clone(), roomy()).unwrap();
    assert_eq!(damages, []);
    let gap = Gap::Places {
        epoch: 0,
        first: LOST as u64,
        last: LOST as u64,
    };
    assert_eq!(log.store().gaps(), [gap]);
    let lost = log.verifier().open(&messages[LOST..=LOST]);
    log.append(lost.into_iter().map(Result::unwrap).collect())
        .unwrap();
    assert_eq!(log.store().gaps(), []);
    let held = all(log.store());
    assert!(held.iter().map(Signed::bytes).eq(&messages));
    drop(log);

    // The last day of it.
    let (log, _) = open_patiently(&disk.path, feed.clone(), bound(48)).unwrap();
    assert_eq!(all(log.store()), held[ROWS - 48..]);
    assert!(
        log.store()
            .since(Place::of(&held[ROWS - 48]))
            .lag()
            .is_none()
    );
    assert!(
        log.store()
            .since(Place::of(&held[ROWS - 49]))
            .lag()
            .is_some()
    );
}

fn rows() -> Vec<(TimeMs, i64)> {
    let mut text = String::new();
    flate2::read::GzDecoder::new(FILE)
        .read_to_string(&mut text)
        .unwrap();
    let rows: Vec<_> = text.lines().skip(1).map(row).collect();
    assert_eq!(rows.len(), ROWS);
    rows
}

/// "2016-02-15T00:30:00Z,4.93" is 4930 thousandths, exactly.
fn row(line: &str) -> (TimeMs, i64) {
    let (time, celsius) = line.split_once(',').unwrap();
    let time: jiff::Timestamp = time.parse().unwrap();
    let (whole, decimals) = celsius.split_once('.').unwrap();
    (
        TimeMs(time.as_millisecond().try_into().unwrap()),
        format!("{whole}{decimals:0<3}").parse().unwrap(),
    )
}
