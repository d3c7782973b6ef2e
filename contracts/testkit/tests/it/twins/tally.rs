//! Counts what histories meet, so that the law is not kept by nothing happening.

use std::cell::RefCell;
use std::collections::BTreeMap;

use twinroot_exec::{HostError, Outcome, Receipt};

/// Successes in which contracts called contracts.
const NESTED: &str = "nested";

#[derive(Default)]
pub(crate) struct Tally(RefCell<BTreeMap<String, u64>>);

impl Tally {
    pub(crate) fn count(&self, receipt: &Receipt) {
        let outcome = receipt.outcome;
        if !receipt.called.is_empty() {
            *self.0.borrow_mut().entry(NESTED.to_owned()).or_default() += 1;
        }
        let name = match outcome {
            Outcome::Revert(_) => "revert".to_owned(),
            other => other.to_string(),
        };
        *self.0.borrow_mut().entry(name).or_default() += 1;
    }

    pub(crate) fn count_refusal(&self, name: &str) {
        *self
            .0
            .borrow_mut()
            .entry(format!("refused: {name}"))
            .or_default() += 1;
    }

    /// A fifth of the calls succeed, and each outcome occurs.
    pub(crate) fn check(&self) {
        let tally = self.0.borrow();
        let count = |name: &str| tally.get(name).copied().unwrap_or(0);
        let calls: u64 = tally
            .iter()
            .filter(|(name, _)| !name.starts_with("refused") && *name != NESTED)
            .map(|(_, count)| count)
            .sum();
        println!("{calls} calls: {tally:#?}");
        assert!(
            count("success") * 5 >= calls,
            "{} of {calls} calls succeed",
            count("success")
        );
        let outcomes = [Outcome::Trap, Outcome::OutOfGas, Outcome::StackLimit];
        let host = [
            HostError::NoSuchEntry,
            HostError::Key,
            HostError::Value,
            HostError::Return,
            HostError::Events,
        ]
        .map(Outcome::HostError);
        let more = [HostError::Policy, HostError::Payment].map(Outcome::HostError);
        for outcome in outcomes.into_iter().chain(host).chain(more) {
            assert!(
                count(&outcome.to_string()) > 0,
                "no call ended with {outcome}"
            );
        }
        assert!(count("revert") > 0, "no call reverted");
        assert!(
            count(NESTED) * 100 >= calls,
            "few contracts called contracts"
        );
    }
}
