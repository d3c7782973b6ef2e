//! `twinroot chain export`.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use serde::Serialize;

use super::{At, EXIT_CODES, fault};
use crate::author::Fault;
use crate::author::codes::NO_FILE;
use crate::author::output::{self, Report};
use crate::channel::wait;

/// Write all of a ledger to one file.
#[derive(clap::Args)]
#[command(
    long_about = "Write all of a ledger to one file, with a version and a checksum: the same ledger goes on from it elsewhere.",
    after_help = format!("Examples:\n  twinroot chain export ledger.export\n\n{EXIT_CODES}")
)]
pub(super) struct Arguments {
    /// The file.
    file: PathBuf,
    #[command(flatten)]
    at: At,
    /// JSON, as if the output were piped.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let ledger = arguments.at.ledger()?;
    let export = wait(ledger.export())?.map_err(fault)?;
    let file = &arguments.file;
    fs::write(file, &export)
        .map_err(|error| Fault::new(NO_FILE, format!("{}: {error}", file.display())))?;
    output::print(
        &Written {
            file: file.clone(),
            bytes: export.len(),
        },
        arguments.json,
    )?;
    Ok(ExitCode::SUCCESS)
}

#[derive(Serialize)]
pub(super) struct Written {
    pub(super) file: PathBuf,
    pub(super) bytes: usize,
}

impl Report for Written {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "{} bytes written to {}",
            self.bytes,
            self.file.display()
        )
    }
}
