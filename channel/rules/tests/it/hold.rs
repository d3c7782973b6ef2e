//! How long a channel is held, and how both lower that (docs/spec/channel.md, 3.4).

use twinroot_abi::{Gas, Height};
use twinroot_exec::Fallback;
use twinroot_rules::{Consent, Position, Refusal, Refused};
use twinroot_state::{State, Tree};
use twinroot_wire::Operation;

use crate::toy::{LINE_GAS, Line};
use crate::world::{
    A, after, calls, create, first_contract, lower_hold, opened, run, shown, transfer, update,
};

const HOLD: u64 = 70;

/// A channel whose first contract has 100 coins and holds it.
fn held() -> Position<Tree> {
    let created = after(&opened(), vec![create(Fallback::all_to(A), HOLD, &[])]);
    assert_eq!(hold(&created), 0, "an empty contract holds nothing");
    let funded = after(&created, vec![calls(first_contract(), 100, &[])]);
    assert_eq!(hold(&funded), HOLD);
    funded
}

fn hold(of: &Position<Tree>) -> u64 {
    of.commitment.hold_until.0
}

fn refusal(base: &Position<Tree>, consent: Consent, operations: Vec<Operation>) -> Refusal {
    let update = update(&base.commitment, consent, operations);
    run(base, &update, consent).unwrap_err()
}

#[test]
fn both_lower_a_hold_and_nothing_else_changes() {
    let base = held();
    for until in [0, 1, HOLD - 1] {
        let next = after(&base, vec![lower_hold(until)]);
        assert_eq!(hold(&next), until);
        assert_eq!(next.state.root(), base.state.root());
        assert_eq!(next.commitment.payout, base.commitment.payout);
        assert_eq!(next.commitment.total, base.commitment.total);
    }
}

#[test]
fn a_hold_cannot_be_lowered_by_one_side() {
    for operations in [
        vec![lower_hold(0)],
        vec![transfer(A, 1), lower_hold(HOLD - 1)],
        vec![
            calls(first_contract(), 0, &[Line::Pay(A, 100)]),
            lower_hold(0),
        ],
    ] {
        let operation = operations.len() - 1;
        let refused = refusal(&held(), Consent::PosterOnly, operations);
        assert_eq!(refused.reason, Refused::LowerHold { operation });
        assert_eq!(refused.gas, Gas(0), "nothing was carried out");
    }
}

#[test]
fn a_hold_cannot_be_raised_under_the_name_of_lowering() {
    for until in [HOLD, HOLD + 1, u64::MAX] {
        let refused = refusal(&held(), Consent::Both, vec![lower_hold(until)]);
        assert_eq!(refused.reason, Refused::LowerHold { operation: 0 });
    }
    let free = refusal(&opened(), Consent::Both, vec![lower_hold(0)]);
    assert_eq!(free.reason, Refused::LowerHold { operation: 0 });
}

#[test]
fn a_hold_is_lowered_step_by_step_and_only_down() {
    let base = held();
    let next = after(&base, vec![lower_hold(50), lower_hold(30)]);
    assert_eq!(hold(&next), 30);
    for second in [50, 51] {
        let operations = vec![lower_hold(50), lower_hold(second)];
        let refused = refusal(&base, Consent::Both, operations);
        assert_eq!(refused.reason, Refused::LowerHold { operation: 1 });
    }
}

#[test]
fn what_ran_before_a_refused_lowering_counts() {
    let operations = vec![
        calls(first_contract(), 0, &[Line::Read(1)]),
        lower_hold(HOLD),
    ];
    let refused = refusal(&held(), Consent::Both, operations);
    assert_eq!(refused.reason, Refused::LowerHold { operation: 1 });
    assert_eq!(refused.gas, Gas(LINE_GAS));
}

#[test]
fn the_next_call_of_a_funded_contract_raises_a_lowered_hold_again() {
    let lowered = after(&held(), vec![lower_hold(0)]);
    let called = after(&lowered, vec![calls(first_contract(), 0, &[])]);
    assert_eq!(hold(&called), HOLD);

    let mut forced = update(
        &lowered.commitment,
        Consent::PosterOnly,
        vec![calls(first_contract(), 0, &[])],
    );
    forced.proposer = A.other();
    let forced = run(&lowered, &forced, Consent::PosterOnly).unwrap().next;
    assert_eq!(hold(&forced), HOLD, "by force as well");
}

#[test]
fn a_contract_without_coins_does_not_raise_it() {
    let lowered = after(&held(), vec![lower_hold(5)]);
    let paid_out = after(
        &lowered,
        vec![calls(first_contract(), 0, &[Line::Pay(A, 100)])],
    );
    assert_eq!(hold(&paid_out), 5);
}

#[test]
fn in_one_update_the_later_operation_has_the_last_word() {
    let base = held();
    let call = || calls(first_contract(), 0, &[]);
    assert_eq!(hold(&after(&base, vec![call(), lower_hold(5)])), 5);
    assert_eq!(hold(&after(&base, vec![lower_hold(5), call()])), HOLD);
}

#[test]
fn nothing_has_to_be_shown_to_lower_a_hold() {
    let base = held();
    let update = update(&base.commitment, Consent::Both, vec![lower_hold(5)]);
    let full = run(&base, &update, Consent::Both).unwrap();
    assert!(full.touched.read.is_empty() && full.touched.written.is_empty());
    let part = run(&shown(&base, &full.touched), &update, Consent::Both).unwrap();
    assert_eq!(part.next.commitment, full.next.commitment);
    assert_eq!(part.next.commitment.hold_until, Height(5));
}
