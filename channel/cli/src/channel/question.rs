//! What the user is asked, as a person reads it before it is answered.

use std::io::{self, Write};

use serde_json::Value;
use serde_json::value::Index;
use twinroot_client::api::{Question, Summary};

use super::coins;
use crate::author::output;

/// Tells it: who asks for what, what it would cost this side, and whether the code is what it says.
pub(super) fn tell(summary: &Summary, question: &Question, out: &mut dyn Write) -> io::Result<()> {
    let [before, after] = question.stake;
    let details = &question.details;
    match question.kind.as_str() {
        "offer" => {
            writeln!(out, "{} offers a channel.", summary.peer)?;
            writeln!(out, "  channel  {}", summary.channel)?;
            writeln!(
                out,
                "  stake    this side locks {}, the peer {}",
                coins(after),
                text(&details["deposits"], 0)
            )?;
            writeln!(
                out,
                "  lock     {} blocks to answer in",
                text(details, "lock")
            )?;
            writeln!(
                out,
                "  expiry   it can be opened up to height {}",
                text(details, "expiry")
            )
        }
        "close" => {
            writeln!(
                out,
                "{} wants to end the channel {}.",
                summary.peer, summary.channel
            )?;
            writeln!(out, "  payout   this side gets {}", coins(after))
        }
        _ => {
            writeln!(
                out,
                "{} proposes a step in {}.",
                summary.peer, summary.channel
            )?;
            for operation in list(details, "operations") {
                writeln!(out, "  step     {}", words(operation))?;
            }
            for code in list(details, "creates") {
                tell_code(code, out)?;
            }
            for receipt in list(details, "receipts") {
                writeln!(
                    out,
                    "  outcome  {}, gas {}",
                    text(receipt, "outcome"),
                    text(receipt, "gas")
                )?;
                for event in list(receipt, "events") {
                    writeln!(out, "           tells {}", compact(event))?;
                }
            }
            writeln!(
                out,
                "  stake    a close would pay this side {} instead of {}",
                coins(after),
                coins(before)
            )
        }
    }
}

fn tell_code(code: &Value, out: &mut dyn Write) -> io::Result<()> {
    let verified = if code["verified"] == true {
        "its spec was held against the module"
    } else {
        "WITHOUT a spec that fits: nobody says what it does"
    };
    writeln!(
        out,
        "  code     {}: {}, {} bytes; {verified}",
        text(code, "code"),
        text(code, "name"),
        text(code, "bytes")
    )?;
    for entry in list(&code["spec"], "entries") {
        writeln!(out, "           {}", signature(entry))?;
    }
    Ok(())
}

/// An operation in a line.
fn words(operation: &Value) -> String {
    match operation["do"].as_str() {
        Some("transfer") => format!(
            "{} pays {}",
            text(operation, "from"),
            text(operation, "amount")
        ),
        Some("create") => format!(
            "a contract {} comes to be, with {}; {} of 10,000 parts to the initiator if the channel closes first; held to height {}",
            text(operation, "contract"),
            compact(&operation["args"]),
            text(operation, "fallback"),
            text(operation, "hold")
        ),
        Some("call") => format!(
            "{} with {} and {} coins",
            text(operation, "entry"),
            compact(&operation["args"]),
            text(operation, "value")
        ),
        _ => compact(operation),
    }
}

/// An entry of a contract's document: its name, what it takes and gives.
pub(super) fn signature(entry: &Value) -> String {
    let args: Vec<String> = list(entry, "args")
        .map(|arg| format!("{}: {}", text(arg, "name"), text(arg, "type")))
        .collect();
    let mut line = format!("{}({})", text(entry, "name"), args.join(", "));
    if text(entry, "returns") != "()" {
        line.push_str(&format!(" -> {}", text(entry, "returns")));
    }
    for (mark, words) in [("payable", "  [takes coins]"), ("reads", "  [read-only]")] {
        if entry[mark] == true {
            line.push_str(words);
        }
    }
    line
}

/// The items of a list in a document; of anything else, none.
pub(super) fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value[name]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default()
        .iter()
}

/// A field of a document, without what would command a terminal.
pub(super) fn text(value: &Value, name: impl Index) -> String {
    compact(&value[name])
}

/// A value in a line.
pub(super) fn compact(value: &Value) -> String {
    output::quoted(&match value {
        Value::String(text) => text.clone(),
        Value::Null => "-".to_owned(),
        other => other.to_string(),
    })
}
