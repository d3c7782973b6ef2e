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

fn hello(heard: u64, notes_from: u64) -> Message {
    Message::Hello(Box::new(Hello {
        newest: None,
        last_round: Round(0),
        heard,
        notes_from,
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
        (A, Do::Note("good day"), "save said 64, send note 0"),
        (B, Do::Hear, "save heard 1, send heard 1, note \"good day\""),
        (A, Do::Hear, "notes heard 1"),
        (B, Do::Note("well met"), "save said 64, send note 0"),
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
        (A, Do::Note("a"), "save said 64, send note 0"),
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
        (A, Do::Note("a"), "save said 64, send note 0"),
        (B, Do::Hear, "save heard 1, send heard 1, note \"a\""),
        (A, Do::Lose, ""),
        (B, Do::Connected, "send hello 0?"),
        (A, Do::Hear, "send hello 0, notes heard 1"),
    ]);
}

#[test]
fn a_new_connection_brings_what_was_lost() {
    Pair::new().play(&[
        (A, Do::Note("a"), "save said 64, send note 0"),
        (B, Do::Lose, ""),
        (A, Do::Connected, "send hello 0?, send note 0"),
        (B, Do::Hear, "send hello 0"),
        (B, Do::Hear, "save heard 1, send heard 1, note \"a\""),
    ]);
}

#[test]
fn a_greeting_that_comes_late_loses_no_note() {
    let mut node = Node::new(A, quiet());
    for text in ["a", "b", "c"] {
        node.say(Input::Note(text.as_bytes().to_vec()));
    }
    assert_eq!(node.hear(Message::Heard(2)), "notes heard 2");
    assert_eq!(node.hear(hello(1, 0)), "", "it was said before that");
    assert_eq!(node.say(Input::Tick), "send note 2");
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

/// A party that began again does not know which of the numbers that it set apart it has used.
#[test]
fn a_row_goes_on_after_its_sender_lost_count() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Note("a"), "save said 64, send note 0"),
        (B, Do::Hear, "save heard 1, send heard 1, note \"a\""),
        (A, Do::Hear, "notes heard 1"),
        (A, Do::Restart, ""),
        (A, Do::Note("b"), "save said 128, send note 64"),
        (B, Do::Hear, "send heard 1"),
        (A, Do::Hear, "send hello 0"),
        (B, Do::Hear, "save heard 64"),
        (A, Do::Tick, "send note 64"),
        (B, Do::Hear, "save heard 65, send heard 65, note \"b\""),
        (A, Do::Hear, "notes heard 65"),
        (A, Do::Note("c"), "send note 65"),
    ]);
    assert_eq!(told(&pair.nodes[1]), ["a", "b"]);
}

#[test]
fn a_row_goes_on_after_its_receiver_lost_count() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Note("a"), "save said 64, send note 0"),
        (B, Do::Hear, "save heard 1, send heard 1, note \"a\""),
        (A, Do::Hear, "notes heard 1"),
    ]);
    pair.node(B)
        .restart_with(Source::Backup { salt: 0 }, Vec::new());
    pair.play(&[
        (A, Do::Note("b"), "send note 1"),
        (B, Do::Hear, "send heard 0"),
        (A, Do::Hear, "send hello 0"),
        (B, Do::Hear, "save above gap+0, save heard 1"),
        (A, Do::Tick, "send note 1"),
        (B, Do::Hear, "save heard 2, send heard 2, note \"b\""),
        (A, Do::Hear, "notes heard 2"),
    ]);
    assert_eq!(told(&pair.nodes[1]), ["a", "b"]);
}

/// Its peer may have heard notes that are not in the copy, under numbers that come after it.
#[test]
fn a_sender_from_a_backup_uses_no_number_twice() {
    let mut node = Node::new(A, quiet());
    node.restart_with(Source::Backup { salt: 3 }, Vec::new());
    let first = (1 << 24) + (3 << 16);
    let said = format!("save said {}, send note {first}", first + 64);
    assert_eq!(node.say(Input::Note(b"a".to_vec())), said);
}

#[test]
fn what_was_heard_survives_a_restart() {
    let mut pair = Pair::new();
    pair.play(&[
        (A, Do::Note("a"), "save said 64, send note 0"),
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
        (A, Do::Note("a"), "save said 64, send note 0"),
    ]);
}
