//! What the watcher does by itself, done now: `settle`, `slash`, `snapshot`; and `cancel`.

use std::process::ExitCode;

use anyhow::Result;

use super::{Session, pick};
use crate::node::{EXIT_CODES, client_fault};

/// Have the ledger pay out a close whose time has come. The node does so by itself.
#[derive(clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct Settle {
    /// The channel.
    channel: Option<String>,
}

/// Answer a close at an old state with the newest. The node does so by itself.
#[derive(clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct Slash {
    /// The channel.
    channel: Option<String>,
}

/// Tell the ledger the newest state that both signed, so that no older one counts there any more.
#[derive(clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct Snapshot {
    /// The channel.
    channel: Option<String>,
}

/// Take back the step that waits for the peer, where that can still be.
#[derive(clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct Cancel {
    /// The channel.
    channel: Option<String>,
}

pub(super) async fn settle(session: &Session, Settle { channel }: &Settle) -> Result<ExitCode> {
    let channel = pick::channel(&session.node, channel.as_deref()).await?;
    session.node.settle(channel).await.map_err(client_fault)?;
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn slash(session: &Session, Slash { channel }: &Slash) -> Result<ExitCode> {
    let channel = pick::channel(&session.node, channel.as_deref()).await?;
    session.node.slash(channel).await.map_err(client_fault)?;
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn snapshot(
    session: &Session,
    Snapshot { channel }: &Snapshot,
) -> Result<ExitCode> {
    let channel = pick::channel(&session.node, channel.as_deref()).await?;
    session.node.snapshot(channel).await.map_err(client_fault)?;
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn cancel(session: &Session, Cancel { channel }: &Cancel) -> Result<ExitCode> {
    let channel = pick::channel(&session.node, channel.as_deref()).await?;
    session.node.cancel(channel).await.map_err(client_fault)?;
    Ok(ExitCode::SUCCESS)
}
