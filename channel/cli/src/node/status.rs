//! `twinroot node status`.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Result;
use twinroot_client::api::NodeStatus;

use super::{At, EXIT_CODES, client_fault};
use crate::author::output::{self, Report};
use crate::channel::{coins, wait};

/// Show how a node is doing: its coins, its channels, its peers, the ledger's height.
#[derive(clap::Args)]
#[command(after_help = format!("Examples:\n  twinroot node status\n  twinroot node status --node alice --json\n\n{EXIT_CODES}"))]
pub(super) struct Arguments {
    #[command(flatten)]
    at: At,
    /// JSON, as if the output were piped.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let status = wait(async {
        let node = arguments.at.client().await?;
        node.status().await.map_err(client_fault)
    })??;
    output::print(&status, arguments.json)?;
    Ok(ExitCode::SUCCESS)
}

impl Report for NodeStatus {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        if let Some(why) = &self.frozen {
            writeln!(out, "FROZEN    {why}")?;
        }
        writeln!(out, "key       {}", self.key)?;
        writeln!(out, "coins     {} in its account", coins(self.coins))?;
        writeln!(out, "channels  {} that are not closed", self.channels)?;
        writeln!(out, "peers     {} connected", self.connected.len())?;
        for peer in &self.connected {
            writeln!(out, "          {peer}")?;
        }
        writeln!(out, "ledger    {} at height {}", self.chain, self.height)?;
        writeln!(out, "events    up to number {}", self.last_event)
    }
}
