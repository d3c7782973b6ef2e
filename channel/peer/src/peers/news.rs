//! What the one who uses the connections is told.

use twinroot_abi::PublicKey;

/// What becomes of the connections. Of one peer comes `Connected`, then its frames, then `Lost`, and so on again.
#[derive(Debug, PartialEq, Eq)]
pub enum News {
    /// A peer is there and has proven its key; frames may be sent from now on.
    Connected {
        /// Its channel key.
        peer: PublicKey,
    },
    /// A peer is gone. Frames that were on their way may be lost.
    Lost {
        /// Its channel key.
        peer: PublicKey,
        /// What happened, for a person to read.
        why: String,
    },
    /// A frame of a peer that is connected.
    Frame {
        /// Its channel key.
        peer: PublicKey,
        /// As the peer gave them to its own `send`.
        bytes: Vec<u8>,
    },
}
