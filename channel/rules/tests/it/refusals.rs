//! Every rule that an update can break, one by one.

use twinroot_abi::{Amount, ChannelId, CodeHash, ContractId, Gas, Hash, Height, Round, TimeMs};
use twinroot_exec::{Bundle, Call, CoinsError, Fallback, Halt, Outcome};
use twinroot_rules::{Consent, Fees, HOLD_LIMIT, Position, Refusal, Refused};
use twinroot_state::{Touched, Tree};
use twinroot_types::{Limits, decode, encode};
use twinroot_wire::{Operation, Update};

use crate::toy::{LINE_GAS, Line};
use crate::world::{
    A, B, call, calls, create, first_contract, opened, run, shown, transfer, update, with_contract,
};

const BOTH: Consent = Consent::Both;
const FORCED: Consent = Consent::PosterOnly;

/// The refusal of the initiator's `operations` on `base`.
fn refusal(base: &Position<Tree>, consent: Consent, operations: Vec<Operation>) -> Refusal {
    let update = update(&base.commitment, consent, operations);
    run(base, &update, consent).unwrap_err()
}

fn reason(base: &Position<Tree>, consent: Consent, operations: Vec<Operation>) -> Refused {
    refusal(base, consent, operations).reason
}

/// The refusal of a payment that is lawful but for `spoil`.
fn spoiled(consent: Consent, spoil: impl FnOnce(&mut Update)) -> Refused {
    let base = opened();
    let mut update = update(&base.commitment, consent, vec![transfer(A, 1)]);
    assert!(run(&base, &update, consent).is_ok(), "lawful before");
    spoil(&mut update);
    run(&base, &update, consent).unwrap_err().reason
}

#[test]
fn another_channel_is_refused() {
    assert_eq!(
        spoiled(BOTH, |update| update.channel = ChannelId([9; 32])),
        Refused::Channel
    );
}

#[test]
fn another_base_is_refused() {
    assert_eq!(
        spoiled(BOTH, |update| update.base = Hash([9; 32])),
        Refused::Base
    );
}

#[test]
fn a_co_signed_round_must_rise() {
    assert_eq!(
        spoiled(BOTH, |update| update.round = Round(0)),
        Refused::Round
    );
}

#[test]
fn a_co_signed_round_may_leave_a_gap() {
    let base = opened();
    let mut update = update(&base.commitment, BOTH, vec![transfer(A, 1)]);
    update.round = Round(u64::MAX);
    assert_eq!(
        run(&base, &update, BOTH).unwrap().next.commitment.round,
        Round(u64::MAX)
    );
}

#[test]
fn a_forced_step_keeps_its_bases_round() {
    assert_eq!(
        spoiled(FORCED, |update| update.round = Round(1)),
        Refused::Round
    );
}

#[test]
fn a_pinned_block_never_falls_in_height_or_time() {
    assert_eq!(
        spoiled(BOTH, |update| update.env.height = Height(0)),
        Refused::Environment
    );
    assert_eq!(
        spoiled(BOTH, |update| update.env.time = TimeMs(0)),
        Refused::Environment
    );
}

#[test]
fn an_update_has_no_more_operations_than_the_limit() {
    let most = Limits::V1.operations;
    let base = opened();
    let full = update(&base.commitment, BOTH, vec![transfer(A, 1); most]);
    assert!(run(&base, &full, BOTH).is_ok());
    assert_eq!(
        reason(&base, BOTH, vec![transfer(A, 1); most + 1]),
        Refused::Operations { have: most + 1 }
    );
}

#[test]
fn a_forced_update_does_something() {
    assert_eq!(
        reason(&opened(), FORCED, vec![]),
        Refused::Operations { have: 0 }
    );
}

/// A call of the first contract at a limit passes the check of its form; beyond, it does not.
fn limit(what: &'static str, fits: Call, beyond: Call) {
    let base = with_contract(10);
    let refused = reason(&base, BOTH, vec![transfer(A, 1), Operation::Call(beyond)]);
    assert_eq!(refused, Refused::Limit { operation: 1, what });
    let update = update(&base.commitment, BOTH, vec![Operation::Call(fits)]);
    let refused = run(&base, &update, BOTH).err().map(|it| it.reason);
    assert!(!matches!(refused, Some(Refused::Limit { .. })));
}

fn plain() -> Call {
    call(first_contract(), 0, &[])
}

fn with_facts(policy: u8, messages: Vec<Vec<u8>>) -> Call {
    let descriptors = Vec::new();
    Call {
        facts: vec![Bundle {
            policy,
            descriptors,
            messages,
        }],
        ..plain()
    }
}

/// Calls of the first contract with these limits of gas.
fn with_gas(limits: &[u64]) -> Vec<Operation> {
    let with = |gas: &u64| {
        Operation::Call(Call {
            gas: Gas(*gas),
            ..plain()
        })
    };
    limits.iter().map(with).collect()
}

#[test]
fn gas_of_all_operations_is_limited() {
    let most = Limits::V1.update_gas.0;
    let base = with_contract(10);
    for fits in [vec![most], vec![most - 1, 1]] {
        let update = update(&base.commitment, BOTH, with_gas(&fits));
        assert!(run(&base, &update, BOTH).is_ok());
    }
    for beyond in [vec![most + 1], vec![most, 1], vec![u64::MAX, u64::MAX]] {
        assert_eq!(reason(&base, BOTH, with_gas(&beyond)), Refused::Gas);
    }
}

#[test]
fn bytes_of_an_update_are_limited() {
    let most = Limits::V1.update_bytes;
    let base = with_contract(10);
    let filled = |last: usize| {
        let facts = |bytes| Operation::Call(with_facts(0, vec![vec![0; bytes]]));
        let fact = Limits::V1.fact_bytes;
        vec![facts(fact), facts(fact), facts(fact), facts(last)]
    };
    let length = |last| encode(&update(&base.commitment, BOTH, filled(last))).len();
    let last = most - length(60_000) + 60_000;
    assert_eq!(length(last), most);
    let fits = reason(&base, BOTH, filled(last));
    assert!(matches!(fits, Refused::SurplusFact { .. }), "{fits:?}");
    let have = most + 1;
    assert_eq!(
        reason(&base, BOTH, filled(last + 1)),
        Refused::Bytes { have }
    );
}

#[test]
fn arguments_of_a_call_are_limited() {
    let with = |bytes| Call {
        args: vec![0xff; bytes],
        ..plain()
    };
    let most = Limits::V1.argument_bytes;
    limit("the arguments", with(most), with(most + 1));
}

#[test]
fn arguments_of_a_creation_are_limited() {
    let mut operation = create(Fallback::all_to(A), 0, &[]);
    if let Operation::Create { args, .. } = &mut operation {
        *args = vec![0; Limits::V1.argument_bytes + 1];
    }
    let what = "the arguments";
    assert_eq!(
        reason(&opened(), BOTH, vec![operation]),
        Refused::Limit { operation: 0, what }
    );
}

#[test]
fn names_of_entries_are_limited() {
    let with = |bytes| Call {
        entry: "x".repeat(bytes),
        ..plain()
    };
    let most = Limits::V1.entry_bytes;
    limit("the name of the entry", with(most), with(most + 1));
}

#[test]
fn bytes_of_facts_are_limited() {
    let with = |bytes| with_facts(0, vec![vec![0; bytes]]);
    let most = Limits::V1.fact_bytes;
    limit("the facts", with(most), with(most + 1));
}

#[test]
fn the_number_of_facts_is_limited() {
    let with = |count| with_facts(0, vec![vec![0]; count]);
    let most = Limits::V1.fact_messages;
    limit("the number of facts", with(most), with(most + 1));
}

#[test]
fn a_contract_is_begun_once() {
    let call = Call {
        entry: String::from("init"),
        ..plain()
    };
    for consent in [BOTH, FORCED] {
        let refused = reason(
            &with_contract(10),
            consent,
            vec![Operation::Call(call.clone())],
        );
        assert_eq!(refused, Refused::Init { operation: 0 });
    }
}

#[test]
fn facts_ascend_by_policy() {
    for policies in [[1, 0], [1, 1]] {
        let facts = policies.map(|policy| with_facts(policy, vec![]).facts);
        let call = Call {
            facts: facts.concat(),
            ..plain()
        };
        let refused = reason(&with_contract(10), BOTH, vec![Operation::Call(call)]);
        assert_eq!(refused, Refused::FactOrder { operation: 0 });
    }
}

#[test]
fn facts_that_a_call_does_not_use_are_refused() {
    let base = with_contract(10);
    let mut carrying = with_facts(3, vec![]);
    carrying.args = encode(&vec![Line::Judge(2)]);
    let refused = refusal(&base, BOTH, vec![Operation::Call(carrying.clone())]);
    let (operation, policy) = (0, 3);
    assert_eq!(refused.reason, Refused::SurplusFact { operation, policy });
    assert_eq!(refused.gas, Gas(LINE_GAS), "the call did run");
    carrying.args = encode(&vec![Line::Judge(3)]);
    let update = update(&base.commitment, BOTH, vec![Operation::Call(carrying)]);
    assert!(run(&base, &update, BOTH).is_ok());
}

#[test]
fn a_fallback_above_the_whole_is_refused() {
    let whole: Fallback = decode(&encode(&Fallback::WHOLE), 8).unwrap();
    let above: Fallback = decode(&encode(&(Fallback::WHOLE + 1)), 8).unwrap();
    let base = opened();
    let lawful = update(&base.commitment, BOTH, vec![create(whole, 0, &[])]);
    assert!(run(&base, &lawful, BOTH).is_ok());
    let refused = reason(&base, BOTH, vec![create(above, 0, &[])]);
    assert_eq!(refused, Refused::Fallback { operation: 0 });
}

#[test]
fn a_forced_creation_falls_back_to_its_poster_and_holds_nothing() {
    let base = opened();
    let lawful = update(
        &base.commitment,
        FORCED,
        vec![create(Fallback::all_to(A), 0, &[])],
    );
    assert!(run(&base, &lawful, FORCED).is_ok());
    for (fallback, hold) in [
        (Fallback::all_to(B), 0),
        (Fallback::new(9_999).unwrap(), 0),
        (Fallback::all_to(A), 1),
    ] {
        let refused = reason(&base, FORCED, vec![create(fallback, hold, &[])]);
        assert_eq!(refused, Refused::ForcedCreation { operation: 0 });
    }
}

#[test]
fn a_hold_reaches_no_further_than_the_limit() {
    let base = opened();
    let most = base.commitment.env.height.0 + HOLD_LIMIT;
    let lawful = update(
        &base.commitment,
        BOTH,
        vec![create(Fallback::all_to(A), most, &[])],
    );
    assert!(run(&base, &lawful, BOTH).is_ok());
    let (operation, hold) = (0, Height(most + 1));
    assert_eq!(
        reason(&base, BOTH, vec![create(Fallback::all_to(A), hold.0, &[])]),
        Refused::Hold { operation, hold }
    );
}

#[test]
fn unknown_code_is_refused() {
    let mut operation = create(Fallback::all_to(A), 0, &[]);
    if let Operation::Create { code, .. } = &mut operation {
        *code = CodeHash([9; 32]);
    }
    assert_eq!(
        reason(&opened(), BOTH, vec![operation]),
        Refused::CodeUnknown {
            operation: 0,
            code: CodeHash([9; 32])
        }
    );
}

#[test]
fn coins_that_are_not_there_do_not_move() {
    let base = opened();
    let short = |have, need| CoinsError::Short {
        have: Amount(have),
        need: Amount(need),
    };
    let refused = reason(&base, BOTH, vec![transfer(A, 1_001)]);
    let (operation, error) = (0, short(1_000, 1_001));
    assert_eq!(refused, Refused::Coins { operation, error });

    let base = with_contract(100);
    let refused = reason(&base, BOTH, vec![calls(first_contract(), 901, &[])]);
    let error = short(900, 901);
    assert_eq!(refused, Refused::Coins { operation, error });
}

#[test]
fn a_contract_that_does_not_exist_is_not_called() {
    let nobody = ContractId([9; 32]);
    let (operation, error) = (1, CoinsError::NoContract(nobody));
    assert_eq!(
        reason(&opened(), BOTH, vec![transfer(A, 1), calls(nobody, 0, &[])]),
        Refused::Coins { operation, error }
    );
}

#[test]
fn a_call_that_does_not_succeed_takes_the_whole_update_along() {
    let base = with_contract(10);
    for (script, outcome, gas) in [
        (vec![Line::Revert(7)], Outcome::Revert(7), LINE_GAS),
        (vec![Line::Burn(100_001)], Outcome::OutOfGas, 100_000),
    ] {
        let good = calls(first_contract(), 1, &[Line::Burn(50)]);
        let bad = calls(first_contract(), 0, &script);
        let refused = refusal(&base, BOTH, vec![good, bad]);
        let Refused::Failed { operation, receipt } = refused.reason else {
            panic!("{refused:?}")
        };
        assert_eq!((operation, receipt.outcome), (1, outcome));
        assert_eq!(refused.gas, Gas(50 + gas), "what ran before counts too");
    }
}

#[test]
fn a_call_without_an_outcome_counts_with_its_limit() {
    let base = with_contract(10);
    let refused = refusal(
        &base,
        BOTH,
        vec![calls(first_contract(), 0, &[Line::Break])],
    );
    let halted = Refused::Halted {
        operation: 0,
        error: Halt::Machine("out of order".to_owned()),
    };
    assert!(halted.is_machine());
    assert_eq!((refused.reason, refused.gas), (halted, Gas(100_000)));
}

#[test]
fn a_forced_update_may_not_take_the_others_coins() {
    let base = opened();
    let refused = |operation| Refused::OthersCoins { operation, side: B };
    assert_eq!(reason(&base, FORCED, vec![transfer(B, 1)]), refused(0));
    let back = vec![transfer(A, 1), transfer(B, 1)];
    assert_eq!(
        reason(&base, FORCED, back),
        refused(1),
        "not even what it gave before"
    );
}

#[test]
fn an_update_touches_no_more_leaves_than_the_limit() {
    // Both balances and the header are touched beside the slots.
    let most = u16::try_from(Limits::V1.touched_leaves).unwrap() - 3;
    let base = with_contract(10);
    let scan = |slots| vec![calls(first_contract(), 0, &[Line::Scan(slots)])];
    let full = update(&base.commitment, BOTH, scan(most));
    assert!(run(&base, &full, BOTH).is_ok());
    let refused = refusal(&base, BOTH, scan(most + 1));
    let have = Limits::V1.touched_leaves + 1;
    assert_eq!(refused.reason, Refused::Leaves { have });
    assert_eq!(refused.gas, Gas(LINE_GAS), "the call did run");
}

/// What the initiator's forced `script` comes to on a witness that shows `touched` less `spoil`.
fn on_witness(script: &[Line], spoil: impl FnOnce(&mut Touched)) -> Refusal {
    let base = with_contract(10);
    let update = update(
        &base.commitment,
        FORCED,
        vec![calls(first_contract(), 0, script)],
    );
    let mut touched = run(&base, &update, FORCED).unwrap().touched;
    spoil(&mut touched);
    run(&shown(&base, &touched), &update, FORCED).unwrap_err()
}

#[test]
fn a_balance_that_is_not_shown_is_missing() {
    let refused = on_witness(&[], |touched| *touched = Touched::default());
    assert!(matches!(
        refused.reason,
        Refused::Coins {
            error: CoinsError::Missing(_),
            ..
        }
    ));
}

#[test]
fn a_slot_that_is_not_shown_halts_the_call() {
    let key = twinroot_exec::StateKey::Slot(first_contract(), &3u16.to_le_bytes()).hash();
    let refused = on_witness(&[Line::Read(3)], |touched| {
        assert!(touched.read.remove(&key));
    });
    assert_eq!(refused.gas, Gas(100_000), "it counts with its limit");
    let error = Halt::Missing(twinroot_state::Missing(key));
    assert_eq!(
        refused.reason,
        Refused::Halted {
            operation: 0,
            error
        }
    );
}

#[test]
fn a_slot_that_is_overwritten_must_be_on_a_path_that_is_shown() {
    let key = twinroot_exec::StateKey::Slot(first_contract(), &3u16.to_le_bytes()).hash();
    let refused = on_witness(&[Line::Store(3, 9)], |touched| {
        assert!(touched.written.remove(&key));
    });
    assert!(matches!(refused.reason, Refused::Missing(_)), "{refused:?}");
    assert_eq!(refused.gas, Gas(LINE_GAS));
}

#[test]
fn payouts_that_do_not_belong_to_the_state_are_noticed() {
    let mut base = opened();
    base.commitment.payout = [Amount(1_000), Amount(501)];
    assert_eq!(
        reason(&base, BOTH, vec![transfer(A, 1)]),
        Refused::Payout,
        "more than all coins"
    );
    base.commitment.payout = [Amount(0), Amount(1_500)];
    assert_eq!(
        reason(&base, BOTH, vec![transfer(A, 1)]),
        Refused::Payout,
        "less than the free coins"
    );
}

#[test]
fn sums_that_do_not_fit_are_refused() {
    let mut base = opened();
    base.commitment.payout = [Amount(u64::MAX), Amount(500)];
    assert_eq!(reason(&base, BOTH, vec![transfer(B, 1)]), Refused::Overflow);
}

#[test]
fn a_broken_machine_is_no_verdict_and_everything_else_is() {
    assert!(!Refused::Overflow.is_machine());
    let error = Halt::Code("bad".to_owned());
    assert!(
        !Refused::Halted {
            operation: 0,
            error
        }
        .is_machine()
    );
}

#[test]
fn fees_are_a_base_a_price_of_bytes_and_a_price_of_gas_rounded_up() {
    assert_eq!(Fees::V1.transaction(0), Some(Amount(500)));
    assert_eq!(Fees::V1.transaction(250), Some(Amount(750)));
    for (gas, coins) in [(0, 0), (1, 1), (1_000, 1), (1_001, 2)] {
        assert_eq!(Fees::V1.gas(Gas(gas)), Amount(coins));
    }
}
