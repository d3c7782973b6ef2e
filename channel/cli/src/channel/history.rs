//! The time line of a channel: rounds and what the ledger did.

use std::io::{self, Write};

use twinroot_client::api::Event;

use super::pick::short;
use crate::author::output;

/// Kinds of events that the ledger made, or that were asked of it.
const ON_LEDGER: [&str; 11] = [
    "opened",
    "posted",
    "rejected",
    "forced",
    "forced_elsewhere",
    "undone",
    "stale_close",
    "closing",
    "funded",
    "unfunded",
    "closed",
];

/// Draws it: rounds on the left line, the ledger on the right one.
pub(super) fn tell(history: &[Event], out: &mut dyn Write) -> io::Result<()> {
    if history.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n  height  rounds  ledger")?;
    for event in history {
        let (rounds, ledger) = if ON_LEDGER.contains(&event.kind.as_str()) {
            ('|', 'O')
        } else {
            ('o', '|')
        };
        writeln!(
            out,
            "{:>8}     {rounds}       {ledger}     {}",
            event.height,
            line(event, false)
        )?;
    }
    Ok(())
}

/// An event in a line.
pub(super) fn line(event: &Event, whole: bool) -> String {
    let text = output::quoted(&event.text);
    if !whole {
        return text;
    }
    let channel = event.channel.map(short).unwrap_or_default();
    format!(
        "{:>6}  {:>8}  {channel:8}  {:<12}  {text}",
        event.id, event.height, event.kind
    )
}
