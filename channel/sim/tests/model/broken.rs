//! Each rule broken alone, and what notices.

use crate::checker::fails;
use crate::coins::Side;
use crate::properties::{BOUNDED, CONSERVED, KEEPS, ONE_CHOICE, ONE_SIGNATURE, OWN_COINS};
use crate::rules::{Bounds, Rules, Signs};
use crate::searches::DEADLINE;
use crate::system::System;

/// Without the rule the property has a counterexample.
fn breaks(rule: &str, rules: Rules, bounds: Bounds, property: &'static str) {
    fails(rule, System { rules, bounds }, property);
}

/// Few enough worlds for a counterexample within a second or two.
const SMALL: Bounds = Bounds {
    honest: &[Side::Responder],
    rounds: 2,
    ..Bounds::PAYMENTS
};

const FORKS: Bounds = Bounds {
    rounds: 1,
    steps_while_open: 0,
    forks: 1,
    ..SMALL
};

const CLOSES: Bounds = Bounds {
    rounds: 1,
    closes: 1,
    ..SMALL
};

const ESCROW: Bounds = Bounds {
    honest: &[Side::Responder],
    rounds: 2,
    ..Bounds::ESCROW
};

#[test]
fn a_tie_that_goes_to_the_base() {
    let rules = Rules {
        ties_stand: false,
        ..Rules::PROTOCOL
    };
    let bounds = Bounds {
        rounds: 1,
        steps_while_open: 0,
        ..SMALL
    };
    breaks("ties", rules.clone(), bounds.timed(&rules), BOUNDED);
    let bounds = Bounds {
        rounds: 1,
        ..Bounds::deadline(12)
    };
    breaks("ties, with a deadline", rules, bounds, KEEPS);
}

#[test]
fn rounds_and_steps_that_count_alike() {
    let rules = Rules {
        rounds_before_steps: false,
        ..Rules::PROTOCOL
    };
    breaks("order", rules, SMALL, KEEPS);
}

#[test]
fn steps_without_number() {
    let bounds = Bounds {
        rounds: 0,
        payments: false,
        ..SMALL
    };
    let bounds = bounds.timed(&Rules::PROTOCOL);
    let rules = Rules {
        forced_steps: None,
        ..Rules::PROTOCOL
    };
    breaks("number of forced steps", rules, bounds, BOUNDED);
}

#[test]
fn refuted_steps_that_give_time() {
    let bounds = Bounds {
        rounds: 0,
        payments: false,
        ..SMALL
    };
    let rules = Rules {
        refuted_steps_give_no_time: false,
        ..Rules::PROTOCOL
    };
    breaks(
        "refuted steps",
        rules,
        bounds.timed(&Rules::PROTOCOL),
        BOUNDED,
    );
}

#[test]
fn a_newer_state_that_gives_no_time() {
    let rules = Rules {
        states_restart_the_window: false,
        ..Rules::PROTOCOL
    };
    breaks("states and the window", rules, ESCROW, KEEPS);
}

#[test]
fn a_forced_step_that_gives_no_time() {
    let rules = Rules {
        steps_restart_the_window: false,
        ..Rules::PROTOCOL
    };
    breaks("steps and the window", rules, SMALL, KEEPS);
}

#[test]
fn a_forced_step_that_takes_what_is_not_its_own() {
    let rules = Rules {
        own_coins_only: false,
        ..Rules::PROTOCOL
    };
    breaks("own coins only", rules, SMALL, OWN_COINS);
}

#[test]
fn coins_out_of_nothing() {
    let rules = Rules {
        payout_checked: false,
        ..Rules::PROTOCOL
    };
    let bounds = Bounds {
        nonsense: true,
        ..CLOSES
    };
    breaks("payouts", rules, bounds, CONSERVED);
}

#[test]
fn a_close_that_no_hold_holds_up() {
    let rules = Rules {
        holds: false,
        ..Rules::PROTOCOL
    };
    breaks("holds", rules, ESCROW, KEEPS);
}

#[test]
fn a_mutual_close_at_any_standing() {
    let rules = Rules {
        closes_name_a_standing: false,
        ..Rules::PROTOCOL
    };
    breaks("standing of a mutual close", rules, CLOSES, KEEPS);
}

#[test]
fn a_round_that_is_signed_twice() {
    let rules = Rules {
        one_signature_a_round: false,
        ..Rules::PROTOCOL
    };
    breaks("one signature", rules.clone(), SMALL, ONE_SIGNATURE);
    breaks("one signature", rules, SMALL, KEEPS);
}

#[test]
fn another_step_beside_a_proposal() {
    let rules = Rules {
        one_live_operation: false,
        ..Rules::PROTOCOL
    };
    breaks("one live operation", rules, SMALL, ONE_CHOICE);
}

#[test]
fn a_proposal_that_forbids_a_claim() {
    let rules = Rules {
        forces_beside_a_proposal: false,
        ..Rules::PROTOCOL
    };
    let bounds = Bounds {
        payments: true,
        ..ESCROW
    };
    breaks("force beside a proposal", rules, bounds, KEEPS);
}

#[test]
fn a_step_beside_a_mutual_close() {
    let rules = Rules {
        no_step_beside_a_close: false,
        ..Rules::PROTOCOL
    };
    breaks("no step beside a close", rules, CLOSES, KEEPS);
}

#[test]
fn a_mutual_close_that_a_fork_revives() {
    let rules = Rules {
        closes_outlive_forks: false,
        ..Rules::PROTOCOL
    };
    let bounds = Bounds { closes: 1, ..FORKS };
    breaks("expiry and forks", rules, bounds, KEEPS);
}

#[test]
fn a_step_while_the_channel_is_being_closed() {
    let always = Rules {
        signs: Signs::Always,
        ..Rules::PROTOCOL
    };
    breaks("steps while closing", always, SMALL, KEEPS);
}

/// What gave the time can be dropped by a fork.
#[test]
fn a_step_while_there_seems_to_be_time() {
    let while_time = Rules {
        signs: Signs::WhileTimeIsLeft,
        ..Rules::PROTOCOL
    };
    let bounds = Bounds { lock: 4, ..FORKS };
    breaks("steps while time is left", while_time, bounds, KEEPS);
}

#[test]
fn a_late_signature_that_is_counted_on() {
    let rules = Rules {
        late_signatures_promise_nothing: false,
        ..Rules::PROTOCOL
    };
    breaks("late signatures", rules, FORKS, KEEPS);
}

#[test]
fn a_party_that_sleeps_after_the_payout() {
    let rules = Rules {
        watches_after_the_payout: false,
        ..Rules::PROTOCOL
    };
    let bounds = Bounds { closes: 1, ..FORKS };
    breaks("watch after the payout", rules, bounds, KEEPS);
}

#[test]
fn a_claim_that_a_proposal_undoes_too_late() {
    let rules = Rules {
        closes_before_a_deadline: false,
        forced_steps: Some(1),
        ..Rules::PROTOCOL
    };
    breaks("deadline", rules, Bounds::deadline(DEADLINE), KEEPS);
}

#[test]
fn a_repayment_that_is_not_expected() {
    let rules = Rules {
        repays_for_a_proposal: false,
        ..Rules::PROTOCOL
    };
    breaks("repayment", rules, SMALL, KEEPS);
}

/// A fork takes the first chance, so that there must be time for a second one.
#[test]
fn a_lock_with_one_chance() {
    let bounds = Bounds {
        lock: 2 * FORKS.patience,
        ..FORKS
    };
    breaks("a second chance", Rules::PROTOCOL, bounds, KEEPS);
}
