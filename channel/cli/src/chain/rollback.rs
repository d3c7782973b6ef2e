//! `twinroot chain rollback`.

use std::process::ExitCode;

use anyhow::Result;
use twinroot_abi::Height;
use twinroot_chain::To;

use super::block::Shown;
use super::{At, EXIT_CODES, fault};
use crate::author::output;
use crate::channel::wait;

/// Take the ledger back: a fork.
#[derive(clap::Args)]
#[command(
    long_about = "Take the ledger back to a snapshot, or to the end of the block of a height. All that came after it is gone, and the blocks that come in its place have other hashes, as after a fork of a real ledger; nodes that follow it see that.",
    after_help = format!("Examples:\n  twinroot chain rollback before\n  twinroot chain rollback 120\n\n{EXIT_CODES}")
)]
pub(super) struct Arguments {
    /// A height, or the name of a snapshot.
    to: String,
    #[command(flatten)]
    at: At,
    /// JSON, as if the output were piped.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let ledger = arguments.at.ledger()?;
    let to = match arguments.to.parse() {
        Ok(height) => To::Height(Height(height)),
        Err(_) => To::Snapshot(arguments.to.clone()),
    };
    let block = wait(ledger.rollback(&to))?.map_err(fault)?;
    output::print(&Shown::from(block), arguments.json)?;
    Ok(ExitCode::SUCCESS)
}
