//! Why connections are not started, a frame is not taken, a connection ends.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use crate::{Farewell, HandshakeError, SessionError};

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
    /// A bound of the configuration cannot be kept.
    #[error("{what} of {found} is not possible: it is 1 to {most}")]
    Bound {
        /// Which one.
        what: &'static str,
        /// As configured.
        found: usize,
        /// The largest possible.
        most: usize,
    },
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
    #[error("the frame has {bytes} bytes, and {most} is the most that both nodes allow")]
    TooLong {
        /// Of the frame.
        bytes: usize,
        /// What would be taken.
        most: usize,
    },
}

/// Why a connection ended, or did not come about.
#[derive(Debug, thiserror::Error)]
pub(super) enum Ended {
    #[error("{0}")]
    Handshake(#[from] HandshakeError),
    #[error("{0}")]
    Session(#[from] SessionError),
    #[error("the network: {0}")]
    Network(#[from] io::Error),
    #[error("the name {0} could not be looked up: {1}")]
    Name(String, io::Error),
    #[error("the handshake took longer than {0:?}")]
    Slow(Duration),
    #[error("the peer was silent for {0:?}")]
    Silent(Duration),
    #[error("the peer took nothing for {0:?}")]
    Stuck(Duration),
    #[error("a frame took longer than {0:?}")]
    SlowFrame(Duration),
    #[error("the peer closed the connection without a word")]
    Cut,
    #[error(
        "the other side ended the handshake: there is no node with this key, or one of another version"
    )]
    NotAnswered,
    #[error("{}", of_peer(*.0))]
    ByPeer(Farewell),
    #[error("{}", of_this_node(*.0))]
    ByThisNode(Farewell),
    #[error("nobody is interested in news any more")]
    Unheard,
}

const fn of_peer(why: Farewell) -> &'static str {
    match why {
        Farewell::Stopping => "the peer stopped",
        Farewell::Another => "the peer uses another connection to this node",
        Farewell::Full => "the peer has no place for a node that it does not expect",
        Farewell::Dropped => "the peer does not want to be connected to this node",
    }
}

const fn of_this_node(why: Farewell) -> &'static str {
    match why {
        Farewell::Stopping => "this node stops",
        Farewell::Another => "another connection to the peer is used",
        Farewell::Full => "this node has no place for one more peer that it does not expect",
        Farewell::Dropped => "this node does not want to be connected to the peer",
    }
}
