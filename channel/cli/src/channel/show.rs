//! `twinroot channel show`.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Result;
use clap_complete::engine::ArgValueCompleter;
use twinroot_client::api::{Contract, Shown};

use super::question::{self, list, signature, text};
use super::{Session, coins, complete, history, pick};
use crate::author::output::{self, Report};
use crate::node::{EXIT_CODES, client_fault};

/// Show all of a channel: coins, contracts with their entries, what the peer asks, and the time line of rounds and the ledger.
#[derive(clap::Args)]
#[command(after_help = format!("Examples:\n  twinroot channel show\n  twinroot channel show 3f2a --json | jq .contracts\n\n{EXIT_CODES}"))]
pub(super) struct Arguments {
    /// The channel.
    #[arg(add = ArgValueCompleter::new(complete::channel))]
    channel: Option<String>,
}

pub(super) async fn run(session: &Session, arguments: &Arguments) -> Result<ExitCode> {
    let channel = pick::channel(&session.node, arguments.channel.as_deref()).await?;
    let shown = session.node.show(channel).await.map_err(client_fault)?;
    output::print(&shown, session.json)?;
    Ok(ExitCode::SUCCESS)
}

impl Report for Shown {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        let summary = &self.summary;
        writeln!(out, "channel   {}", summary.channel)?;
        writeln!(
            out,
            "peer      {} ({})",
            summary.peer,
            if summary.connected {
                "connected"
            } else {
                "away"
            }
        )?;
        writeln!(out, "this side {}", summary.side)?;
        writeln!(out, "status    {}", output::quoted(&summary.status))?;
        writeln!(out, "round     {}{}", summary.round, forced(summary.forced))?;
        writeln!(out, "root      {}", self.root)?;
        writeln!(
            out,
            "free      {} and the peer's {}",
            coins(summary.balances[0]),
            coins(summary.balances[1])
        )?;
        writeln!(
            out,
            "locked    {} and {}; {} blocks to answer in",
            coins(self.deposits[0]),
            coins(self.deposits[1]),
            self.lock
        )?;
        if self.hold_until > 0 {
            writeln!(
                out,
                "hold      no solo close pays out before height {}",
                self.hold_until
            )?;
        }
        if let Some(height) = self.closing_until {
            writeln!(out, "closing   can be answered until height {height}")?;
        }
        for contract in &self.contracts {
            tell_contract(contract, out)?;
        }
        for asked in &self.questions {
            writeln!(out)?;
            question::tell(summary, asked, out)?;
        }
        history::tell(&self.history, out)
    }
}

fn forced(steps: u32) -> String {
    match steps {
        0 => String::new(),
        1 => ", and a step that the ledger carried out".to_owned(),
        many => format!(", and {many} steps that the ledger carried out"),
    }
}

fn tell_contract(contract: &Contract, out: &mut dyn Write) -> io::Result<()> {
    let name = output::quoted(contract.name.as_deref().unwrap_or("without a spec"));
    writeln!(
        out,
        "\ncontract  {}: {name}, {} coins",
        contract.contract,
        coins(contract.coins)
    )?;
    let Some(document) = &contract.document else {
        return Ok(());
    };
    for entry in list(document, "entries").filter(|entry| entry["name"] != "init") {
        writeln!(out, "  {}", signature(entry))?;
        if let Some(line) = entry["docs"]
            .as_str()
            .and_then(|docs| docs.lines().next())
            .filter(|line| !line.is_empty())
        {
            writeln!(out, "      {}", output::quoted(line))?;
        }
        for arg in list(entry, "args")
            .filter(|arg| arg["docs"].as_str().is_some_and(|docs| !docs.is_empty()))
        {
            writeln!(out, "      {}: {}", text(arg, "name"), text(arg, "docs"))?;
        }
    }
    Ok(())
}
