//! `twinroot channel watch`.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Result;
use clap_complete::engine::ArgValueCompleter;
use futures_util::StreamExt;
use twinroot_client::api::{Event, Events};

use super::{Session, complete, history, pick};
use crate::lines::is_for_programs;
use crate::node::{EXIT_CODES, client_fault};

/// Follow what happens: one line an event, without end. It goes on by itself when the node comes back.
#[derive(clap::Args)]
#[command(after_help = format!("Examples:\n  twinroot channel watch\n  twinroot channel watch --after 40 --json --ack\n\n{EXIT_CODES}"))]
pub(super) struct Arguments {
    /// Only this channel.
    #[arg(add = ArgValueCompleter::new(complete::channel))]
    channel: Option<String>,
    /// Only events with a higher number; else all that nobody acknowledged.
    #[arg(long, value_name = "NUMBER")]
    after: Option<u64>,
    /// Acknowledge each event once it is printed: it is not told again.
    #[arg(long, conflicts_with = "channel")]
    ack: bool,
    /// End after so many events.
    #[arg(long, value_name = "COUNT")]
    count: Option<usize>,
}

pub(super) async fn run(session: &Session, arguments: &Arguments) -> Result<ExitCode> {
    let channel = match &arguments.channel {
        Some(name) => Some(pick::channel(&session.node, Some(name)).await?),
        None => None,
    };
    let events = session.node.events(Events {
        after: arguments.after,
        limit: None,
        channel,
    });
    let mut events = events.take(arguments.count.unwrap_or(usize::MAX));
    while let Some(event) = events.next().await {
        let event = event.map_err(client_fault)?;
        print(&event, session.json)?;
        if arguments.ack {
            session.node.ack(event.id).await.map_err(client_fault)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn print(event: &Event, json: bool) -> io::Result<()> {
    if is_for_programs(json) {
        let mut out = io::stdout().lock();
        serde_json::to_writer(&mut out, event).map_err(io::Error::from)?;
        writeln!(out)?;
        return out.flush();
    }
    writeln!(anstream::stdout().lock(), "{}", history::line(event, true))
}
