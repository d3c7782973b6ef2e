//! `twinroot chain import`.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use twinroot_chain::Embedded;

use super::EXIT_CODES;
use super::codes::FILE;
use super::export::Written;
use crate::author::Fault;
use crate::author::codes::NO_FILE;
use crate::author::output;

/// Make a ledger's file of an export.
#[derive(clap::Args)]
#[command(
    long_about = "Make a ledger's file of what `twinroot chain export` wrote. A file that is there is not overwritten. \
        `twinroot chain dev --file FILE` goes on with it.",
    after_help = format!("Examples:\n  twinroot chain import ledger.export --file copy.ledger\n  \
        twinroot chain dev --file copy.ledger\n\n{EXIT_CODES}")
)]
pub(super) struct Arguments {
    /// The export.
    export: PathBuf,
    /// The ledger's new file.
    #[arg(long)]
    file: PathBuf,
    /// JSON, as if the output were piped.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let from = &arguments.export;
    let export = fs::read(from)
        .map_err(|error| Fault::new(NO_FILE, format!("{}: {error}", from.display())))?;
    Embedded::import(&arguments.file, &export).map_err(|error| Fault::new(FILE, error))?;
    output::print(
        &Written {
            file: arguments.file.clone(),
            bytes: export.len(),
        },
        arguments.json,
    )?;
    Ok(ExitCode::SUCCESS)
}
