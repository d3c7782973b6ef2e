//! The table of docs/spec/oracles.md, 6, and the enums say the same.

use std::collections::BTreeSet;

use twinroot_feed::{BundleError, DescriptorError, EquivocationError, FeedError, OpenError};

const SPEC: &str = include_str!("../../../../docs/spec/oracles.md");

pub(crate) fn every_rule() -> Vec<FeedError> {
    let bundle = BundleError::ALL.iter().copied().map(FeedError::from);
    let descriptor = DescriptorError::ALL.iter().copied().map(FeedError::from);
    let message = OpenError::ALL.iter().copied().map(FeedError::from);
    let proof = EquivocationError::ALL.iter().copied().map(FeedError::from);
    bundle
        .chain(descriptor)
        .chain(message)
        .chain(proof)
        .collect()
}

#[test]
fn the_table_lists_every_rule() {
    let listed: BTreeSet<String> = SPEC
        .lines()
        .filter(|line| is_rule(line))
        .map(str::to_owned)
        .collect();
    let known: BTreeSet<String> = every_rule().iter().map(row).collect();
    assert_eq!(listed, known);
}

#[test]
fn a_number_stands_for_one_rule() {
    let rules = every_rule();
    let numbers: BTreeSet<u16> = rules.iter().map(|rule| rule.code()).collect();
    assert_eq!(numbers.len(), rules.len());
    for rule in rules {
        assert_eq!(FeedError::from_code(rule.code()), Some(rule));
    }
    assert_eq!(FeedError::from_code(0), None);
    assert_eq!(FeedError::from_code(999), None);
}

fn is_rule(line: &str) -> bool {
    line.strip_prefix("| ")
        .and_then(|rest| rest.get(..3))
        .is_some_and(|code| code.parse::<u16>().is_ok())
}

fn row(rule: &FeedError) -> String {
    let name = match rule {
        FeedError::Bundle(rule) => format!("{rule:?}"),
        FeedError::Descriptor(rule) => format!("{rule:?}"),
        FeedError::Message(rule) => format!("{rule:?}"),
        FeedError::Equivocation(rule) => format!("{rule:?}"),
    };
    format!("| {} | `{name}` | {rule} |", rule.code())
}
