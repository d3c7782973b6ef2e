//! `twinroot node upgrade`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;

use super::{EXIT_CODES, backup, folder};

/// Bring the log of a node to the version of this program.
#[derive(clap::Args)]
#[command(
    long_about = "Bring the log of a node to the version of this program. There is one version of the log so far, so this looks whether the \
        log is of it and whole, and changes nothing.",
    after_help = format!("Examples:\n  twinroot node upgrade\n\n{EXIT_CODES}")
)]
pub(super) struct Arguments {
    /// Folder of the node; else TWINROOT_NODE, else ~/.twinroot.
    folder: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let folder = folder(arguments.folder.as_deref())?;
    backup::open(&folder)?;
    println!("{} is of the newest version", folder.display());
    Ok(ExitCode::SUCCESS)
}
