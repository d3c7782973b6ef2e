//! Output that programs read: an object of JSON a line.

use std::io::{self, IsTerminal, Write};

use anyhow::Result;
use serde::Serialize;

/// Prints a line for each item if that was asked for, or nobody looks; and says whether it did.
pub(crate) fn printed(asked: bool, items: impl IntoIterator<Item: Serialize>) -> Result<bool> {
    let mut out = io::stdout().lock();
    let wanted = asked || !out.is_terminal();
    if wanted {
        for item in items {
            serde_json::to_writer(&mut out, &item).map_err(io::Error::from)?;
            writeln!(out)?;
        }
    }
    Ok(wanted)
}
