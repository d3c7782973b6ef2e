//! A party that lacks the newest state, which its peer gives it back (docs/spec/channel.md, 5.10).

use twinroot_abi::{Hash, Round};
use twinroot_party::{Illegal, Input, Record, Status};
use twinroot_types::{Limits, encode};
use twinroot_wire::{CoSigned, Hello, Leaf, Message, Reason};

use crate::toy::Line;
use crate::world::{A, B, Do, Pair, call, create, pay, quiet};

fn hello(newest: Option<CoSigned>, last_round: u64) -> Message {
    Message::Hello(Box::new(Hello {
        newest,
        last_round: Round(last_round),
        heard: 0,
        notes_from: 0,
        answer: false,
    }))
}

/// The initiator lacks a state with a contract of many slots.
fn behind() -> Pair {
    let mut pair = Pair::new();
    let old = pair.nodes[0].clone();
    pair.agree(A, create());
    let many: Vec<Line> = (0..90).map(|slot| Line::Store(slot, slot)).collect();
    for value in 0..3 {
        let mut script = many.clone();
        script.push(Line::Store(91 + value, 1));
        pair.agree(B, call(10, &script));
    }
    let newest = pair.nodes[1].party.newest().cloned();
    pair.nodes[0] = old;
    let words = pair.node(A).hear(hello(newest, 4));
    assert_eq!(words, "save both 4, behind 4, send fetch 4");
    pair
}

/// The leaves of the state, as the peer gives them.
fn leaves(pair: &mut Pair) -> Vec<Leaf> {
    let fetch = Message::Fetch {
        round: Round(4),
        after: None,
    };
    pair.node(B).hear(fetch);
    let answer = pair.node(B).sent.pop_back().unwrap();
    let Message::Leaves { leaves, last, .. } = Message::decode(&answer).unwrap() else {
        panic!("it gives leaves")
    };
    assert!(last);
    leaves
}

fn part(leaves: &[Leaf], last: bool) -> Message {
    Message::Leaves {
        round: Round(4),
        leaves: leaves.to_vec(),
        last,
    }
}

#[test]
fn a_lost_state_is_fetched_and_checked() {
    let mut pair = behind();
    pair.play(&[
        (
            A,
            Do::Pay(1),
            "illegal: the newest state, of round 4, is not here: catch up with the peer, or close",
        ),
        (B, Do::Hear, "send 97 leaves"),
        (A, Do::Hear, "save above gap+4, save all at 4, caught up 4"),
    ]);
    pair.assert_same();
    assert_eq!(pair.nodes[0].party.status(), Status::Free);
    pair.play(&[(A, Do::Restart, "")]);
    pair.assert_same();
}

#[test]
fn it_comes_in_parts_and_lost_parts_are_asked_for_again() {
    let mut pair = behind();
    let leaves = leaves(&mut pair);
    let node = pair.node(A);
    assert_eq!(node.hear(part(&leaves[..40], false)), "send fetch 4 on");
    assert_eq!(node.hear(part(&leaves[..40], false)), "", "once");
    assert_eq!(node.say(Input::Tick), "send hello 4?, send fetch 4 on");
    let words = node.hear(part(&leaves[40..], true));
    assert_eq!(words, "save above gap+4, save all at 4, caught up 4");
}

#[test]
fn a_large_state_is_given_in_parts() {
    let mut pair = Pair::new();
    pair.agree(A, create());
    for start in [0, 85, 166] {
        let script: Vec<Line> = (0..90).map(|slot| Line::Store(start + slot, 1)).collect();
        pair.agree(A, call(0, &script));
    }
    let mut fetch = Message::Fetch {
        round: Round(4),
        after: None,
    };
    let mut count = 0;
    for expected in ["send 256 leaves and more", "send 4 leaves"] {
        assert_eq!(pair.node(B).hear(fetch), expected);
        let answer = pair.node(B).sent.pop_back().unwrap();
        let Message::Leaves { leaves, .. } = Message::decode(&answer).unwrap() else {
            panic!("it gives leaves")
        };
        count += leaves.len();
        fetch = Message::Fetch {
            round: Round(4),
            after: leaves.last().map(|leaf| leaf.key),
        };
    }
    assert_eq!(count, 260);
}

#[test]
fn a_forged_state_is_not_fetched() {
    let mut pair = behind();
    let good = leaves(&mut pair);
    type Forge = fn(&mut Vec<Leaf>);
    let forgeries: [Forge; 4] = [
        |leaves| leaves[0].value[0] ^= 1,
        |leaves| {
            leaves.pop();
        },
        |leaves| {
            leaves.push(Leaf {
                key: Hash([255; 32]),
                value: vec![1],
            });
        },
        |leaves| leaves.clear(),
    ];
    for forge in forgeries {
        let mut leaves = good.clone();
        forge(&mut leaves);
        let node = pair.node(A);
        assert_eq!(node.hear(part(&leaves, true)), "");
        assert_eq!(node.party.status(), Status::Behind(Round(4)));
        assert_eq!(
            node.say(Input::Tick),
            "send hello 4?, send fetch 4",
            "from the beginning"
        );
    }
    let node = pair.node(A);
    let mut turned = good.clone();
    turned.swap(3, 4);
    assert_eq!(node.hear(part(&turned, true)), "", "out of order");
    let words = node.hear(part(&good, true));
    assert_eq!(words, "save above gap+4, save all at 4, caught up 4");
}

#[test]
fn a_peer_cannot_fill_the_memory_with_leaves() {
    let mut pair = behind();
    let key = |number: u16| {
        let mut key = [0; 32];
        key[..2].copy_from_slice(&number.to_be_bytes());
        Hash(key)
    };
    let short = |number| Leaf {
        key: key(number),
        value: vec![1],
    };
    pair.nodes[0].policy.leaves = 300;
    let policy = pair.nodes[0].policy.clone();
    assert_ne!(policy, quiet());
    pair.play(&[(A, Do::Restart, "")]);
    let node = pair.node(A);
    assert_eq!(node.party.status(), Status::Behind(Round(4)));
    let first: Vec<Leaf> = (0..200).map(short).collect();
    assert_eq!(node.hear(part(&first, false)), "send fetch 4 on");
    let more: Vec<Leaf> = (200..301).map(short).collect();
    assert_eq!(
        node.hear(part(&more, false)),
        "",
        "more than its policy allows"
    );
    // What no leaf can be, or what is too much in one message, is not even decoded.
    let long = Leaf {
        key: key(400),
        value: vec![0; Limits::V1.value_bytes + 1],
    };
    assert!(Message::decode(&encode(&part(&[long], false))).is_err());
    let flood: Vec<Leaf> = (0..257).map(short).collect();
    assert!(Message::decode(&encode(&part(&flood, false))).is_err());
}

#[test]
fn leaves_that_were_not_asked_for_are_ignored() {
    let mut pair = behind();
    let leaves = leaves(&mut pair);
    let other = Message::Leaves {
        round: Round(3),
        leaves: leaves.clone(),
        last: true,
    };
    assert_eq!(pair.node(A).hear(other), "", "of another round");
    assert_eq!(
        pair.node(B).hear(part(&leaves, true)),
        "",
        "it lacks nothing"
    );
    let fetch = Message::Fetch {
        round: Round(3),
        after: None,
    };
    assert_eq!(pair.node(B).hear(fetch), "", "it has only the newest");
}

#[test]
fn a_still_newer_state_takes_the_place_of_the_one_that_is_fetched() {
    let mut pair = Pair::new();
    let old = pair.nodes[0].clone();
    pair.agree(A, pay(A, 1));
    let first = pair.nodes[1].party.newest().cloned();
    pair.agree(A, pay(A, 2));
    let second = pair.nodes[1].party.newest().cloned();
    pair.nodes[0] = old;
    let node = pair.node(A);
    assert_eq!(
        node.hear(hello(first, 1)),
        "save both 1, behind 1, send fetch 1"
    );
    assert_eq!(
        node.hear(hello(second, 2)),
        "save both 2, behind 2, send fetch 2"
    );
}

#[test]
fn a_party_that_is_behind_begins_again_behind() {
    let mut pair = behind();
    pair.play(&[
        (A, Do::Restart, ""),
        (A, Do::Tick, "send hello 4?, send fetch 4"),
        (B, Do::Lose, ""),
        (B, Do::Hear, "send 97 leaves"),
        (A, Do::Hear, "save above gap+4, save all at 4, caught up 4"),
    ]);
    let last = pair.nodes[0].records.last();
    assert!(matches!(last, Some(Record::Checkpoint(_))));
}

/// The ledger was looked at before the state was here that its steps rest on.
#[test]
fn forced_steps_on_a_lost_state_are_taken_over_once_it_is_there() {
    let mut pair = Pair::new();
    let old = pair.nodes[0].clone();
    pair.agree(A, pay(A, 1));
    pair.nodes[0] = old;
    pair.node(B).say(Input::Force(pay(B, 5)));
    pair.play(&[
        (B, Do::Include, ""),
        (B, Do::See, "save forced on 1, took over a step on 1"),
        (A, Do::See, "save both 1, behind 1, send fetch 1"),
        (B, Do::Hear, "send 2 leaves"),
        (
            A,
            Do::Hear,
            "save above gap+1, save all at 1, caught up 1, save forced on 1, took over a step on 1",
        ),
    ]);
    pair.assert_same();
}

#[test]
fn a_newer_state_ends_being_behind_an_older_one() {
    let mut pair = Pair::new();
    let mut old = pair.nodes[0].clone();
    pair.agree(A, pay(A, 1));
    let newest = pair.nodes[1].party.newest().cloned();
    // It had proposed above, and the peer accepts that.
    old.say(Input::Propose(pay(A, 7)));
    old.hear(Message::Refuse {
        round: Round(1),
        reason: Reason::Taken(Round(4)),
    });
    old.hear(hello(newest, 1));
    assert_eq!(old.party.status(), Status::Behind(Round(1)));
    let signature = crate::world::sign_commitment(B, old.proposed());
    let round = Round(5);
    let words = old.hear(Message::Accept { round, signature });
    assert_eq!(words, "save both 5, agreed 5");
    assert_eq!(old.party.status(), Status::Free);
    assert_eq!(old.give(Input::Cancel), Err(Illegal::NothingToDo));
}
