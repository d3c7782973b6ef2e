//! A party that comes back from a copy of some age (docs/spec/channel.md, 5.10).

use twinroot_abi::Round;
use twinroot_party::{Input, Source, Status, ToSign};
use twinroot_wire::{CoSigned, Hello, Message};

use crate::world::{A, B, Do, Pair, env, pay};

const GAP: u64 = 1 << 24;
const DOUBTFUL: &str =
    "illegal: this party came back from a backup: it signs nothing before it has heard of the peer";

fn hello(newest: Option<CoSigned>, last_round: u64) -> Message {
    Message::Hello(Box::new(Hello {
        newest,
        last_round: Round(last_round),
        heard: 0,
        notes_from: 0,
        answer: false,
    }))
}

/// Three steps, of which the initiator's copy has as many records.
fn lost(records: usize) -> Pair {
    let mut pair = Pair::new();
    for coins in [1, 2, 3] {
        pair.agree(A, pay(A, coins));
    }
    let copy = pair.nodes[0].records[..records].to_vec();
    pair.node(A).restart_with(Source::Backup { salt: 0 }, copy);
    pair
}

#[test]
fn a_backup_signs_nothing_before_it_has_heard_of_the_peer() {
    let mut pair = lost(2);
    assert_eq!(pair.nodes[0].party.status(), Status::Doubtful);
    pair.play(&[
        (A, Do::Pay(1), DOUBTFUL),
        (A, Do::Cancel, DOUBTFUL),
        (A, Do::Deposit(1, 9), DOUBTFUL),
        (A, Do::Close(9), DOUBTFUL),
    ]);
    let proposal = pair.nodes[0].peers_proposal(9, env(1), pay(B, 1)).unwrap();
    let words = pair.node(A).hear(Message::Propose(Box::new(proposal)));
    assert_eq!(words, "send refuse 9 Busy, refused 9 Busy");
    let empty = pair.nodes[0].peers_proposal(9, env(1), Vec::new()).unwrap();
    let words = pair.node(A).hear(Message::Propose(Box::new(empty)));
    assert_eq!(
        words, "send refuse 9 Busy, refused 9 Busy",
        "not even a taking back"
    );
    // What it can do alone, it can do.
    pair.play(&[(A, Do::CloseSolo, "post solo close at 1")]);
    assert!(pair.nodes[0].party.checkpoint().is_none());
}

#[test]
fn a_backup_asks_the_peer_and_goes_on_above_a_gap() {
    let mut pair = lost(2);
    pair.play(&[
        (A, Do::Tick, "send hello 1?"),
        (B, Do::Hear, "send hello 3, save heard 16777216"),
        (A, Do::Hear, "save both 3, behind 3, send fetch 3"),
        (B, Do::Hear, "send 2 leaves"),
        (A, Do::Hear, "save above gap+3, save all at 3, caught up 3"),
        (
            A,
            Do::Pay(1),
            "save own 16777220, sign gap+4, send propose gap+4",
        ),
        (B, Do::Hear, "ask gap+4"),
        (
            B,
            Do::Approve,
            "save peer's 16777220, sign gap+4, save both 16777220, send accept gap+4, agreed gap+4",
        ),
        (A, Do::Hear, "save both 16777220, agreed gap+4"),
    ]);
    pair.assert_same();
}

#[test]
fn a_backup_that_lacks_nothing_leaves_the_gap_all_the_same() {
    let mut pair = lost(6);
    pair.play(&[
        (A, Do::Connected, "send hello 3?"),
        (B, Do::Hear, "send hello 3, save heard 16777216"),
        (A, Do::Hear, "save above gap+3"),
        (
            A,
            Do::Pay(1),
            "save own 16777220, sign gap+4, send propose gap+4",
        ),
    ]);
}

/// What is signed again is what the copy has, in the same bytes; everything else lies above whatever
/// may be lost. The driver of these tests remembers all that was ever signed.
#[test]
fn a_backup_never_signs_a_round_again() {
    for records in 0..=6 {
        for (last_round, answers) in [(0, 0), (3, 3), (1_000, 0)] {
            let mut pair = lost(records);
            let newest = pair.nodes[1]
                .party
                .newest()
                .cloned()
                .filter(|_| answers > 0);
            pair.node(A).hear(hello(newest, last_round));
            while !pair.nodes[0].sent.is_empty() {
                pair.deliver(B).unwrap();
            }
            while !pair.nodes[1].sent.is_empty() {
                pair.deliver(A).unwrap();
            }
            let before = pair.nodes[0].signed.len();
            let node = pair.node(A);
            if node.party.status() == Status::Free {
                node.say(Input::Propose(pay(A, 7)));
            }
            for body in &pair.nodes[0].signed[before..] {
                let ToSign::Commitment(commitment) = body else {
                    panic!("it signs commitments only")
                };
                assert!(commitment.round.0 > GAP, "{commitment:?}");
            }
        }
    }
}

/// A proposal of the lost life was still on its way when the two had found each other again.
#[test]
fn what_a_lost_life_proposed_is_given_back_once_the_peer_accepts_it() {
    let mut pair = Pair::new();
    pair.agree(A, pay(A, 1));
    let copy = pair.nodes[0].records.clone();
    pair.node(A).say(Input::Propose(pay(A, 2)));
    let late = pair.node(A).sent.pop_front().unwrap();
    pair.node(A).restart_with(Source::Backup { salt: 0 }, copy);
    pair.play(&[
        (A, Do::Tick, "send hello 1?"),
        (B, Do::Hear, "send hello 1, save heard 16777216"),
        (A, Do::Hear, "save above gap+1"),
    ]);
    pair.node(A).sent.push_back(late);
    pair.play(&[
        (B, Do::Hear, "ask 2"),
        (
            B,
            Do::Approve,
            "save peer's 2, sign 2, save both 2, send accept 2, agreed 2",
        ),
        (A, Do::Hear, "send hello 1?"),
        (B, Do::Hear, "send hello 2"),
        (A, Do::Hear, "save both 2, behind 2, send fetch 2"),
        (B, Do::Hear, "send 2 leaves"),
        (
            A,
            Do::Hear,
            "save above gap+16777217, save all at 2, caught up 2",
        ),
    ]);
    pair.assert_same();
}

/// A copy may be restored more than once, and what was signed in between may be lost as well.
#[test]
fn a_second_life_from_one_backup_signs_elsewhere() {
    let mut pair = lost(2);
    let copy = pair.nodes[0].records[..2].to_vec();
    for salt in 1..4 {
        let node = pair.node(A);
        node.restart_with(Source::Backup { salt }, copy.clone());
        // The peer hides all that it has.
        node.hear(hello(None, 0));
        node.say(Input::Propose(pay(A, salt.into())));
        let round = node.proposed().round.0;
        assert_eq!(round, GAP + (u64::from(salt) << 16) + 2);
    }
}

/// Each life goes on far above the one before, and a copy of before all of them is as good as any.
#[test]
fn a_copy_that_is_older_than_many_lives_goes_on() {
    let mut pair = lost(2);
    let copy = pair.nodes[0].records[..2].to_vec();
    for salt in (0..8).map(|life| u32::MAX - life) {
        pair.node(A)
            .restart_with(Source::Backup { salt }, copy.clone());
        pair.act(A, Do::Tick).unwrap();
        while let Some(side) = [A, B]
            .into_iter()
            .find(|side| !pair.nodes[side.other().index()].sent.is_empty())
        {
            pair.deliver(side).unwrap();
        }
        assert_eq!(pair.nodes[0].party.status(), Status::Free, "salt {salt}");
        pair.agree(A, pay(A, 1));
    }
}

#[test]
fn a_doubtful_party_that_begins_again_is_still_doubtful() {
    let mut pair = lost(2);
    pair.play(&[(A, Do::Restart, "save doubt"), (A, Do::Pay(1), DOUBTFUL)]);
    pair.node(A).hear(hello(None, 0));
    pair.play(&[
        (A, Do::Restart, ""),
        (
            A,
            Do::Pay(1),
            "save own 16777218, sign gap+2, send propose gap+2",
        ),
    ]);
}

#[test]
fn a_peer_that_hides_its_newest_state_gains_nothing() {
    let mut pair = lost(2);
    let hidden = pair.nodes[1].party.newest().cloned().unwrap();
    pair.node(A).hear(hello(None, 0));
    // The next state that both sign beats the hidden one.
    let node = pair.node(A);
    let proposal = node.peers_proposal(GAP + 9, env(1), pay(B, 5)).unwrap();
    node.hear(Message::Propose(Box::new(proposal)));
    node.approve().unwrap();
    let newest = pair.nodes[0].party.newest().unwrap();
    assert!(newest.commitment.round > hidden.commitment.round);
    pair.see();
    let close = twinroot_wire::Action::CloseSolo {
        channel: hidden.commitment.channel,
        state: Some(hidden),
    };
    pair.node(B).posts.push_back(close);
    pair.play(&[
        (B, Do::Include, ""),
        (A, Do::See, "stale close 3, post slash 16777225"),
        (A, Do::Include, ""),
    ]);
}
