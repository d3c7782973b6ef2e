//! `cargo xtask rooms`: the workspace as it is against the table of rooms as it should be.
//!
//! A room exists because of what it forbids itself; this is where it is held to that.

mod check;
mod table;
mod workspace;

use std::fs;
use std::process::ExitCode;

use anyhow::{Context, Result};
use cargo_metadata::Metadata;

use table::Table;
use workspace::Workspace;

const ARCHITECTURE: &str = "docs/ARCHITECTURE.md";

pub(crate) fn run(metadata: &Metadata) -> Result<ExitCode> {
    let path = metadata.workspace_root.join(ARCHITECTURE);
    let text = fs::read_to_string(&path).with_context(|| format!("could not read {path}"))?;
    let table = Table::parse(&text)
        .with_context(|| format!("could not understand the rooms of {ARCHITECTURE}"))?;
    let workspace = Workspace::read(metadata)?;
    let violations = check::check(&table, &workspace);
    for violation in &violations {
        println!("{violation}\n");
    }
    if violations.is_empty() {
        println!(
            "{} crates keep to the table of rooms",
            workspace.members.len()
        );
        return Ok(ExitCode::SUCCESS);
    }
    Ok(ExitCode::FAILURE)
}
