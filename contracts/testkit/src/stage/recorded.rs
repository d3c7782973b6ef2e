//! What a test did, step by step: what the two paths are compared by, and what reports are made of.

use std::path::Path;
use std::{env, fs, io};

use serde::{Deserialize, Serialize};
use twinroot_abi::{Amount, Gas, Side};

use super::{Failed, Traced};
use crate::Step;

/// Names the folder in which tests write down what they did, one file each, a line of JSON a step.
pub const STEPS: &str = "TWINROOT_STEPS";

/// How a step ends that goes through.
const SUCCESS: &str = "success";

/// One step of a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// Package of the contract.
    pub contract: String,
    /// Which entry was called; `init` for a creation.
    pub entry: String,
    /// Whose turn it was.
    pub by: Side,
    /// Coins that went along.
    pub coins: Amount,
    /// How it ended.
    pub outcome: String,
    /// Gas of the call.
    pub gas: Gas,
    /// The state's root after it, in hexadecimal.
    pub root: String,
    /// Events, in hexadecimal.
    pub events: Vec<String>,
    /// What was returned, in hexadecimal.
    pub returned: String,
    /// Bytes of the witness that a forced step takes; 0 where nothing was carried out.
    pub witness_bytes: usize,
    /// Bytes of the transaction that forced it; 0 where none did.
    pub posted_bytes: usize,
    /// Leaves of the state.
    pub state_leaves: usize,
    /// Where its gas went, if that was asked for.
    pub traced: Option<Traced>,
}

impl Recorded {
    /// Whether it went through.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.outcome == SUCCESS
    }

    pub(super) fn created(package: &str, by: Side, step: &Step) -> Self {
        Self::of(package, "init", by, Amount::ZERO, step)
    }

    pub(super) fn called(
        package: &str,
        entry: &str,
        by: Side,
        coins: Amount,
        tried: Result<&Step, &Failed>,
    ) -> Self {
        match tried {
            Ok(step) => Self::of(package, entry, by, coins, step),
            Err(failed) => Self {
                contract: package.to_owned(),
                entry: entry.to_owned(),
                by,
                coins,
                outcome: failed.outcome(),
                gas: failed.gas(),
                root: String::new(),
                events: Vec::new(),
                returned: String::new(),
                witness_bytes: 0,
                posted_bytes: 0,
                state_leaves: 0,
                traced: None,
            },
        }
    }

    fn of(package: &str, entry: &str, by: Side, coins: Amount, step: &Step) -> Self {
        let receipt = step.receipts.first();
        let events = receipt.map_or(&[][..], |receipt| receipt.events.as_slice());
        Self {
            contract: package.to_owned(),
            entry: entry.to_owned(),
            by,
            coins,
            outcome: SUCCESS.to_owned(),
            gas: receipt.map_or(Gas::ZERO, |receipt| receipt.gas),
            root: hex::encode(step.off_chain_root.0),
            events: events
                .iter()
                .map(|event| hex::encode(&event.bytes))
                .collect(),
            returned: receipt.map_or_else(String::new, |receipt| hex::encode(&receipt.returned)),
            witness_bytes: step.witness_bytes,
            posted_bytes: step.transaction.len(),
            state_leaves: step.state_leaves,
            traced: None,
        }
    }

    /// What both paths must have in common: all but what was posted, and what it is reported with.
    pub(super) fn twin(&self) -> Self {
        Self {
            witness_bytes: 0,
            posted_bytes: 0,
            traced: None,
            ..self.clone()
        }
    }
}

/// Whether somebody wants to know what tests do.
pub(super) fn is_asked_for() -> bool {
    env::var_os(STEPS).is_some()
}

/// Writes the steps of a test down, if somebody asked for them.
pub(super) fn keep(test: &str, steps: &[Recorded]) -> io::Result<()> {
    let Some(folder) = env::var_os(STEPS) else {
        return Ok(());
    };
    let folder = Path::new(&folder);
    fs::create_dir_all(folder)?;
    let mut lines = String::new();
    for step in steps {
        lines.push_str(&serde_json::to_string(step)?);
        lines.push('\n');
    }
    fs::write(
        folder.join(format!("{}.jsonl", test.replace("::", "."))),
        lines,
    )
}
