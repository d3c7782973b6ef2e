//! `twinroot chain status`.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Result;
use serde::Serialize;
use twinroot_chain::{ChainBackend, Status};

use super::{At, EXIT_CODES, fault};
use crate::author::output::{self, Report};
use crate::channel::wait;

/// Show which ledger it is and where it stands.
#[derive(clap::Args)]
#[command(after_help = format!("Examples:\n  twinroot chain status\n  twinroot chain status --chain ws://there:8640 --json\n\n{EXIT_CODES}"))]
pub(super) struct Arguments {
    #[command(flatten)]
    at: At,
    /// JSON, as if the output were piped.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let ledger = arguments.at.ledger()?;
    let status = wait(ledger.status())?.map_err(fault)?;
    output::print(&Shown(status), arguments.json)?;
    Ok(ExitCode::SUCCESS)
}

#[derive(Serialize)]
#[serde(transparent)]
struct Shown(Status);

impl Report for Shown {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        let Status {
            chain,
            block,
            block_ms,
            faucet,
        } = &self.0;
        writeln!(out, "ledger  {chain}")?;
        writeln!(out, "height  {}", block.height)?;
        writeln!(out, "block   {}", block.block)?;
        writeln!(out, "time    {} ms since 1970", block.time)?;
        match block_ms {
            Some(apart) => writeln!(out, "blocks  every {apart} ms")?,
            None => writeln!(
                out,
                "blocks  with each transaction, or when they are asked for"
            )?,
        }
        writeln!(
            out,
            "faucet  {}",
            if *faucet {
                "yes: its coins are worth nothing"
            } else {
                "none"
            }
        )
    }
}
