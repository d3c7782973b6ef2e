//! `twinroot chain snapshot`.

use std::process::ExitCode;

use anyhow::Result;

use super::block::Shown;
use super::{At, EXIT_CODES, fault};
use crate::author::output;
use crate::channel::wait;

/// Give the ledger as it is now a name to go back to.
#[derive(clap::Args)]
#[command(
    long_about = "Give the ledger as it is now a name, to which `twinroot chain rollback NAME` goes back. It ends the present block, and the name is kept in the ledger's file.",
    after_help = format!("Examples:\n  twinroot chain snapshot before\n\n{EXIT_CODES}")
)]
pub(super) struct Arguments {
    /// The name; no number, since `rollback` takes that for a height. One that is there already is moved here.
    #[arg(value_parser = name)]
    name: String,
    #[command(flatten)]
    at: At,
    /// JSON, as if the output were piped.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let ledger = arguments.at.ledger()?;
    let block = wait(ledger.snapshot(&arguments.name))?.map_err(fault)?;
    output::print(&Shown::from(block), arguments.json)?;
    Ok(ExitCode::SUCCESS)
}

fn name(words: &str) -> Result<String, &'static str> {
    if words.parse::<u64>().is_ok() {
        return Err("a number is a height: a name has something else in it, such as `before`");
    }
    Ok(words.to_owned())
}
