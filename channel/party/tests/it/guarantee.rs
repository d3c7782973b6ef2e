//! The forced-step guarantee, and what a step would cost (docs/spec/channel.md, 7.6).

use twinroot_abi::{Amount, Gas};
use twinroot_exec::{Call, Outcome};
use twinroot_party::{Guarantee, Input, Otherwise, Policy, Report};
use twinroot_rules::{Fees, Refused};
use twinroot_wire::{Action, Message, Operation};

use crate::toy::{Line, code};
use crate::world::{A, B, Node, Pair, call, create, deposit, pay, quiet};

/// A party that minds what forcing costs.
fn minding(otherwise: Otherwise) -> Policy {
    Policy {
        guarantee: Guarantee {
            update_bytes: 100,
            witness_bytes: 100,
            gas: Gas(10_000),
            otherwise,
        },
        ..Policy::default()
    }
}

/// Deposits of which a forced step costs 1,350 and a close 1,140, so that both are not worth it.
fn rich(pair: &mut Pair) {
    for side in [A, B] {
        let step = deposit(side, 10_000, pair.chain.height() + 10);
        pair.node(side).give(Input::Propose(step)).unwrap();
        pair.deliver(side.other()).unwrap();
        pair.node(side.other()).approve().unwrap();
        pair.deliver(side).unwrap();
        pair.include(side).unwrap();
        pair.see();
        (0..3).for_each(|_| pair.chain.block());
        pair.see();
    }
    pair.node(A).reports.clear();
    pair.node(B).reports.clear();
}

fn warnings(node: &Node) -> usize {
    let warns = |report: &&Report| matches!(report, Report::Unaffordable { .. });
    node.reports.iter().filter(warns).count()
}

#[test]
fn what_a_forced_step_may_cost_counts_bytes_gas_and_codes() {
    let guarantee = minding(Otherwise::Warn).guarantee;
    let none = guarantee.worst_fee(std::iter::empty()).unwrap();
    assert_eq!(none, Amount(500 + 100 + 100 + 640 + 10));
    let with = guarantee.worst_fee([1_000].into_iter()).unwrap();
    assert_eq!(with.0 - none.0, 500 + 1_000 + 640);
    assert_eq!(guarantee.worst_fee([usize::MAX].into_iter()), None);
}

#[test]
fn a_state_that_protects_too_little_is_not_signed() {
    let mut pair = Pair::with([minding(Otherwise::Refuse), minding(Otherwise::Refuse)]);
    rich(&mut pair);
    // What is left would not pay for a close.
    let words = pair.node(A).say(Input::Propose(pay(A, 9_900)));
    assert_eq!(words, "1140 to protect 1100, not proposed");
    let round = pair.nodes[0].party.standing().round.0 + 1;
    let at = pair.chain.now();
    let proposal = pair.nodes[0]
        .peers_proposal(round, at, pay(A, 9_900))
        .unwrap();
    let words = pair.node(A).hear(Message::Propose(Box::new(proposal)));
    assert!(words.contains("Unaffordable"), "{words}");
    let proposal = pair.nodes[0]
        .peers_proposal(round, at, pay(A, 9_800))
        .unwrap();
    let words = pair.node(A).hear(Message::Propose(Box::new(proposal)));
    assert_eq!(words, format!("ask {round}"));
}

#[test]
fn a_warned_user_may_sign_it() {
    let mut pair = Pair::with([minding(Otherwise::Warn), minding(Otherwise::Warn)]);
    rich(&mut pair);
    pair.agree(A, pay(A, 9_900));
    assert_eq!((warnings(&pair.nodes[0]), warnings(&pair.nodes[1])), (1, 0));
    // From there on it is no news.
    pair.agree(A, pay(A, 1));
    assert_eq!(warnings(&pair.nodes[0]), 1);
}

#[test]
fn a_user_may_not_mind() {
    let mut pair = Pair::with([minding(Otherwise::Ignore), minding(Otherwise::Ignore)]);
    rich(&mut pair);
    pair.agree(A, pay(A, 9_900));
    assert_eq!(warnings(&pair.nodes[0]), 0);
}

#[test]
fn a_channel_that_is_too_small_from_the_beginning_warns_nobody() {
    let mut pair = Pair::with([minding(Otherwise::Refuse), minding(Otherwise::Refuse)]);
    pair.agree(A, pay(A, 10));
    pair.agree(B, create());
    assert_eq!(warnings(&pair.nodes[0]), 0);
}

#[test]
fn coins_of_a_contract_are_defended_by_force() {
    let mut pair = Pair::with([minding(Otherwise::Warn), minding(Otherwise::Ignore)]);
    rich(&mut pair);
    pair.agree(A, create());
    pair.agree(A, pay(A, 9_700));
    assert_eq!(warnings(&pair.nodes[0]), 0, "1300 coins pay for a close");
    pair.agree(B, call(100, &[]));
    assert_eq!(
        warnings(&pair.nodes[0]),
        1,
        "and for no forced step with its code"
    );
}

#[test]
fn codes_that_the_ledger_knows_cost_nothing() {
    for (published, expected) in [(false, 1), (true, 0)] {
        let mut pair = Pair::with([minding(Otherwise::Warn), minding(Otherwise::Ignore)]);
        rich(&mut pair);
        if published {
            pair.node(A).say(Input::Published(code(b"toy").hash));
        }
        pair.agree(A, create());
        pair.agree(A, pay(A, 9_000));
        pair.agree(B, call(100, &[]));
        assert_eq!(warnings(&pair.nodes[0]), expected);
    }
}

#[test]
fn an_account_that_cannot_pay_is_minded_too() {
    // A forced step, and the code with it.
    let fee = 1_350 + 500 + 3 + 640;
    for (funds, expected) in [(fee - 1, 1), (fee, 0)] {
        let mut pair = Pair::with([minding(Otherwise::Warn), minding(Otherwise::Ignore)]);
        rich(&mut pair);
        pair.node(A).say(Input::Funds(Amount(funds)));
        pair.agree(A, create());
        assert_eq!(warnings(&pair.nodes[0]), 0, "a close needs less");
        pair.agree(B, call(100, &[]));
        assert_eq!(warnings(&pair.nodes[0]), expected);
    }
}

#[test]
fn a_dry_run_changes_nothing_and_tells_the_price() {
    let pair = Pair::with_contract();
    let party = &pair.nodes[0].party;
    let before = format!("{party:?}");
    let run = party
        .dry_run(
            call(5, &[Line::Pay(A, 40), Line::Burn(70)]),
            &crate::toy::Toy,
        )
        .unwrap();
    assert_eq!(run.gas, Gas(80));
    assert_eq!(run.commitment.payout, [Amount(967), Amount(1_033)]);
    assert_eq!(run.receipts.len(), 1);
    assert_eq!(format!("{party:?}"), before);
    let price = run.price.unwrap();
    assert_eq!(
        price.needs.0, price.fee.0,
        "one coin buys both 80 and 1,000 gas"
    );
    assert!(price.bytes > price.witness_bytes);
    let fee = Fees::V1.transaction(price.bytes).unwrap().0 + 1;
    assert_eq!(price.fee, Amount(fee));
    assert!(
        price.publish > Amount(500),
        "the code is not known to the ledger"
    );
}

#[test]
fn the_price_is_what_the_ledger_takes_at_most() {
    let mut pair = Pair::with_contract();
    let step = call(5, &[Line::Pay(A, 40)]);
    let run = pair.nodes[0].party.dry_run(step.clone(), &crate::toy::Toy);
    let price = run.unwrap().price.unwrap();
    pair.node(A).say(Input::Force(step));
    let Some(Action::Force(force)) = pair.nodes[0].posts.pop_front() else {
        panic!("it was posted")
    };
    let action = Action::Force(force);
    let transaction = twinroot_wire::Transaction {
        chain: pair.nodes[0].party.commitment().chain,
        version: 1,
        sender: crate::world::secret(A).public(),
        nonce: u64::MAX,
        expiry: twinroot_abi::Height(u64::MAX),
        action,
    };
    let bytes = transaction.sign(&crate::world::secret(A)).encode().len();
    assert!(
        bytes <= price.bytes && bytes + 8 > price.bytes,
        "{bytes} {}",
        price.bytes
    );
}

#[test]
fn what_cannot_be_forced_has_no_price() {
    let party = Node::new(A, quiet()).party;
    let run = party.dry_run(pay(B, 5), &crate::toy::Toy).unwrap();
    assert_eq!(run.price, None);
    let refused = party.dry_run(pay(A, 5_000), &crate::toy::Toy);
    assert!(matches!(refused, Err(Refused::Coins { .. })));
}

#[test]
fn a_contract_can_be_asked_without_a_trace() {
    let mut pair = Pair::with_contract();
    pair.agree(A, call(0, &[Line::Store(3, 42)]));
    let Some(Operation::Call(mut ask)) = call(0, &[Line::Read(3)]).pop() else {
        panic!("it is a call")
    };
    let read = |call: Call| pair.nodes[1].party.read(call, &crate::toy::Toy);
    assert_eq!(read(ask.clone()).unwrap().returned, [42]);
    ask.args = twinroot_types::encode(&vec![Line::Revert(7)]);
    assert_eq!(read(ask.clone()).unwrap().outcome, Outcome::Revert(7));
    ask.contract.0[0] ^= 1;
    assert!(matches!(read(ask), Err(Refused::Coins { .. })));
}
