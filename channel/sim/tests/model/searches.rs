//! The protocol as it is: every property holds, and everything is reached.

use crate::checker::{bounds, fails, holds};
use crate::coins::Side;
use crate::properties::KEEPS;
use crate::rules::{Bounds, Rules};
use crate::system::System;

fn search(name: &str, ordinary: Bounds, deep: Bounds) {
    let bounds = bounds(ordinary, deep);
    let rules = Rules::PROTOCOL;
    holds(name, System { rules, bounds });
}

/// Without an escrow one side is like the other.
const ONE_SIDE: &[Side] = &[Side::Responder];

#[test]
fn payments() {
    let ordinary = Bounds {
        whole_blocks: true,
        ..Bounds::PAYMENTS
    };
    let deep = Bounds {
        rounds: 4,
        ..ordinary.clone()
    };
    search("payments", ordinary, deep);
}

/// Two rounds that both signed, a withheld signature, two forced steps a side and a fork.
#[test]
fn payments_and_a_fork() {
    let ordinary = Bounds {
        honest: ONE_SIDE,
        steps_while_open: 0,
        forks: 1,
        ..Bounds::PAYMENTS
    };
    let deep = Bounds {
        steps_while_open: 1,
        ..ordinary.clone()
    };
    search("payments and a fork", ordinary, deep);
}

#[test]
fn an_escrow() {
    let ordinary = Bounds {
        whole_blocks: true,
        ..Bounds::ESCROW
    };
    let deep = Bounds {
        rounds: 4,
        ..ordinary.clone()
    };
    search("an escrow", ordinary, deep);
}

#[test]
fn an_escrow_and_a_fork() {
    let ordinary = Bounds {
        rounds: 2,
        forks: 1,
        ..Bounds::ESCROW
    };
    let deep = Bounds {
        rounds: 3,
        whole_blocks: true,
        ..ordinary.clone()
    };
    search("an escrow and a fork", ordinary, deep);
}

#[test]
fn an_escrow_and_payments() {
    let ordinary = Bounds {
        rounds: 2,
        payments: true,
        ..Bounds::ESCROW
    };
    let deep = Bounds {
        rounds: 3,
        ..ordinary.clone()
    };
    search("an escrow and payments", ordinary, deep);
}

/// The least deadline that leaves time enough with one proposal that could undo the claim, where
/// each side forces one step. With two such proposals it is 31, with two steps 29: every proposal
/// costs the time of a whole dispute.
pub(crate) const DEADLINE: u8 = 19;

#[test]
fn an_escrow_with_a_deadline() {
    let model = |deadline: u8| System {
        rules: Rules {
            forced_steps: Some(1),
            ..Rules::PROTOCOL
        },
        bounds: Bounds::deadline(deadline),
    };
    holds("an escrow with a deadline", model(DEADLINE));
    fails("a block more", model(DEADLINE - 1), KEEPS);
}

#[test]
fn a_mutual_close() {
    let ordinary = Bounds {
        rounds: 2,
        closes: 1,
        ..Bounds::PAYMENTS
    };
    let deep = Bounds {
        rounds: 3,
        whole_blocks: true,
        ..ordinary.clone()
    };
    search("a mutual close", ordinary, deep);
}

#[test]
fn a_mutual_close_and_a_fork() {
    let ordinary = Bounds {
        honest: ONE_SIDE,
        rounds: 1,
        steps_while_open: 0,
        closes: 1,
        forks: 1,
        ..Bounds::PAYMENTS
    };
    let deep = Bounds {
        rounds: 2,
        ..ordinary.clone()
    };
    search("a mutual close and a fork", ordinary, deep);
}

/// Who closes, answers and forces as late as possible, and with all that it has, ends at the bound.
#[test]
fn time() {
    let ordinary = Bounds {
        honest: ONE_SIDE,
        rounds: 2,
        steps_while_open: 0,
        ..Bounds::PAYMENTS
    };
    let deep = Bounds {
        rounds: 3,
        ..ordinary.clone()
    };
    let rules = Rules::PROTOCOL;
    search("time", ordinary.timed(&rules), deep.timed(&rules));
}

#[test]
fn nonsense_that_both_sign() {
    let ordinary = Bounds {
        rounds: 2,
        closes: 1,
        nonsense: true,
        ..Bounds::PAYMENTS
    };
    let deep = Bounds {
        rounds: 3,
        ..ordinary.clone()
    };
    search("nonsense", ordinary, deep);
}
