//! `twinroot man`.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;

use super::Fault;
use super::codes::NO_FILE;

/// Print the manual page, or write one a verb into a folder.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  twinroot man > twinroot.1\n  twinroot man ~/.local/share/man/man1"
)]
pub(crate) struct Arguments {
    /// Where to write the pages; made if it is not there.
    folder: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let Some(folder) = &arguments.folder else {
        let mut page = Vec::new();
        clap_mangen::Man::new(crate::command()).render(&mut page)?;
        io::stdout().write_all(&page)?;
        return Ok(ExitCode::SUCCESS);
    };
    fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(crate::command(), folder))
        .map_err(|error| {
            let folder = folder.display();
            Fault::new(NO_FILE, format!("{folder} could not be written: {error}"))
        })?;
    Ok(ExitCode::SUCCESS)
}
