//! Code that only one of the two has (docs/spec/channel.md, 5.2).

use twinroot_abi::CodeHash;
use twinroot_party::{Input, Party};
use twinroot_wire::{Message, Package};

use crate::toy::{Toy, code};
use crate::world::{A, B, Do, Node, Pair, create, create_of, env, parameters, quiet};

/// A pair of which only the initiator knows a second contract.
fn unequal() -> Pair {
    let mut pair = Pair::new();
    let spec = b"what it does".to_vec();
    pair.node(A).party.learn_with(code(b"toy two"), spec);
    pair
}

fn package(wasm: &[u8]) -> Message {
    Message::Code(Package {
        wasm: wasm.to_vec(),
        spec: Vec::new(),
    })
}

#[test]
fn code_that_is_missing_is_asked_for_and_the_step_comes_again() {
    let mut pair = unequal();
    pair.node(A).say(Input::Propose(create_of(b"toy two", 0)));
    pair.play(&[
        (B, Do::Hear, "send want code"),
        (A, Do::Hear, "send code, send propose 1"),
        (B, Do::Hear, ""),
        (B, Do::Hear, "ask 1"),
        (
            B,
            Do::Approve,
            "save peer's 1, sign 1, save both 1, send accept 1, agreed 1",
        ),
        (A, Do::Hear, "save both 1, agreed 1"),
    ]);
    let package = pair.nodes[1].party.package(code(b"toy two").hash).unwrap();
    assert_eq!(package.spec, b"what it does", "with what its author says");
}

#[test]
fn what_was_lost_on_the_way_is_asked_for_again() {
    let mut pair = unequal();
    pair.node(A).say(Input::Propose(create_of(b"toy two", 0)));
    pair.play(&[
        (B, Do::Hear, "send want code"),
        (A, Do::Lose, ""),
        (A, Do::Tick, "send propose 1"),
        (B, Do::Hear, "send want code"),
        (A, Do::Hear, "send code, send propose 1"),
        (B, Do::Lose, ""),
        (B, Do::Hear, "send want code"),
        // Not at once again, or two parties could go on like that for ever.
        (A, Do::Hear, ""),
        (A, Do::Tick, "send propose 1"),
        (B, Do::Hear, "send want code"),
        (A, Do::Hear, "send code, send propose 1"),
        (B, Do::Hear, ""),
        (B, Do::Hear, "ask 1"),
    ]);
}

/// The peer's gate does not take the code, or has no room for it.
#[test]
fn a_peer_that_cannot_use_the_code_is_not_flooded_with_it() {
    let mut pair = unequal();
    pair.node(A).say(Input::Propose(create_of(b"toy two", 0)));
    let mut sent = 0;
    while pair.nodes.iter().any(|node| !node.sent.is_empty()) {
        if let Some(bytes) = pair.take_message(B)
            && !matches!(Message::decode(&bytes), Ok(Message::Code(_)))
        {
            pair.node(B).hear(Message::decode(&bytes).unwrap());
        }
        if !pair.nodes[1].sent.is_empty() {
            pair.deliver(A).unwrap();
        }
        sent += 1;
        assert!(sent < 10, "a storm");
    }
}

#[test]
fn code_that_is_not_known_is_not_given() {
    let mut node = Node::new(A, quiet());
    assert_eq!(node.hear(Message::WantCode(CodeHash([9; 32]))), "");
    assert_eq!(node.party.package(CodeHash([9; 32])), None);
    let known = Message::WantCode(code(b"toy").hash);
    assert_eq!(node.hear(known), "send code");
}

#[test]
fn a_party_learns_what_passes_its_gate() {
    let mut node = Node::new(A, quiet());
    let before = node.party.codes().len();
    for wasm in [&b"no toy"[..], b"broken"] {
        assert_eq!(node.hear(package(wasm)), "");
        assert_eq!(node.party.codes().len(), before);
    }
    node.hear(package(b"toy two"));
    assert_eq!(node.party.codes().len(), before + 1);
}

#[test]
fn a_peer_cannot_fill_the_memory_with_codes() {
    let mut node = Node::new(A, quiet());
    for number in 0..400u16 {
        node.hear(package(format!("toy {number}").as_bytes()));
    }
    assert_eq!(node.party.codes().len(), 256);
}

#[test]
fn a_user_makes_code_known_itself() {
    let mut party = Party::new(&parameters(), A, env(1), quiet()).unwrap();
    let effects = party.step(Input::Propose(create()), &Toy).unwrap();
    assert!(
        crate::world::word(&effects[0]).starts_with("impossible: operation 0: the contract's code")
    );
    party.learn(code(b"toy"));
    assert_eq!(party.step(Input::Propose(create()), &Toy).unwrap().len(), 2);
}
