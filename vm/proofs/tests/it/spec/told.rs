//! What the scripts came to.

use std::collections::BTreeMap;
use std::fmt;

/// Counts, by what was counted.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// Assertions that every engine held, by their kind.
    pub(crate) ran: BTreeMap<String, u64>,
    /// The same, by the script.
    pub(crate) scripts: BTreeMap<String, u64>,
    /// Assertions left out, by the reason.
    pub(crate) skipped: BTreeMap<String, u64>,
    /// Modules that the scripts are about, by what the gate says of them as they are.
    pub(crate) given: BTreeMap<String, u64>,
    /// Modules that no engine may take, by what the gate says.
    pub(crate) refused: BTreeMap<String, u64>,
    /// Contracts made of modules, or why none was.
    pub(crate) modules: BTreeMap<String, u64>,
    pub(crate) failures: Vec<String>,
}

impl Told {
    pub(crate) fn add(&mut self, other: Self) {
        let parts = [
            (&mut self.ran, other.ran),
            (&mut self.scripts, other.scripts),
            (&mut self.skipped, other.skipped),
            (&mut self.given, other.given),
            (&mut self.refused, other.refused),
            (&mut self.modules, other.modules),
        ];
        for (counts, more) in parts {
            for (what, count) in more {
                *counts.entry(what).or_default() += count;
            }
        }
        self.failures.extend(other.failures);
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            ("assertions that ran on each engine", &self.ran),
            ("the same, by the script", &self.scripts),
            ("assertions left out", &self.skipped),
            ("modules as they are", &self.given),
            ("modules made into contracts", &self.modules),
            ("modules that no engine may take", &self.refused),
        ];
        for (title, counts) in parts {
            writeln!(f, "{title}: {}", counts.values().sum::<u64>())?;
            for (what, count) in counts {
                writeln!(f, "  {count:>7} {what}")?;
            }
        }
        for failure in &self.failures {
            writeln!(f, "failure: {failure}")?;
        }
        Ok(())
    }
}

/// Counts one more.
pub(crate) fn count(counts: &mut BTreeMap<String, u64>, what: impl Into<String>) {
    *counts.entry(what.into()).or_default() += 1;
}
