//! Encrypted connections between nodes, bound to the keys of their channels (docs/spec/peer.md).
//!
//! ```text
//!  Peers: dials, listens, one connection a peer        News
//!    |                                                   ^ bounded: where it is full nobody reads the socket
//!    v                                                   |
//!  queue of frames --> Session: pieces, Noise --> lengths --> TCP --> lengths --> Session --> frame
//! ```
//!
//! What is between the queue and TCP knows no socket and no clock: [`Dialer`] and [`Answerer`] make a [`Session`] of
//! three messages, a [`Session`] makes bytes of frames and frames of bytes. [`Peers`] brings them to the network.
//! Frames are bytes: nothing here knows what parties say to each other.

mod config;
mod handshake;
mod hello;
mod identity;
mod message;
mod peers;
mod session;

pub use config::{Config, Rekey};
pub use handshake::{Answerer, Dialer, HANDSHAKE_MESSAGE_LIMIT, HandshakeError};
pub use identity::Identity;
pub use message::{Assembly, Farewell, Message, PIECE, pieces};
pub use peers::{News, Peers, SendError, StartError};
pub use session::{Heard, Sent, Session, SessionError};
