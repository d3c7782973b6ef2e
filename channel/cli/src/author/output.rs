//! Reports: tables for people on a terminal, JSON for whatever else reads.

use std::io::{self, Write};

use anyhow::Result;
use serde::Serialize;

use crate::lines::is_for_programs;

/// Something that a verb found out.
pub(crate) trait Report: Serialize {
    /// Tells it to a person.
    fn tell(&self, out: &mut dyn Write) -> io::Result<()>;
}

/// Prints a report for whoever reads the output.
pub(crate) fn print(report: &impl Report, json: bool) -> Result<()> {
    if is_for_programs(json) {
        let mut out = io::stdout().lock();
        serde_json::to_writer_pretty(&mut out, report).map_err(io::Error::from)?;
        writeln!(out)?;
    } else {
        report.tell(&mut anstream::stdout().lock())?;
    }
    Ok(())
}

/// A name or a text out of a contract, without what would command a terminal.
pub(crate) fn quoted(text: &str) -> String {
    text.chars()
        .flat_map(|character| {
            let shown: Vec<char> = if character.is_control() {
                character.escape_default().collect()
            } else {
                vec![character]
            };
            shown
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_contract_cannot_command_the_terminal() {
        assert_eq!(quoted("pay\u{1b}[2J"), "pay\\u{1b}[2J");
        assert_eq!(quoted("größer"), "größer");
    }
}
