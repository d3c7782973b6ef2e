//! The funding as it is, and with each of its rules broken.

use super::properties::{CONSERVED, KEEPS};
use super::{CHANNEL, Channel, PROTOCOL, Rules};
use crate::checker::{bounds, fails, holds};

#[test]
fn fundings() {
    let deep = Channel {
        rounds: 4,
        expiry: 2,
        fundings: 2,
        ..CHANNEL
    };
    holds("fundings", bounds(CHANNEL, deep));
}

fn breaks(rule: &str, rules: Rules, property: &'static str) {
    fails(rule, Channel { rules, ..CHANNEL }, property);
}

#[test]
fn a_step_beside_a_funding() {
    let rules = Rules {
        binds: false,
        ..PROTOCOL
    };
    breaks("no step beside a funding", rules, KEEPS);
}

#[test]
fn a_funding_that_a_fork_drops() {
    let rules = Rules {
        waits_when_carried_out: false,
        ..PROTOCOL
    };
    breaks("wait for a funding", rules, KEEPS);
}

#[test]
fn a_funding_that_a_fork_revives() {
    let rules = Rules {
        waits_when_expired: false,
        ..PROTOCOL
    };
    breaks("wait for an expiry", rules, KEEPS);
}

/// What two that break their own rules sign together must not cost anybody else.
#[test]
fn a_state_for_another_total() {
    let rules = Rules {
        total_checked: false,
        binds: false,
        ..PROTOCOL
    };
    breaks("totals", rules, CONSERVED);
}
