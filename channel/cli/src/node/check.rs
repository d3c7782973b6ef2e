//! `twinroot node check`.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use twinroot_node::Checked;

use super::codes::LOG;
use super::{EXIT_CODES, engine, folder};
use crate::author::Fault;
use crate::author::output::{self, Report};

/// Read all of a node's log and say whether it is as it was written, and makes sense.
#[derive(clap::Args)]
#[command(
    long_about = "Read all of a node's log and say whether it is as it was written, and makes sense: each checksum, each line, each channel, each \
        signature of a state. The node must not run; nothing is written.",
    after_help = format!("Examples:\n  twinroot node check\n  twinroot node check alice --json\n\n{EXIT_CODES}")
)]
pub(super) struct Arguments {
    /// Folder of the node; else TWINROOT_NODE, else ~/.twinroot.
    folder: Option<PathBuf>,
    /// JSON, as if the output were piped.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let folder = folder(arguments.folder.as_deref())?;
    let checked = twinroot_node::check(&folder, &*engine::start(&folder)?)
        .map_err(|error| Fault::new(LOG, error))?;
    output::print(&checked, arguments.json)?;
    Ok(if checked.faults.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(3)
    })
}

impl Report for Checked {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self {
            lines,
            modules,
            records,
            bytes,
            ..
        } = self;
        writeln!(
            out,
            "{lines} lines, {modules} modules, {records} records of the application: {bytes} bytes"
        )?;
        for channel in &self.channels {
            writeln!(
                out,
                "{}: round {}, {} signatures; {}",
                channel.channel,
                channel.round,
                channel.signed,
                output::quoted(&channel.status)
            )?;
        }
        if self.restored {
            writeln!(out, "it was made of a backup once")?;
        }
        for fault in &self.faults {
            writeln!(out, "wrong: {}", output::quoted(fault))?;
        }
        if self.faults.is_empty() {
            writeln!(out, "all of it is as it was written")
        } else {
            Ok(())
        }
    }
}
