//! `twinroot chain warp`.

use std::process::ExitCode;

use anyhow::Result;
use twinroot_abi::Height;

use super::block::Shown;
use super::{At, EXIT_CODES, fault};
use crate::author::output;
use crate::channel::wait;

/// Make all blocks up to a height.
#[derive(clap::Args)]
#[command(
    long_about = "Make all blocks up to a height, without waiting: so a deadline passes that is days away.",
    after_help = format!("Examples:\n  twinroot chain warp 5000\n\n{EXIT_CODES}")
)]
pub(super) struct Arguments {
    /// The height.
    height: u64,
    #[command(flatten)]
    at: At,
    /// JSON, as if the output were piped.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let ledger = arguments.at.ledger()?;
    let block = wait(ledger.warp(Height(arguments.height)))?.map_err(fault)?;
    output::print(&Shown::from(block), arguments.json)?;
    Ok(ExitCode::SUCCESS)
}
