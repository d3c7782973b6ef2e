//! `twinroot channel balances`.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Result;
use clap_complete::engine::ArgValueCompleter;
use twinroot_client::api::Balances;

use super::{Session, coins, complete, pick};
use crate::author::output::{self, Report};
use crate::node::{EXIT_CODES, client_fault};

/// Show how the coins of a channel stand: what is spendable, what a close pays, until when they cannot leave and why.
#[derive(clap::Args)]
#[command(after_help = format!("Examples:\n  twinroot channel balances\n  twinroot channel balances 3f2a\n\n{EXIT_CODES}"))]
pub(super) struct Arguments {
    /// The channel.
    #[arg(add = ArgValueCompleter::new(complete::channel))]
    channel: Option<String>,
}

pub(super) async fn run(session: &Session, arguments: &Arguments) -> Result<ExitCode> {
    let channel = pick::channel(&session.node, arguments.channel.as_deref()).await?;
    let balances = session.node.balances(channel).await.map_err(client_fault)?;
    output::print(&balances, session.json)?;
    Ok(ExitCode::SUCCESS)
}

impl Report for Balances {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "spendable  {} now", coins(self.spendable))?;
        writeln!(out, "free       {} in the newest state", coins(self.free))?;
        writeln!(
            out,
            "a close    pays {} of {} in the channel",
            coins(self.payout),
            coins(self.total)
        )?;
        writeln!(
            out,
            "locked     until height {}: {}",
            self.locked_until, self.why
        )
    }
}
