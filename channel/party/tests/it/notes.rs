//! What the parties say to each other beside the channel (docs/spec/channel.md, 5.11).

use twinroot_abi::Round;
use twinroot_party::{Illegal, Input, Report, Source};
use twinroot_wire::{Hello, Message, NOTE_BYTES, Note};

use crate::world::{A, B, Do, Node, Pair, quiet};

fn note(number: u64, text: &str) -> Message {
    Message::Note(Note {
        number,
        bytes: text.as_bytes().to_vec(),
    })
}

fn hello(heard: u64) -> Message {
    Message::Hello(Box::new(Hello {
        newest: None,
        last_round: Round(0),
        heard,
        answer: false,
    }))
}

/// All that its user was told.
fn told(node: &Node) -> Vec<String> {
    let notes = node.reports.iter().filter_map(|report| match report {
        Report::Note(bytes) => Some(String::from_utf8(bytes.clone()).unwrap()),
        _ => None,
    });
    notes.collect()
}

#[test]
fn a_note_is_heard_and_acknowledged() {
    Pair::new().play(&[
        (A, Do::Note("good day"), "send note 0"),
        (B, Do::Hear, "save heard 1, send heard 1, note \"good day\""),
        (A, Do::Hear, "notes heard 1"),
        (B, Do::Note("well met"), "send note 0"),
        (A, Do::Hear, "save heard 1, send heard 1, note \"well met\""),
    ]);
}

#[test]
fn notes_come_in_order_and_once() {
    let mut node = Node::new(B, quiet());
    assert_eq!(node.hear(note(1, "b")), "send heard 0");
    assert_eq!(
        node.hear(note(0, "a")),
        "save heard 1, send heard 1, note \"a\""
    );
    assert_eq!(node.hear(note(0, "a")), "send heard 1");
    assert_eq!(
        node.hear(note(1, "b")),
        "save heard 2, send heard 2, note \"b\""
    );
    assert_eq!(told(&node), ["a", "b"]);
}

#[test]
fn lost_notes_are_sent_again() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Note("a"), "send note 0"),
        (A, Do::Note("b"), "send note 1"),
        (B, Do::Lose, ""),
        (B, Do::Hear, "send heard 0"),
        (A, Do::Hear, ""),
        (A, Do::Tick, "send note 0, send note 1"),
        (B, Do::Hear, "save heard 1, send heard 1, note \"a\""),
        (B, Do::Hear, "save heard 2, send heard 2, note \"b\""),
        (A, Do::Lose, ""),
        (A, Do::Tick, "send note 0, send note 1"),
        (A, Do::Hear, "notes heard 2"),
        (A, Do::Tick, ""),
    ]);
}

#[test]
fn a_greeting_says_which_note_is_waited_for() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Note("a"), "send note 0"),
        (B, Do::Lose, ""),
        (B, Do::Connected, "send hello 0?"),
        (A, Do::Hear, "send hello 0, send note 0"),
        (B, Do::Hear, ""),
        (B, Do::Hear, "save heard 1, send heard 1, note \"a\""),
    ]);
}

#[test]
fn only_so_many_notes_wait() {
    let mut node = Node::new(A, quiet());
    let long = Input::Note(vec![0; NOTE_BYTES + 1]);
    assert_eq!(node.give(long), Err(Illegal::Notes { waiting: 0 }));
    for _ in 0..64 {
        assert!(node.give(Input::Note(vec![0; NOTE_BYTES])).is_ok());
    }
    assert_eq!(
        node.give(Input::Note(vec![1])),
        Err(Illegal::Notes { waiting: 64 })
    );
    assert_eq!(node.hear(Message::Heard(10)), "notes heard 10");
    assert!(node.give(Input::Note(vec![1])).is_ok());
}

#[test]
fn what_was_never_said_cannot_be_heard() {
    let mut node = Node::new(A, quiet());
    node.say(Input::Note(b"a".to_vec()));
    assert_eq!(node.hear(Message::Heard(2)), "");
    assert_eq!(node.hear(Message::Heard(0)), "");
    assert_eq!(node.hear(Message::Heard(1)), "notes heard 1");
    assert_eq!(node.hear(Message::Heard(1)), "", "it is told once");
}

/// A party that began again does not know the number of its next note; its peer does.
#[test]
fn a_row_goes_on_after_its_sender_lost_count() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Note("a"), "send note 0"),
        (B, Do::Hear, "save heard 1, send heard 1, note \"a\""),
        (A, Do::Hear, "notes heard 1"),
        (A, Do::Restart, ""),
        (A, Do::Note("b"), ""),
        (A, Do::Tick, "send hello 0?"),
        (B, Do::Hear, "send hello 0"),
        (A, Do::Hear, "send note 1"),
        (B, Do::Hear, "save heard 2, send heard 2, note \"b\""),
        (A, Do::Hear, "notes heard 2"),
        (A, Do::Note("c"), "send note 2"),
    ]);
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Restart, ""),
        (A, Do::Note("a"), ""),
        (A, Do::Note("b"), ""),
    ]);
    assert_eq!(pair.node(A).hear(hello(7)), "send note 7, send note 8");
}

#[test]
fn a_row_goes_on_after_its_receiver_lost_count() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Note("a"), "send note 0"),
        (B, Do::Hear, "save heard 1, send heard 1, note \"a\""),
        (A, Do::Hear, "notes heard 1"),
    ]);
    pair.node(B)
        .restart_with(Source::Backup { salt: 0 }, Vec::new());
    pair.play(&[
        (A, Do::Note("b"), "send note 1"),
        (B, Do::Connected, "send hello 0?"),
        (B, Do::Hear, "send heard 0"),
        (A, Do::Hear, "send hello 0, send note 0"),
        (A, Do::Hear, ""),
        (B, Do::Hear, "save above gap+0"),
        (B, Do::Hear, "save heard 1, send heard 1, note \"b\""),
        (A, Do::Hear, "notes heard 1"),
        (A, Do::Note("c"), "send note 1"),
    ]);
    assert_eq!(told(&pair.nodes[1]), ["a", "b"]);
}

#[test]
fn what_was_heard_survives_a_restart() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Note("a"), "send note 0"),
        (B, Do::Hear, "save heard 1, send heard 1, note \"a\""),
        (B, Do::Restart, ""),
        (A, Do::Tick, "send note 0"),
        (B, Do::Hear, "send heard 1"),
    ]);
    assert_eq!(told(&pair.nodes[1]), ["a"]);
}

#[test]
fn notes_need_no_free_party() {
    Pair::new().play(&[
        (A, Do::Close(9), "save close 0, sign close 0, send close 0"),
        (A, Do::Note("a"), "send note 0"),
    ]);
}

#[test]
fn zz_late_hello() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Note("a"), "send note 0"),
        (A, Do::Note("b"), "send note 1"),
        (A, Do::Note("c"), "send note 2"),
        (B, Do::Hear, "save heard 1, send heard 1, note \"a\""),
        (B, Do::Connected, "send hello 0?"),
    ]);
    // the hello is delayed
    pair.take_message(A).unwrap();
    let hello = pair.take_message(A).unwrap();
    pair.play(&[
        (B, Do::Hear, "save heard 2, send heard 2, note \"b\""),
        (B, Do::Lose, ""),
        (A, Do::Hear, "notes heard 2"),
    ]);
    let words = pair.node(A).hear(Message::decode(&hello).unwrap());
    assert_eq!(words, "send hello 0, send note 1");
    pair.play(&[
        (B, Do::Hear, ""),
        (B, Do::Hear, "send heard 2"),
        (A, Do::Hear, "notes heard 2"),
        (A, Do::Tick, ""),
    ]);
}
