//! Output that programs read, and when it is they who read.

use std::env;
use std::io::{self, IsTerminal, Write};

use anyhow::Result;
use serde::Serialize;

/// Set to `text`, it has output that goes into a pipe or a file be as on a terminal.
const VARIABLE: &str = "TWINROOT_OUTPUT";

/// Whether JSON is wanted: if it was asked for, or nobody looks.
pub(crate) fn is_for_programs(asked: bool) -> bool {
    let people = io::stdout().is_terminal() || env::var_os(VARIABLE).is_some_and(|is| is == "text");
    asked || !people
}

/// Prints a line of JSON for each item if that was asked for, or nobody looks; and says whether it did.
pub(crate) fn printed(asked: bool, items: impl IntoIterator<Item: Serialize>) -> Result<bool> {
    let wanted = is_for_programs(asked);
    if wanted {
        let mut out = io::stdout().lock();
        for item in items {
            serde_json::to_writer(&mut out, &item).map_err(io::Error::from)?;
            writeln!(out)?;
        }
    }
    Ok(wanted)
}
