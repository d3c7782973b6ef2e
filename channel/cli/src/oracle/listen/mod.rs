//! `twinroot oracle listen`: what a feed says, and what is wrong with it.

mod chart;
mod observer;
mod screen;

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use twinroot_feed::Feed;

use super::codes::{VALUE, WHICH_FEED};
use super::source::{self, Source, open_source};
use super::{EXIT_CODES, decimal, feed, time};
use crate::author::Fault;
use crate::lines::is_for_programs;

use observer::{Event, Observer};
use screen::Screen;

/// Listen to a feed: verify each message, and tell of gaps, epochs, refusals and contradictions.
#[derive(clap::Args)]
#[command(
    long_about = "Listen to a feed: each message is verified, and what is missing, comes twice, comes late or contradicts another one \
        is told. On a terminal it draws the values over time; into a pipe it writes a line of JSON for each event, or plain lines \
        with TWINROOT_OUTPUT=text. No relay is trusted.",
    after_help = format!("Examples:\n  twinroot oracle listen file:truck-7.log --band 2..8\n  \
        twinroot oracle listen file:truck-7.log --follow --window 1h\n  \
        twinroot oracle listen mqtt://localhost/5f..00 --band 2..8\n  \
        twinroot oracle simulate --device truck-7 --walk 5 --rate 1Hz | twinroot oracle listen - --feed truck-7\n  \
        twinroot oracle listen file:truck-7.log | jq 'select(.event != \"message\")'\n\n{EXIT_CODES}")
)]
pub(super) struct Arguments {
    /// Where the messages come from: `-`, `file:LOG`, `mqtt://HOST:PORT/FEED` or `http://HOST:PORT/v1/feeds/FEED`.
    #[arg(value_name = "WHERE", value_parser = source::known)]
    from: String,
    /// The feed: its descriptor or the folder of its device. A log names its own.
    #[arg(long, value_name = "FILE")]
    feed: Vec<PathBuf>,
    /// What is in order, in the unit of the feed.
    #[arg(long, value_name = "LOW..HIGH", allow_hyphen_values = true)]
    band: Option<String>,
    /// Goes on at the end of a log, for what is written meanwhile.
    #[arg(long)]
    follow: bool,
    /// How much time the chart shows; all that is known if not said.
    #[arg(long, value_name = "SPAN", value_parser = time::span)]
    window: Option<Duration>,
    /// Name under which a broker keeps what comes while nobody listens; another one each time if not said.
    #[arg(long, value_name = "NAME")]
    session: Option<String>,
    /// JSON, as if the output were piped.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let feeds = feed::read_all(&arguments.feed)?;
    let session = arguments.session.as_deref();
    let source = open_source(&arguments.from, &feeds, arguments.follow, session)?;
    let feed = match feeds.as_slice() {
        [] => source.feed(),
        _ => Some(feed::only(&arguments.feed)?),
    };
    let feed = feed.ok_or_else(|| {
        Fault::new(
            WHICH_FEED,
            "whose messages are these? Name the descriptor or the device with --feed",
        )
    })?;
    let band = match &arguments.band {
        None => None,
        Some(band) => Some(limits(band, feed.descriptor().scale)?),
    };
    hear(
        source,
        Observer::new(feed, band),
        Teller::new(arguments.json, arguments.window),
    )
}

/// Tells all that a source has.
fn hear(
    mut source: Box<dyn Source>,
    mut observer: Observer,
    mut teller: Teller,
) -> Result<ExitCode> {
    while let Some(came) = source.next()? {
        for came in came {
            for event in &observer.hear(came) {
                teller.tell(event)?;
            }
        }
        teller.pause(&observer)?;
    }
    teller.end(&observer)?;
    Ok(ExitCode::SUCCESS)
}

/// Tells all that a source has as lines, until it ends.
pub(super) fn tell_all(source: Box<dyn Source>, feed: Feed, json: bool) -> Result<ExitCode> {
    let teller = if is_for_programs(json) {
        Teller::Json
    } else {
        Teller::Plain
    };
    hear(source, Observer::new(feed, None), teller)
}

fn limits(band: &str, scale: i8) -> Result<(i64, i64)> {
    let (low, high) = band
        .split_once("..")
        .ok_or_else(|| Fault::new(VALUE, format!("`{band}` is no band: write it as 2..8")))?;
    Ok((decimal::given(low, scale)?, decimal::given(high, scale)?))
}

/// Whom the events are told to.
enum Teller {
    Json,
    Plain,
    Screen(Box<Screen>),
}

impl Teller {
    fn new(json: bool, window: Option<Duration>) -> Self {
        if is_for_programs(json) {
            Self::Json
        } else if io::stdout().is_terminal() {
            Self::Screen(Box::new(Screen::new(window)))
        } else {
            Self::Plain
        }
    }

    fn tell(&mut self, event: &Event) -> Result<()> {
        match self {
            Self::Json => {
                let mut out = io::stdout().lock();
                serde_json::to_writer(&mut out, event).map_err(io::Error::from)?;
                writeln!(out)?;
            }
            Self::Plain => writeln!(anstream::stdout(), "{event}")?,
            Self::Screen(screen) => screen.note(event),
        }
        Ok(())
    }

    /// Nothing more came for the moment.
    fn pause(&mut self, observer: &Observer) -> Result<()> {
        match self {
            Self::Screen(screen) => screen.draw_if_due(observer),
            _ => Ok(()),
        }
    }

    fn end(&mut self, observer: &Observer) -> Result<()> {
        match self {
            Self::Screen(screen) => screen.draw(observer),
            _ => self.tell(&Event::End(observer.counts())),
        }
    }
}
