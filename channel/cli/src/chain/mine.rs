//! `twinroot chain mine`.

use std::process::ExitCode;

use anyhow::Result;

use super::block::Shown;
use super::{At, EXIT_CODES, fault};
use crate::author::output;
use crate::channel::wait;

/// Make blocks now.
#[derive(clap::Args)]
#[command(
    long_about = "End the present block and make as many as are asked for, without waiting: the ledger's time runs ahead as if they had come one by one.",
    after_help = format!("Examples:\n  twinroot chain mine\n  twinroot chain mine 20\n\n{EXIT_CODES}")
)]
pub(super) struct Arguments {
    /// How many.
    #[arg(default_value_t = 1)]
    blocks: u64,
    #[command(flatten)]
    at: At,
    /// JSON, as if the output were piped.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let ledger = arguments.at.ledger()?;
    let block = wait(ledger.mine(arguments.blocks))?.map_err(fault)?;
    output::print(&Shown::from(block), arguments.json)?;
    Ok(ExitCode::SUCCESS)
}
