//! Completion of what only a node that runs knows: its channels, the entries of their contracts and what those take.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsStr;
use std::time::Duration;

use clap_complete::engine::CompletionCandidate;
use serde_json::Value;
use tokio::time::timeout;
use twinroot_client::api::{Contract, Shown, Stage};

use super::pick::short;
use super::question::{list, signature, text};
use super::wait;
use crate::node::At;

/// Channels that are not closed.
pub(super) fn channel(begun: &OsStr) -> Vec<CompletionCandidate> {
    let begun = begun.to_string_lossy();
    let shown = shown(&line());
    let channels = shown
        .iter()
        .map(|shown| (short(shown.summary.channel), shown.summary.status.clone()));
    fitting(channels, &begun)
}

/// Words of a call: channel, contract and entry; once an entry is named, the arguments that it still lacks.
pub(super) fn called(begun: &OsStr) -> Vec<CompletionCandidate> {
    let begun = begun.to_string_lossy();
    let line = line();
    let shown = shown(&line);
    let named: BTreeSet<&str> = line
        .iter()
        .map(String::as_str)
        .filter(|word| *word != begun)
        .collect();
    let contracts: Vec<&Contract> = shown
        .iter()
        .flat_map(|shown| &shown.contracts)
        .filter(|contract| contract.document.is_some())
        .collect();
    let entries = contracts.iter().flat_map(|contract| entries(contract));
    let (called, all): (Vec<&Value>, Vec<&Value>) =
        entries.partition(|entry| named.contains(&*text(entry, "name")));
    if let Some(entry) = called.first() {
        let is_there = |name: &str| {
            named
                .iter()
                .any(|word| word.split_once('=').is_some_and(|(known, _)| known == name))
        };
        let args = list(entry, "args")
            .map(|arg| (text(arg, "name"), text(arg, "type")))
            .filter(|(name, _)| !is_there(name))
            .map(|(name, kind)| (format!("{name}="), kind));
        return fitting(args, &begun);
    }
    let entries = all
        .into_iter()
        .map(|entry| (text(entry, "name"), signature(entry)));
    let contracts = contracts
        .iter()
        .filter_map(|contract| Some((contract.name.clone()?, "a contract".to_owned())));
    let channels = shown
        .iter()
        .map(|shown| (short(shown.summary.channel), "a channel".to_owned()));
    fitting(entries.chain(contracts).chain(channels), &begun)
}

fn entries(contract: &Contract) -> impl Iterator<Item = &Value> {
    contract
        .document
        .iter()
        .flat_map(|document| list(document, "entries"))
        .filter(|entry| entry["name"] != "init")
}

fn fitting(words: impl Iterator<Item = (String, String)>, begun: &str) -> Vec<CompletionCandidate> {
    words
        .filter(|(word, _)| word.starts_with(begun))
        .map(|(word, help)| {
            let help = (!help.is_empty()).then(|| help.into());
            CompletionCandidate::new(word).help(help)
        })
        .collect()
}

/// The words of the line that is being completed: a shell gives them behind `--`.
fn line() -> Vec<String> {
    env::args()
        .skip_while(|word| word != "--")
        .skip(1)
        .collect()
}

/// The channels of the node that the line means. There are none where it does not answer at once: whoever types does not wait.
fn shown(line: &[String]) -> Vec<Shown> {
    let ask = async {
        let node = At::of(line).client().await.ok()?;
        let mut channels = Vec::new();
        for summary in node.list().await.ok()? {
            if summary.stage != Stage::Closed {
                channels.push(node.show(summary.channel).await.ok()?);
            }
        }
        Some(channels)
    };
    let asked = wait(async { timeout(PATIENCE, ask).await.ok().flatten() });
    asked.ok().flatten().unwrap_or_default()
}

const PATIENCE: Duration = Duration::from_secs(1);
