//! The chart on a terminal, drawn again as messages come.

#![expect(
    clippy::disallowed_types,
    reason = "a screen is drawn so often and no more"
)]

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use anyhow::Result;
use console::Term;

use super::chart::{Chart, Size};
use super::observer::{Event, Observer};

/// A terminal that a feed is drawn on.
pub(super) struct Screen {
    term: Term,
    window: Option<Duration>,
    /// Lines that are drawn, to be drawn over.
    lines: usize,
    drawn: Instant,
    /// The last of what was out of order.
    notes: VecDeque<String>,
}

impl Screen {
    pub(super) fn new(window: Option<Duration>) -> Self {
        Self {
            term: Term::stdout(),
            window,
            lines: 0,
            drawn: Instant::now(),
            notes: VecDeque::new(),
        }
    }

    /// Keeps what is not a plain message, to show it below the chart.
    pub(super) fn note(&mut self, event: &Event) {
        if matches!(event, Event::Message { .. } | Event::End(_)) {
            return;
        }
        if self.notes.len() == NOTES {
            self.notes.pop_front();
        }
        self.notes.push_back(event.to_string());
    }

    /// Draws, unless it did just now.
    pub(super) fn draw_if_due(&mut self, observer: &Observer) -> Result<()> {
        if self.drawn.elapsed() < PAUSE {
            return Ok(());
        }
        self.draw(observer)
    }

    pub(super) fn draw(&mut self, observer: &Observer) -> Result<()> {
        let (rows, columns) = self.term.size();
        let size = Size {
            columns: usize::from(columns).saturating_sub(1),
            rows: usize::from(rows).saturating_sub(NOTES + 5).clamp(4, 16),
        };
        let window = self
            .window
            .map(|window| u64::try_from(window.as_millis()).unwrap_or(u64::MAX));
        let mut lines = Chart::of(observer, window).draw(size);
        lines.push(observer.counts().to_string());
        lines.extend(self.notes.iter().cloned());
        self.term.clear_last_lines(self.lines)?;
        for line in &lines {
            self.term
                .write_line(&console::truncate_str(line, size.columns, "~"))?;
        }
        self.lines = lines.len();
        self.drawn = Instant::now();
        Ok(())
    }
}

/// What was out of order that is shown.
const NOTES: usize = 4;
/// Drawing more often would only keep the terminal busy.
const PAUSE: Duration = Duration::from_millis(100);
