//! Notes: what the parties say to each other beside the channel, in order (docs/spec/channel.md, 5.11).

use twinroot_wire::{Message, NOTE_BYTES, Note};

use super::hello::hello;
use crate::Illegal;
use crate::effect::{Effect, Record, Report};
use crate::party::Party;

/// Notes that may wait for the peer.
const WAITING: usize = 64;

/// Numbers that one record sets apart, so that not every note needs one.
const NUMBERS: u64 = 64;

pub(crate) fn note(party: &mut Party, bytes: Vec<u8>) -> Result<Vec<Effect>, Illegal> {
    let notes = &mut party.notes;
    let waiting = notes.waiting.len();
    if waiting >= WAITING || bytes.len() > NOTE_BYTES {
        return Err(Illegal::Notes { waiting });
    }
    let mut effects = Vec::new();
    if notes.next >= notes.set_apart {
        notes.set_apart = notes.next.saturating_add(NUMBERS);
        effects.push(Effect::Persist(Record::Said(notes.set_apart)));
    }
    let number = notes.next;
    notes.next = number.saturating_add(1);
    let note = Note { number, bytes };
    notes.waiting.push_back(note.clone());
    effects.push(Effect::Send(Message::Note(note)));
    Ok(effects)
}

/// The peer's note: the next one is taken, any other one only answered.
pub(crate) fn noted(party: &mut Party, note: Note) -> Vec<Effect> {
    if note.number != party.notes.heard {
        return vec![Effect::Send(Message::Heard(party.notes.heard))];
    }
    party.notes.heard = party.notes.heard.saturating_add(1);
    let heard = party.notes.heard;
    vec![
        Effect::Persist(Record::Heard(heard)),
        Effect::Send(Message::Heard(heard)),
        Effect::Report(Report::Note(note.bytes)),
    ]
}

/// The peer has the notes below a number.
pub(crate) fn heard(party: &mut Party, below: u64) -> Vec<Effect> {
    let before = party.notes.waiting.len();
    if below <= party.notes.next {
        party.notes.waiting.retain(|note| note.number >= below);
    }
    if party.notes.waiting.len() == before {
        return Vec::new();
    }
    vec![Effect::Report(Report::NotesHeard(below))]
}

/// The peer waits for a note. If that one is not here any more, it is told where the row goes on.
pub(crate) fn waits_for(party: &mut Party, number: u64) -> Vec<Effect> {
    if number < first(party) {
        return vec![hello(party, false)];
    }
    heard(party, number)
}

/// The peer has no notes below a number any more: what was not heard of them is lost. Numbers only
/// rise, so a greeting that comes late says nothing new.
pub(crate) fn skip(party: &mut Party, from: u64) -> Option<Effect> {
    if from <= party.notes.heard {
        return None;
    }
    party.notes.heard = from;
    Some(Effect::Persist(Record::Heard(from)))
}

/// The first note that the peer may still get.
pub(crate) fn first(party: &Party) -> u64 {
    let waiting = party.notes.waiting.front();
    waiting.map_or(party.notes.next, |note| note.number)
}

/// The notes that the peer has not got, as far as is known.
pub(crate) fn say_again(party: &Party) -> Vec<Effect> {
    let again = |note: &Note| Effect::Send(Message::Note(note.clone()));
    party.notes.waiting.iter().map(again).collect()
}
