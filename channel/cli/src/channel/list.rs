//! `twinroot channel list`.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Result;
use serde::Serialize;
use twinroot_client::api::Summary;

use super::pick::short;
use super::{Session, coins};
use crate::author::output::{self, Report};
use crate::node::{EXIT_CODES, client_fault};

/// List all channels of the node.
#[derive(clap::Args)]
#[command(after_help = format!("Examples:\n  twinroot channel list\n  twinroot channel list --json | jq -r .[].channel\n\n{EXIT_CODES}"))]
pub(super) struct Arguments {}

pub(super) async fn run(session: &Session, _: &Arguments) -> Result<ExitCode> {
    let list = session.node.list().await.map_err(client_fault)?;
    output::print(&List(list), session.json)?;
    Ok(ExitCode::SUCCESS)
}

#[derive(Serialize)]
#[serde(transparent)]
struct List(Vec<Summary>);

impl Report for List {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.0.is_empty() {
            return writeln!(out, "no channels; `twinroot channel open` offers one");
        }
        writeln!(
            out,
            "{:8}  {:8}  {:>5}  {:>14}  {:>14}  what it does",
            "channel", "peer", "round", "own coins", "the peer's"
        )?;
        for summary in &self.0 {
            let away = if summary.connected {
                ""
            } else {
                " (peer away)"
            };
            writeln!(
                out,
                "{}  {}  {:>5}  {:>14}  {:>14}  {}{away}",
                short(summary.channel),
                short(summary.peer),
                summary.round,
                coins(summary.balances[0]),
                coins(summary.balances[1]),
                output::quoted(&summary.status)
            )?;
        }
        Ok(())
    }
}
