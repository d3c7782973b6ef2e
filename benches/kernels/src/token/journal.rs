//! What happened, as text.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::rule::{Refusal, Share};

/// A line for each order, and a count of each kind of refusal.
#[derive(Default)]
pub struct Journal {
    text: String,
    refusals: BTreeMap<String, u32>,
}

impl Journal {
    /// Writes an order and its outcome down.
    pub fn write(&mut self, number: u32, text: &str, outcome: &Result<Vec<Share>, Refusal>) {
        let line = match outcome {
            Ok(shares) => {
                let shares: Vec<_> = shares
                    .iter()
                    .map(|share| format!("{}:{}", share.account, share.coins))
                    .collect();
                format!("{number:>6} ok  {text} [{}]\n", shares.join(" "))
            }
            Err(refusal) => {
                let start = text.get(..24).unwrap_or(text);
                let line = format!("{number:>6} no  {start:-<24} {refusal}\n");
                *self.refusals.entry(refusal.kind()).or_insert(0) += 1;
                line
            }
        };
        self.text.push_str(&line);
    }

    /// All lines.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How often each kind of refusal came.
    #[must_use]
    pub const fn refusals(&self) -> &BTreeMap<String, u32> {
        &self.refusals
    }
}
