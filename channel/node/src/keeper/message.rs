//! What nodes say to each other that is of no channel: frames whose channel is 32 zero bytes.

use serde::{Deserialize, Serialize};
use twinroot_types::{DecodeError, Limits, decode, encode};

/// The name in front of such a frame.
pub(crate) const NODE: [u8; 32] = [0; 32];

/// The longest copy that is kept for a peer, in bytes.
pub(crate) const KEPT_BYTES: usize = Limits::V1.transaction_bytes;

/// What a node says to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NodeMessage {
    /// Keep this for me, in the place of what you kept before. Only I can open it.
    Keep(Vec<u8>),
    /// Yours is on my disk: its hash.
    Kept([u8; 32]),
    /// Yours is not kept; it says why, for people.
    NotKept(String),
    /// Give me what you keep for me.
    Give,
    /// This, if anything.
    Given(Option<Vec<u8>>),
}

impl NodeMessage {
    /// As a frame.
    #[must_use]
    pub fn frame(&self) -> Vec<u8> {
        let mut frame = NODE.to_vec();
        frame.extend(encode(self));
        frame
    }

    /// What a frame says, without its name.
    ///
    /// # Errors
    /// [`DecodeError`]; the peer is at fault.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        decode(bytes, KEPT_BYTES + AROUND)
    }
}

/// Bytes of a message beside the copy in it, at most.
const AROUND: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_off_or_too_long_is_no_message() {
        let message = NodeMessage::Given(Some(vec![7; 300]));
        let frame = message.frame();
        let bytes = frame.strip_prefix(&NODE).unwrap();
        assert_eq!(NodeMessage::decode(bytes).unwrap(), message);
        for cut in 0..bytes.len() {
            assert!(NodeMessage::decode(&bytes[..cut]).is_err(), "{cut}");
        }
        assert!(NodeMessage::decode(&[bytes, &[0]].concat()).is_err());
        let long = NodeMessage::Keep(vec![0; KEPT_BYTES + AROUND]).frame();
        assert!(NodeMessage::decode(&long[NODE.len()..]).is_err());
    }
}
