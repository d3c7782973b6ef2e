//! The bytes of a request for what is missing, and of its answer (docs/spec/oracles.md, 9.4).

use serde::{Deserialize, Serialize};
use twinroot_types::{DecodeError, decode, encode};

use crate::keeper::PAGE;
use crate::{MESSAGE_LIMIT, Page, Place};

/// Asks for the messages from a place on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Request {
    place: (u32, u64),
    answer: AnswerName,
}

/// Names the topic on which the answer is awaited. Chosen by chance, so nobody else waits on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct AnswerName(pub(super) [u8; 16]);

/// A page of messages, each as it was signed. Nothing of it is believed before they were opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Answer {
    from: (u32, u64),
    next: Option<(u32, u64)>,
    pub(super) messages: Vec<Vec<u8>>,
}

impl AnswerName {
    pub(super) fn by_chance() -> Self {
        Self(fastrand::u128(..).to_le_bytes())
    }
}

impl Request {
    pub(super) const fn new(place: Place, answer: AnswerName) -> Self {
        Self {
            place: (place.epoch, place.seq),
            answer,
        }
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        decode(bytes, REQUEST_LIMIT)
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        encode(self)
    }

    pub(super) const fn place(&self) -> Place {
        place(self.place)
    }

    pub(super) const fn answer(&self) -> AnswerName {
        self.answer
    }
}

impl Answer {
    /// What a page says to whoever asked from the place `from` on.
    pub(super) fn new(from: Place, page: &Page) -> Self {
        Self {
            from: (from.epoch, from.seq),
            next: page.next.map(|next| (next.epoch, next.seq)),
            messages: page
                .messages
                .iter()
                .map(|message| message.bytes().to_vec())
                .collect(),
        }
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        decode(bytes, ANSWER_LIMIT)
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        encode(self)
    }

    /// What was asked for.
    pub(super) const fn from(&self) -> Place {
        place(self.from)
    }

    /// Where to ask from for more.
    pub(super) fn next(&self) -> Option<Place> {
        self.next.map(place)
    }
}

const fn place((epoch, seq): (u32, u64)) -> Place {
    Place { epoch, seq }
}

/// 5 + 10 + 16.
const REQUEST_LIMIT: usize = 31;
/// The messages of a page, each with a length of 2 bytes, and what stands before them.
pub(super) const ANSWER_LIMIT: usize = PAGE * (MESSAGE_LIMIT + 2) + 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_of_each_just_fits() {
        let place = Place {
            epoch: u32::MAX,
            seq: u64::MAX,
        };
        let request = Request::new(place, AnswerName([0xff; 16]));
        assert_eq!(request.encode().len(), REQUEST_LIMIT);
        assert_eq!(Request::decode(&request.encode()), Ok(request));
        let answer = Answer {
            from: (u32::MAX, u64::MAX),
            next: Some((u32::MAX, u64::MAX)),
            messages: vec![vec![1; MESSAGE_LIMIT]; PAGE],
        };
        assert_eq!(Answer::decode(&answer.encode()), Ok(answer));
    }

    #[test]
    fn junk_is_refused() {
        for bytes in [&[][..], &[0; 17], &[0; 31], &[0xff; 31]] {
            Request::decode(bytes).unwrap_err();
        }
        Answer::decode(&[]).unwrap_err();
        Answer::decode(&vec![0; ANSWER_LIMIT + 1]).unwrap_err();
    }
}
