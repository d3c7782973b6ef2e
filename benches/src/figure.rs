//! One figure: how long something takes, as a multiple of something else in the same run.

#![expect(
    clippy::disallowed_types,
    clippy::float_arithmetic,
    reason = "time is what is measured here"
)]

use std::time::{Duration, Instant};

use serde::Serialize;

/// A measured ratio.
#[derive(Clone, Debug, Serialize)]
pub struct Figure {
    /// What was measured.
    pub name: String,
    /// Median of time over the reference's time, of samples taken in turns.
    pub ratio: f64,
    /// What it was held against.
    pub against: String,
    /// Nanoseconds that it takes, half of the time.
    pub median_ns: f64,
    /// Nanoseconds that it takes at best.
    pub min_ns: f64,
}

/// Time of a sample, so that the clock counts for nothing.
const SAMPLE: Duration = Duration::from_micros(200);
/// Samples of each side.
const SAMPLES: usize = 300;
/// No figure takes longer.
const LONGEST: Duration = Duration::from_millis(2_500);
/// Samples that it takes at least.
const LEAST: usize = 11;

/// Runs both in turns, so that whatever else the machine does meets both alike.
pub fn compare(
    name: &str,
    against: &str,
    mut subject: impl FnMut(),
    mut reference: impl FnMut(),
) -> Figure {
    let counts = [repeats(&mut subject), repeats(&mut reference)];
    let mut pairs = Vec::new();
    let begun = Instant::now();
    while pairs.len() < LEAST || (pairs.len() < SAMPLES && begun.elapsed() < LONGEST) {
        pairs.push([
            timed(counts[0], &mut subject),
            timed(counts[1], &mut reference),
        ]);
    }
    Figure::of(name, against, pairs)
}

/// How long something takes, half of the time.
pub(crate) fn nanoseconds(mut work: impl FnMut()) -> f64 {
    let count = repeats(&mut work);
    let mut times: Vec<f64> = (0..LEAST).map(|_| timed(count, &mut work)).collect();
    times.sort_by(f64::total_cmp);
    times[LEAST / 2]
}

impl Figure {
    pub(crate) fn of(name: &str, against: &str, pairs: Vec<[f64; 2]>) -> Self {
        let mut times: Vec<f64> = pairs.iter().map(|[time, _]| *time).collect();
        let mut ratios: Vec<f64> = pairs.iter().map(|[time, other]| time / other).collect();
        times.sort_by(f64::total_cmp);
        ratios.sort_by(f64::total_cmp);
        Self {
            name: name.to_owned(),
            ratio: ratios[ratios.len() / 2],
            against: against.to_owned(),
            median_ns: times[times.len() / 2],
            min_ns: times[0],
        }
    }

    /// The geometric mean of several, as one figure.
    #[must_use]
    pub fn mean(name: &str, of: &[Self]) -> Self {
        let mean = |value: fn(&Self) -> f64| {
            let logs: f64 = of.iter().map(|figure| value(figure).ln()).sum();
            (logs / of.len() as f64).exp()
        };
        Self {
            name: name.to_owned(),
            ratio: mean(|figure| figure.ratio),
            against: of
                .first()
                .map_or_else(String::new, |first| first.against.clone()),
            median_ns: mean(|figure| figure.median_ns),
            min_ns: mean(|figure| figure.min_ns),
        }
    }

    /// The same with all times divided, where a sample does something so many times.
    #[must_use]
    pub fn each(self, times: f64) -> Self {
        Self {
            median_ns: self.median_ns / times,
            min_ns: self.min_ns / times,
            ..self
        }
    }
}

/// How often it is done in a sample.
fn repeats(work: &mut impl FnMut()) -> u32 {
    work();
    let mut count = 1;
    while timed(count, work) * f64::from(count) < SAMPLE.as_secs_f64() * 1e9 && count < 1 << 20 {
        count *= 2;
    }
    count
}

/// Nanoseconds of one.
pub(crate) fn timed(count: u32, work: &mut impl FnMut()) -> f64 {
    let start = Instant::now();
    for _ in 0..count {
        work();
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(count)
}
