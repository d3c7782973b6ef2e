//! What is inside a message of a session, and how frames are cut into messages (docs/spec/peer.md, 4).

use crate::SessionError;

/// Bytes of a frame that fit into one message.
pub const PIECE: usize = 65_535 - 16 - 1;

/// The inside of one message: its kind, then what belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message<'a> {
    /// The next [`PIECE`] bytes of a frame that goes on.
    Piece(&'a [u8]),
    /// The end of a frame, or all of it.
    Last(&'a [u8]),
    /// The connection is the one that counts between these two.
    Begin,
    /// Nothing to say.
    Alive,
    /// From the next message on the sender uses its next key.
    Rekey,
    /// The last message of its sender.
    Bye(Farewell),
}

/// Why a side ends a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Farewell {
    /// The node stops.
    Stopping,
    /// Another connection between the two is the one that counts.
    Another,
    /// The node has no place for one more peer that it does not expect.
    Full,
    /// The node does not want to be connected to this peer any more.
    Dropped,
}

impl<'a> Message<'a> {
    /// Reads the inside of a message.
    ///
    /// # Errors
    /// [`SessionError::Malformed`] where it is none of the kinds, or not in its one form.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, SessionError> {
        match bytes {
            [0, piece @ ..] if piece.len() == PIECE => Ok(Self::Piece(piece)),
            [1, last @ ..] if last.len() <= PIECE => Ok(Self::Last(last)),
            [2] => Ok(Self::Begin),
            [3] => Ok(Self::Alive),
            [4] => Ok(Self::Rekey),
            [5, 0] => Ok(Self::Bye(Farewell::Stopping)),
            [5, 1] => Ok(Self::Bye(Farewell::Another)),
            [5, 2] => Ok(Self::Bye(Farewell::Full)),
            [5, 3] => Ok(Self::Bye(Farewell::Dropped)),
            _ => Err(SessionError::Malformed),
        }
    }

    /// Appends the inside of the message to `bytes`.
    pub fn encode(self, bytes: &mut Vec<u8>) {
        let (kind, content): (u8, &[u8]) = match self {
            Self::Piece(piece) => (0, piece),
            Self::Last(last) => (1, last),
            Self::Begin => (2, &[]),
            Self::Alive => (3, &[]),
            Self::Rekey => (4, &[]),
            Self::Bye(Farewell::Stopping) => (5, &[0]),
            Self::Bye(Farewell::Another) => (5, &[1]),
            Self::Bye(Farewell::Full) => (5, &[2]),
            Self::Bye(Farewell::Dropped) => (5, &[3]),
        };
        bytes.push(kind);
        bytes.extend_from_slice(content);
    }
}

/// The messages that carry `frame`, in order.
pub fn pieces(frame: &[u8]) -> impl Iterator<Item = Message<'_>> {
    let ends = frame.len().saturating_sub(1) / PIECE * PIECE;
    let (full, last) = frame.split_at(ends);
    full.chunks_exact(PIECE)
        .map(Message::Piece)
        .chain([Message::Last(last)])
}

/// Puts frames together again. It holds what came of one frame and nothing that was only announced.
#[derive(Debug)]
pub struct Assembly {
    limit: usize,
    frame: Vec<u8>,
}

impl Assembly {
    /// For frames of at most `limit` bytes.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            frame: Vec::new(),
        }
    }

    /// Takes a part of a frame that goes on.
    ///
    /// # Errors
    /// [`SessionError::TooLong`] where the frame gets longer than it may.
    pub fn piece(&mut self, piece: &[u8]) -> Result<(), SessionError> {
        if piece.len() > self.limit.saturating_sub(self.frame.len()) {
            return Err(SessionError::TooLong(self.limit));
        }
        self.frame.extend_from_slice(piece);
        Ok(())
    }

    /// Takes the end of a frame; the bytes are the whole of it.
    ///
    /// # Errors
    /// [`SessionError::TooLong`]; [`SessionError::Malformed`] where an empty end follows other pieces, since the frame has then
    /// ended before.
    pub fn last(&mut self, last: &[u8]) -> Result<Vec<u8>, SessionError> {
        if last.is_empty() && !self.frame.is_empty() {
            return Err(SessionError::Malformed);
        }
        self.piece(last)?;
        Ok(core::mem::take(&mut self.frame))
    }
}
