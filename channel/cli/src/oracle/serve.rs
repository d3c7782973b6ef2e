//! `twinroot oracle serve`: keeps the log of a feed, and gives others what they miss.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;

use super::net::{self, Service, Subscription};
use super::source::Source as _;
use super::{EXIT_CODES, feed, listen};

/// Keep the log of a feed: verify what comes, write it down, and give others what they miss.
#[derive(clap::Args)]
#[command(
    long_about = "Keep the log of a feed: verify what comes, write it down before it is acknowledged, and give others what they miss. On a \
        broker it asks for what it misses itself. With --http, browsers and programs can read and follow the feed. It runs until it is \
        ended; it can be ended at any time.",
    after_help = format!("Examples:\n  twinroot oracle serve mqtt://localhost/5f..00 --log truck-7.log\n  \
        twinroot oracle serve mqtt://localhost/5f..00 --log truck-7.log --http 127.0.0.1:8080\n  \
        twinroot oracle serve http://there:8080/v1/feeds/5f..00 --log copy.log\n\n{EXIT_CODES}")
)]
pub(super) struct Arguments {
    /// Where the messages come from: `mqtt://HOST:PORT/FEED` or `http://HOST:PORT/v1/feeds/FEED`.
    #[arg(value_name = "WHERE", value_parser = relay)]
    from: String,
    /// The log; made if it is not there.
    #[arg(long, value_name = "LOG")]
    log: PathBuf,
    /// The feed: its descriptor or the folder of its device; asked for if not said.
    #[arg(long, value_name = "FILE")]
    feed: Option<PathBuf>,
    /// Name under which the broker keeps what comes while this is away: the same one each time.
    #[arg(long, value_name = "NAME", default_value = "twinroot-serve")]
    session: String,
    /// Where to serve the feed over HTTP; to anyone who can reach that address.
    #[arg(long, value_name = "ADDRESS:PORT")]
    http: Option<SocketAddr>,
    /// JSON, as if the output were piped.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let feeds = match &arguments.feed {
        None => Vec::new(),
        Some(path) => vec![feed::read(path)?],
    };
    let service = Service {
        log: &arguments.log,
        http: arguments.http,
    };
    let subscription = Subscription::start(
        &arguments.from,
        &feeds,
        Some(&arguments.session),
        Some(&service),
    )?;
    match subscription.feed() {
        Some(feed) => listen::tell_all(Box::new(subscription), feed, arguments.json),
        None => Ok(ExitCode::SUCCESS),
    }
}

fn relay(from: &str) -> Result<String, String> {
    if net::is_known(from) {
        Ok(from.to_owned())
    } else {
        Err(String::from(
            "a feed is mqtt://HOST:PORT/FEED or http://HOST:PORT/v1/feeds/FEED",
        ))
    }
}
