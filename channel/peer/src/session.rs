//! What two nodes say to each other after the handshake (docs/spec/peer.md, 4 and 5). It knows no socket and no clock.

use snow::TransportState;
use twinroot_abi::PublicKey;

use crate::hello::Hello;
use crate::message::{Assembly, Farewell, Message};

/// An encrypted connection that both have proven their keys on.
pub struct Session {
    noise: TransportState,
    peer: PublicKey,
    most_to_send: usize,
    assembly: Assembly,
    /// Whether the peer has said that the connection counts.
    has_begun: bool,
    sent: Sent,
    /// The inside of the message that is being sealed.
    plain: Vec<u8>,
    /// Room for the inside of the message that is being opened, as large as the largest so far.
    opened: Vec<u8>,
}

/// What was sent under one key.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sent {
    /// Messages.
    pub messages: u64,
    /// Their bytes as they travel.
    pub bytes: u64,
}

/// What a message of the peer comes to.
#[derive(Debug, PartialEq, Eq)]
pub enum Heard {
    /// The peer says that this is the connection that counts. It is the first message.
    Begin,
    /// A whole frame.
    Frame(Vec<u8>),
    /// A part of a frame that goes on.
    Piece,
    /// A sign of life, or a change of keys.
    Alive,
    /// Nothing comes after it.
    Bye(Farewell),
}

impl Session {
    pub(crate) fn new(noise: TransportState, own: &Hello, theirs: &Hello) -> Self {
        Self {
            noise,
            peer: theirs.certificate.key,
            most_to_send: own.frame_limit.min(theirs.frame_limit) as usize,
            assembly: Assembly::new(own.frame_limit as usize),
            has_begun: false,
            sent: Sent::default(),
            plain: Vec::new(),
            opened: Vec::new(),
        }
    }

    /// Whose connection it is: the channel key that the peer has proven.
    #[must_use]
    pub fn peer(&self) -> PublicKey {
        self.peer
    }

    /// Bytes of the longest frame that both sides allow to be sent to the peer.
    #[must_use]
    pub fn most_to_send(&self) -> usize {
        self.most_to_send
    }

    /// What was sent since the last change of keys.
    #[must_use]
    pub fn sent(&self) -> Sent {
        self.sent
    }

    /// Appends `message` to `bytes` as it travels: the length, then the sealed message. After [`Message::Rekey`] the next key is
    /// used.
    ///
    /// # Errors
    /// [`SessionError::Exhausted`] where the connection has been used up.
    pub fn say(&mut self, message: Message<'_>, bytes: &mut Vec<u8>) -> Result<(), SessionError> {
        self.plain.clear();
        message.encode(&mut self.plain);
        let sealed = self.plain.len() + TAG;
        let start = bytes.len();
        let length = u16::try_from(sealed).map_err(|_| SessionError::Exhausted)?;
        bytes.extend_from_slice(&length.to_be_bytes());
        let place = bytes.len();
        bytes.resize(place + sealed, 0);
        self.noise
            .write_message(&self.plain, &mut bytes[place..])
            .map_err(|_| SessionError::Exhausted)?;
        self.sent.messages += 1;
        self.sent.bytes += (bytes.len() - start) as u64;
        if message == Message::Rekey {
            self.noise.rekey_outgoing();
            self.sent = Sent::default();
        }
        Ok(())
    }

    /// Opens a message as it came, without its length.
    ///
    /// # Errors
    /// [`SessionError`]: the peer is at fault, or someone on the way; the connection is of no more use.
    pub fn hear(&mut self, sealed: &[u8]) -> Result<Heard, SessionError> {
        if self.opened.len() < sealed.len() {
            self.opened.resize(sealed.len(), 0);
        }
        let length = self
            .noise
            .read_message(sealed, &mut self.opened)
            .map_err(|_| SessionError::NotVerified)?;
        let plain = self.opened.get(..length).ok_or(SessionError::Malformed)?;
        let message = Message::decode(plain)?;
        let is_first = !core::mem::replace(&mut self.has_begun, true);
        match message {
            Message::Bye(why) => Ok(Heard::Bye(why)),
            Message::Begin if is_first => Ok(Heard::Begin),
            Message::Begin => Err(SessionError::OutOfOrder),
            _ if is_first => Err(SessionError::OutOfOrder),
            Message::Piece(piece) => self.assembly.piece(piece).map(|()| Heard::Piece),
            Message::Last(last) => self.assembly.last(last).map(Heard::Frame),
            Message::Alive => Ok(Heard::Alive),
            Message::Rekey => {
                self.noise.rekey_incoming();
                Ok(Heard::Alive)
            }
        }
    }
}

const TAG: usize = 16;

/// Why a connection is of no more use; the peer or someone on the way is at fault, but for the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SessionError {
    /// The message was altered, replayed, left out before, or comes at another place.
    #[error(
        "a message does not verify: it was altered on the way, replayed, or one before it is missing"
    )]
    NotVerified,
    /// The peer has sealed something that is no message.
    #[error("the peer sends messages that are malformed")]
    Malformed,
    /// The peer did not begin with a beginning, or began twice.
    #[error("the peer sends messages out of order")]
    OutOfOrder,
    /// The peer sends a frame that is longer than it was told.
    #[error("the peer sends a frame of more than {0} bytes")]
    TooLong(usize),
    /// So many messages were sent that the connection must end.
    #[error("the connection is used up")]
    Exhausted,
}
