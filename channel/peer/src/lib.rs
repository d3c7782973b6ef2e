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
mod identity;
mod peers;

pub use config::{Config, Rekey};
pub use identity::Identity;
pub use peers::{News, Peers, SendError, StartError};
