//! What the watcher does by itself, done now: `settle`, `slash`, `snapshot`; and `cancel`.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Result;
use clap_complete::engine::ArgValueCompleter;
use serde::Serialize;
use twinroot_client::api::{Coins, Event, Id};
use twinroot_node::codes::CLOSED;

use super::{Session, coins, complete, pick, progress};
use crate::author::Fault;
use crate::author::output::{self, Report};
use crate::node::codes::NOT_SO;
use crate::node::{EXIT_CODES, client_fault};

/// Wait until a close can be settled, and have the ledger pay out. The node does so by itself.
#[derive(clap::Args)]
#[command(after_help = format!("Examples:\n  twinroot channel settle\n\n{EXIT_CODES}"))]
pub(super) struct Settle {
    /// The channel.
    #[arg(add = ArgValueCompleter::new(complete::channel))]
    channel: Option<String>,
}

/// Answer a close at an old state with the newest. The node does so by itself.
#[derive(clap::Args)]
#[command(after_help = format!("Examples:\n  twinroot channel slash\n\n{EXIT_CODES}"))]
pub(super) struct Slash {
    /// The channel.
    #[arg(add = ArgValueCompleter::new(complete::channel))]
    channel: Option<String>,
}

/// Tell the ledger the newest state that both signed, so that no older one counts there any more.
#[derive(clap::Args)]
#[command(after_help = format!("Examples:\n  twinroot channel snapshot\n\n{EXIT_CODES}"))]
pub(super) struct Snapshot {
    /// The channel.
    #[arg(add = ArgValueCompleter::new(complete::channel))]
    channel: Option<String>,
}

/// Take back the step that waits for the peer, where that can still be.
#[derive(clap::Args)]
#[command(after_help = format!("Examples:\n  twinroot channel cancel\n\n{EXIT_CODES}"))]
pub(super) struct Cancel {
    /// The channel.
    #[arg(add = ArgValueCompleter::new(complete::channel))]
    channel: Option<String>,
}

pub(super) async fn settle(session: &Session, Settle { channel }: &Settle) -> Result<ExitCode> {
    let node = &session.node;
    let channel = pick::channel(node, channel.as_deref()).await?;
    let before = node.status().await.map_err(client_fault)?;
    let shown = node.show(channel).await.map_err(client_fault)?;
    let Some(until) = shown.closing_until else {
        return Err(Fault::new(NOT_SO, "the channel is not being closed")
            .then("`twinroot channel close` ends it")
            .into());
    };
    progress::height(node, until.max(shown.hold_until), "the time to answer runs").await?;
    match node.settle(channel).await {
        // The node was faster.
        Err(error) if error.code() == CLOSED => {}
        asked => asked.map_err(client_fault)?,
    }
    progress::until(
        node,
        channel,
        before.last_event,
        "the ledger pays out",
        |event| (event.kind == "closed").then_some(()),
    )
    .await?;
    let account = node.status().await.map_err(client_fault)?.coins;
    output::print(&Settled { channel, account }, session.json)?;
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn slash(session: &Session, Slash { channel }: &Slash) -> Result<ExitCode> {
    let channel = pick::channel(&session.node, channel.as_deref()).await?;
    let after = last_event(session).await?;
    session.node.slash(channel).await.map_err(client_fault)?;
    posted(session, channel, after, "slash").await
}

pub(super) async fn snapshot(
    session: &Session,
    Snapshot { channel }: &Snapshot,
) -> Result<ExitCode> {
    let channel = pick::channel(&session.node, channel.as_deref()).await?;
    let after = last_event(session).await?;
    session.node.snapshot(channel).await.map_err(client_fault)?;
    posted(session, channel, after, "snapshot").await
}

pub(super) async fn cancel(session: &Session, Cancel { channel }: &Cancel) -> Result<ExitCode> {
    let channel = pick::channel(&session.node, channel.as_deref()).await?;
    session.node.cancel(channel).await.map_err(client_fault)?;
    let what = "what was not signed is being taken back".to_owned();
    output::print(&Said { channel, what }, session.json)?;
    Ok(ExitCode::SUCCESS)
}

async fn last_event(session: &Session) -> Result<u64, Fault> {
    let status = session.node.status().await.map_err(client_fault)?;
    Ok(status.last_event)
}

/// Waits for what the ledger says to what was posted.
async fn posted(session: &Session, channel: Id, after: u64, action: &str) -> Result<ExitCode> {
    let of_it = |event: &Event| match &*event.kind {
        _ if event.details["action"] != action => None,
        "posted" => Some(Ok(event.text.clone())),
        "rejected" => Some(Err(Fault::new(NOT_SO, output::quoted(&event.text)))),
        _ => None,
    };
    let said = progress::until(&session.node, channel, after, "the ledger is asked", of_it);
    let what = said.await??;
    output::print(&Said { channel, what }, session.json)?;
    Ok(ExitCode::SUCCESS)
}

#[derive(Serialize)]
struct Said {
    channel: Id,
    what: String,
}

impl Report for Said {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", output::quoted(&self.what))
    }
}

#[derive(Serialize)]
struct Settled {
    channel: Id,
    account: Coins,
}

impl Report for Settled {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "closed  {}; the account has {}",
            self.channel,
            coins(self.account)
        )
    }
}
