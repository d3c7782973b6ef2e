//! What a party signs without asking its user (docs/spec/channel.md, 5.12).

use twinroot_abi::{Amount, Gas, Height};
use twinroot_party::{Input, Kind, Policy, Rule};
use twinroot_types::{decode, encode};
use twinroot_wire::{Message, Operation};

use crate::toy::{Line, code};
use crate::world::{
    A, B, Do, Node, Pair, call, create, create_of, deposit, env, first_contract, pay, quiet,
    willing, withdraw,
};

fn rule(only: Vec<Kind>) -> Rule {
    Rule {
        only,
        loses: Amount(u64::MAX),
        gas: Gas(u64::MAX),
        same_hold: false,
    }
}

/// Whether a responder with these rules signs the initiator's step without asking, at a state with a
/// contract of 100 coins.
fn signs(rules: Vec<Rule>, operations: Vec<Operation>) -> bool {
    let mut pair = Pair::new();
    pair.agree(A, create_of(b"toy", 60));
    pair.agree(A, call(100, &[]));
    let policy = Policy {
        sign: rules,
        ..quiet()
    };
    let node = pair.node(B);
    node.policy = policy;
    node.restart(twinroot_party::Source::Log);
    let proposal = node.peers_proposal(3, env(1), operations).unwrap();
    let words = node.hear(Message::Propose(Box::new(proposal)));
    let signed = words.contains("send accept 3");
    assert!(signed || words == "ask 3", "{words}");
    signed
}

#[test]
fn without_rules_everything_is_asked_about() {
    assert!(!signs(Vec::new(), pay(A, 1)));
}

#[test]
fn every_operation_is_of_a_kind_that_the_rule_lists() {
    let other = twinroot_abi::ContractId([9; 32]);
    let create_toy = Kind::Create(code(b"toy").hash);
    let run = |entry: &str| Kind::Call(first_contract(), Some(entry.to_owned()));
    let table: [(Kind, Vec<Operation>, bool); 12] = [
        (Kind::Transfer(A), pay(A, 1), true),
        (Kind::Transfer(B), pay(A, 1), false),
        (Kind::Transfer(A), pay(B, 1), false),
        (create_toy.clone(), create(), true),
        (Kind::Create(code(b"toy two").hash), create(), false),
        (create_toy, pay(A, 1), false),
        (Kind::Call(first_contract(), None), call(0, &[]), true),
        (run("run"), call(0, &[]), true),
        (run("walk"), call(0, &[]), false),
        (Kind::Call(other, None), call(0, &[]), false),
        (Kind::LowerHold, lower_hold(), true),
        (Kind::LowerHold, pay(A, 1), false),
    ];
    for (kind, operations, expected) in table {
        let what = format!("{kind:?}: {operations:?}");
        assert_eq!(
            signs(vec![rule(vec![kind])], operations),
            expected,
            "{what}"
        );
    }
    let mut both = pay(A, 1);
    both.extend(call(0, &[]));
    assert!(!signs(vec![rule(vec![Kind::Transfer(A)])], both.clone()));
    let kinds = vec![Kind::Transfer(A), Kind::Call(first_contract(), None)];
    assert!(signs(vec![rule(kinds.clone())], both.clone()));
    let [one, other] = [0, 1].map(|place| rule(vec![kinds[place].clone()]));
    assert!(!signs(vec![one, other], both), "no rule allows it all");
}

fn lower_hold() -> Vec<Operation> {
    vec![Operation::LowerHold { until: Height(9) }]
}

#[test]
fn the_payout_falls_by_no_more_than_the_rule_says() {
    for (loses, expected) in [(4, false), (5, true)] {
        let mut rule = rule(vec![Kind::Transfer(B)]);
        rule.loses = Amount(loses);
        assert_eq!(signs(vec![rule], pay(B, 5)), expected);
    }
    // What a contract pays of its coins counts by its fallback.
    for (loses, expected) in [(19, false), (20, true)] {
        let mut rule = rule(vec![Kind::Call(first_contract(), None)]);
        rule.loses = Amount(loses);
        assert_eq!(signs(vec![rule], call(0, &[Line::Pay(A, 40)])), expected);
    }
}

#[test]
fn the_gas_is_no_more_than_the_rule_says() {
    for (gas, expected) in [(49, false), (50, true)] {
        let mut rule = rule(vec![Kind::Call(first_contract(), None)]);
        rule.gas = Gas(gas);
        assert_eq!(signs(vec![rule], call(0, &[Line::Burn(50)])), expected);
    }
}

#[test]
fn the_hold_does_not_rise_where_the_rule_says_so() {
    let mut rule = rule(vec![
        Kind::Create(code(b"toy").hash),
        Kind::Call(first_contract(), None),
    ]);
    rule.same_hold = true;
    assert!(
        signs(vec![rule.clone()], call(1, &[])),
        "it is held that long already"
    );
    let mut pair = Pair::new();
    pair.agree(A, create_of(b"toy", 60));
    let node = pair.node(B);
    node.policy = Policy {
        sign: vec![rule],
        ..quiet()
    };
    node.restart(twinroot_party::Source::Log);
    let proposal = node.peers_proposal(2, env(1), call(1, &[])).unwrap();
    assert_eq!(node.hear(Message::Propose(Box::new(proposal))), "ask 2");
}

#[test]
fn deposits_and_withdrawals_are_always_asked_about() {
    for operations in [deposit(A, 5, 9), withdraw(A, 5, 9)] {
        let mut node = Node::new(B, willing());
        let proposal = node.peers_funding(1, env(1), operations);
        assert_eq!(node.hear(Message::Propose(Box::new(proposal))), "ask 1");
    }
}

#[test]
fn a_step_that_is_signed_without_asking_is_told() {
    let mut pair = Pair::with([willing(), willing()]);
    pair.play(&[
        (A, Do::Pay(5), "save own 1, sign 1, send propose 1"),
        (
            B,
            Do::Hear,
            "save peer's 1, sign 1, save both 1, send accept 1, agreed 1",
        ),
        (A, Do::Hear, "save both 1, agreed 1"),
    ]);
}

#[test]
fn a_hold_is_lowered_together() {
    let mut pair = Pair::new();
    pair.agree(A, create_of(b"toy", 60));
    pair.agree(A, call(100, &[]));
    assert_eq!(pair.nodes[0].party.commitment().hold_until, Height(60));
    pair.agree(B, lower_hold());
    assert_eq!(pair.nodes[0].party.commitment().hold_until, Height(9));
    let words = pair.node(A).say(Input::Force(lower_hold()));
    assert!(
        words.starts_with("impossible: operation 0: a hold"),
        "{words}"
    );
}

#[test]
fn a_policy_is_data() {
    let policy = willing();
    let bytes = encode(&policy);
    assert_eq!(decode::<Policy>(&bytes, 10_000).unwrap(), policy);
}
