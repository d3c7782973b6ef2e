//! Notes: what the parties say to each other beside the channel, in order (docs/spec/channel.md, 5.11).

use twinroot_wire::{Message, NOTE_BYTES, Note};

use crate::Illegal;
use crate::effect::{Effect, Record, Report};
use crate::party::Party;

/// Notes that may wait for the peer.
const WAITING: usize = 64;

pub(crate) fn note(party: &mut Party, bytes: Vec<u8>) -> Result<Vec<Effect>, Illegal> {
    let waiting = party.notes.waiting.len();
    if waiting >= WAITING || bytes.len() > NOTE_BYTES {
        return Err(Illegal::Notes { waiting });
    }
    // Before the peer said where it is, the number stands for nothing.
    let number = party.notes.next.unwrap_or(0);
    let note = Note { number, bytes };
    party.notes.waiting.push_back(note.clone());
    let Some(next) = &mut party.notes.next else {
        return Ok(Vec::new());
    };
    *next = next.saturating_add(1);
    Ok(vec![Effect::Send(Message::Note(note))])
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
    if party.notes.next.is_none_or(|next| below > next) {
        return Vec::new();
    }
    let before = party.notes.waiting.len();
    party.notes.waiting.retain(|note| note.number >= below);
    if party.notes.waiting.len() == before {
        return Vec::new();
    }
    vec![Effect::Report(Report::NotesHeard(below))]
}

/// The peer says which note it waits for. Where one of the two lost count, the row goes on from there.
pub(crate) fn recount(party: &mut Party, waits_for: u64) -> Vec<Effect> {
    let mut effects = heard(party, waits_for);
    let first = party.notes.waiting.front().map(|note| note.number);
    let agree = party.notes.next.is_some_and(|next| waits_for <= next)
        && first.or(party.notes.next) == Some(waits_for);
    if !agree {
        let mut number = waits_for;
        for note in &mut party.notes.waiting {
            note.number = number;
            number = number.saturating_add(1);
        }
        party.notes.next = Some(number);
    }
    effects.extend(say_again(party));
    effects
}

/// The notes that the peer has not got, as far as is known.
pub(crate) fn say_again(party: &Party) -> Vec<Effect> {
    if party.notes.next.is_none() {
        return Vec::new();
    }
    let again = |note: &Note| Effect::Send(Message::Note(note.clone()));
    party.notes.waiting.iter().map(again).collect()
}
