//! Values over time, in characters.
//!
//! ```text
//!  9.500 |                 **
//!        |- - - - - - - - *- -*- - -    limits of the band
//!        |  ***  ****   *
//!  4.800 |**   **    ***
//!         .         ?      |    !       missing before it, an epoch begins, contradiction
//! ```

use anstyle::{AnsiColor, Style};
use twinroot_abi::TimeMs;
use twinroot_feed::{Feed, Value};
use twinroot_link::Place;

use super::observer::Observer;
use crate::oracle::{decimal, time};

const BAD: Style = AnsiColor::Red.on_default().bold();
const GOOD: Style = AnsiColor::Cyan.on_default();
const FAINT: Style = Style::new().dimmed();

/// How much room there is.
#[derive(Clone, Copy)]
pub(super) struct Size {
    pub(super) columns: usize,
    /// Of the values; title and axis come on top.
    pub(super) rows: usize,
}

/// Something that is drawn: a reading, and what is to be marked at it.
#[derive(Clone, Copy)]
pub(super) struct Point {
    pub(super) t: TimeMs,
    pub(super) value: i64,
    pub(super) mark: Mark,
}

/// What a reading shows of those before it; the gravest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    None,
    /// Messages before it are missing.
    Gap,
    /// It begins an epoch.
    Epoch,
    /// Another message stands in its place.
    Fork,
}

impl Mark {
    const fn character(self) -> char {
        match self {
            Self::None => ' ',
            Self::Gap => '?',
            Self::Epoch => '|',
            Self::Fork => '!',
        }
    }
}

/// The readings of a feed.
pub(super) struct Chart<'a> {
    feed: &'a Feed,
    band: Option<(i64, i64)>,
    points: Vec<Point>,
}

impl<'a> Chart<'a> {
    /// What was heard, or the last part of it.
    pub(super) fn of(observer: &'a Observer, window_ms: Option<u64>) -> Self {
        let latest = observer
            .store()
            .latest()
            .map_or(0, |latest| latest.observation().t.0);
        let from = TimeMs(latest.saturating_sub(window_ms.unwrap_or(u64::MAX)));
        let mut before: Option<Place> = None;
        let mut points = Vec::new();
        for message in observer.store().since(Place::FIRST) {
            let place = Place::of(message);
            let mark = mark(before, place);
            before = Some(place);
            let said = message.observation();
            if let Value::Fixed(value) = said.value
                && said.t >= from
            {
                points.push(Point {
                    t: said.t,
                    value,
                    mark,
                });
            }
        }
        Self {
            feed: observer.feed(),
            band: observer.band(),
            points,
        }
    }

    /// The lines of the chart.
    pub(super) fn draw(&self, size: Size) -> Vec<String> {
        let descriptor = self.feed.descriptor();
        let name = format!("{} {}", descriptor.urn, descriptor.quantity);
        let Some(last) = self.points.last() else {
            return vec![format!("{name}: no readings yet")];
        };
        let show = |value| decimal::show(value, descriptor.scale);
        let mut lines = vec![format!(
            "{name}  {} {}  {}",
            show(last.value),
            descriptor.unit,
            time::show(last.t)
        )];
        let (low, high) = self.extent();
        let labels = [show(high), show(low)];
        let margin = labels.iter().map(String::len).max().unwrap_or_default();
        let columns = size.columns.saturating_sub(margin + 2).max(1);
        let grid = Grid::new(self, columns, size.rows.max(2), (low, high));
        for row in 0..grid.rows {
            let label = match row {
                0 => &labels[0],
                row if row + 1 == grid.rows => &labels[1],
                _ => "",
            };
            lines.push(format!("{label:>margin$} |{}", grid.row(row)));
        }
        lines.push(format!("{:>margin$}  {BAD}{}{BAD:#}", "", grid.marks()));
        let first = self.points.first().map_or(last.t, |first| first.t);
        lines.push(format!(
            "{:>margin$}  {} to {}",
            "",
            time::show(first),
            time::show(last.t)
        ));
        lines
    }

    /// The lowest and the highest value to be shown, limits of the band included.
    fn extent(&self) -> (i64, i64) {
        let limits = self.band.map(|(low, high)| [low, high]);
        let limits = limits.iter().flatten().copied();
        let values = self.points.iter().map(|point| point.value).chain(limits);
        values.fold((i64::MAX, i64::MIN), |(low, high), value| {
            (low.min(value), high.max(value))
        })
    }
}

/// What a place shows of those before it.
fn mark(before: Option<Place>, place: Place) -> Mark {
    match before {
        Some(before) if before == place => Mark::Fork,
        Some(before) if before.epoch != place.epoch => Mark::Epoch,
        Some(before) if before.seq.checked_add(1) != Some(place.seq) => Mark::Gap,
        _ => Mark::None,
    }
}

/// The cells of a chart, column by column.
struct Grid {
    rows: usize,
    cells: Vec<Vec<Cell>>,
    marks: Vec<Mark>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Cell {
    Empty,
    Limit,
    Good,
    Bad,
}

impl Grid {
    fn new(chart: &Chart<'_>, columns: usize, rows: usize, extent: (i64, i64)) -> Self {
        let mut grid = Self {
            rows,
            cells: vec![vec![Cell::Empty; columns]; rows],
            marks: vec![Mark::None; columns],
        };
        if let Some((low, high)) = chart.band {
            for limit in [low, high] {
                let row = row_of(limit, extent, rows);
                if let Some(cells) = grid.cells.get_mut(row) {
                    cells
                        .iter_mut()
                        .step_by(2)
                        .for_each(|cell| *cell = Cell::Limit);
                }
            }
        }
        let times = chart.points.iter().map(|point| point.t.0);
        let span = (times.clone().min().unwrap_or(0), times.max().unwrap_or(0));
        for point in &chart.points {
            let column = scaled(
                point.t.0.saturating_sub(span.0),
                span.1.saturating_sub(span.0),
                columns,
            );
            let is_bad = chart
                .band
                .is_some_and(|(low, high)| point.value < low || point.value > high);
            let row = row_of(point.value, extent, rows);
            if let Some(cell) = grid
                .cells
                .get_mut(row)
                .and_then(|cells| cells.get_mut(column))
            {
                *cell = if is_bad { Cell::Bad } else { Cell::Good };
            }
            if let Some(mark) = grid.marks.get_mut(column) {
                *mark = (*mark).max(point.mark);
            }
        }
        grid
    }

    fn row(&self, row: usize) -> String {
        let cells = self.cells.get(row).into_iter().flatten();
        let character = |cell: &Cell| match cell {
            Cell::Empty => String::from(" "),
            Cell::Limit => format!("{FAINT}-{FAINT:#}"),
            Cell::Good => format!("{GOOD}*{GOOD:#}"),
            Cell::Bad => format!("{BAD}*{BAD:#}"),
        };
        cells.map(character).collect()
    }

    fn marks(&self) -> String {
        self.marks.iter().map(|mark| mark.character()).collect()
    }
}

/// The row of a value; the highest value is on top.
fn row_of(value: i64, (low, high): (i64, i64), rows: usize) -> usize {
    rows.saturating_sub(1)
        .saturating_sub(scaled(value.abs_diff(low), high.abs_diff(low), rows))
}

/// Which of so many parts of the whole a part of it lies in.
fn scaled(part: u64, whole: u64, parts: usize) -> usize {
    let most = parts.saturating_sub(1);
    let place = u128::from(part) * most as u128 / u128::from(whole.max(1));
    usize::try_from(place).unwrap_or(most).min(most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use twinroot_testkit::thermometer;

    fn drawn(points: &[(u64, i64, Mark)]) -> Vec<String> {
        let device = thermometer(&[1; 32], "truck-7", 0).unwrap();
        let points = points.iter().map(|&(t, value, mark)| Point {
            t: TimeMs(t),
            value,
            mark,
        });
        let chart = Chart {
            feed: device.feed(),
            band: Some((2_000, 8_000)),
            points: points.collect(),
        };
        let size = Size {
            columns: 17,
            rows: 5,
        };
        let plain = |line: &String| console::strip_ansi_codes(line).into_owned();
        chart.draw(size).iter().map(plain).collect()
    }

    #[test]
    fn values_stand_over_their_time_and_marks_below() {
        let lines = drawn(&[
            (0, 5_000, Mark::None),
            (400, 2_000, Mark::Gap),
            (500, 8_000, Mark::Fork),
            (900, 10_000, Mark::Epoch),
        ]);
        let told: Vec<_> = lines[1..7].iter().map(|line| line.trim_end()).collect();
        assert_eq!(
            told,
            [
                "10.000 |        *",
                "       |- - * - -",
                "       |",
                "       |*",
                " 2.000 |- -*- - -",
                "           ?!   |",
            ]
        );
    }

    #[test]
    fn extremes_do_no_harm() {
        assert_eq!(
            drawn(&[])[0],
            "urn:thermometer:truck-7 temperature: no readings yet"
        );
        let lines = drawn(&[(0, i64::MIN, Mark::None), (u64::MAX, i64::MAX, Mark::None)]);
        assert_eq!(lines.len(), 8);
        assert_eq!(drawn(&[(5, 5, Mark::None)]).len(), 8);
    }
}
