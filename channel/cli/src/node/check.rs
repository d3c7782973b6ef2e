//! `twinroot node check`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use serde::Serialize;
use twinroot_node::LOG as LOG_FILE;
use twinroot_store::Store;

use super::codes::LOG;
use super::{EXIT_CODES, folder};
use crate::author::Fault;
use crate::author::output::{self, Report};

/// Read all of a node's log and say whether it is as it was written.
#[derive(clap::Args)]
#[command(
    long_about = "Read all of a node's log and say whether it is as it was written: each page, each line, each checksum. The node must not run.",
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
    let checked = open(&folder)?.check().map_err(|error| Fault::new(LOG, error))?;
    let found = Found {
        streams: checked.streams,
        lines: checked.entries,
        modules: checked.blobs,
        records: checked.records,
        bytes: checked.bytes,
        broken: checked.broken.iter().map(ToString::to_string).collect(),
    };
    output::print(&found, arguments.json)?;
    Ok(if found.broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(3) })
}

/// The log of a node that is there.
pub(super) fn open(folder: &Path) -> Result<Store, Fault> {
    let path = folder.join(LOG_FILE);
    if !path.exists() {
        return Err(Fault::new(LOG, format!("{} is not there: the node has not run yet", path.display())));
    }
    Store::open(&path).map_err(|error| Fault::new(LOG, error))
}

/// What a check found.
#[derive(Serialize)]
struct Found {
    streams: u64,
    lines: u64,
    modules: u64,
    records: u64,
    bytes: u64,
    broken: Vec<String>,
}

impl Report for Found {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { streams, lines, modules, records, bytes, broken } = self;
        writeln!(out, "{lines} lines of {streams} streams, {modules} modules, {records} records of the application: {bytes} bytes")?;
        for place in broken {
            writeln!(out, "broken: {place}")?;
        }
        if broken.is_empty() { writeln!(out, "all of it is as it was written") } else { Ok(()) }
    }
}
