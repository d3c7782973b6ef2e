//! What a node allows on its connections. Each default says what it is for.

use std::net::SocketAddr;
use std::time::Duration;

use twinroot_types::Limits;

/// Times and bounds of all connections of a node.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where peers may connect. Default: nowhere, so that a node is only ever reached because someone said so.
    pub listen: Option<SocketAddr>,
    /// After so long without anything to send, a sign of life is sent. Default 10 s: short enough that the tables of
    /// address translators, which forget after 30 s at the earliest, do not forget the connection.
    pub heartbeat: Duration,
    /// After so long without a sign of life from the peer, a connection counts as lost. Default 35 s: three heartbeats of
    /// the peer may be late or lost.
    pub silence: Duration,
    /// From the first byte of a connection to the end of its handshake. Default 10 s: a few round trips of a bad line.
    pub handshake: Duration,
    /// Longest frame in bytes, taken and sent. Default: the longest transaction and 64 KiB, since what may be posted may
    /// have to be shown to a peer first. Higher: more memory for each peer.
    pub frame_limit: usize,
    /// How long a frame of several messages may be on its way. Default 60 s: 4 MiB at 0.6 Mbit/s.
    pub frame_time: Duration,
    /// Frames of several messages that are taken in at a time, over all peers; the others wait. Default 16, with the default
    /// of `frame_limit` 65 MiB at most.
    pub long_frames: usize,
    /// Frames that may wait to be sent to one peer. Default 1,024.
    pub queue: usize,
    /// Bytes that may wait to be sent to one peer; a frame alone always may. Default 8 MiB: nearly two of the longest frames.
    pub queue_bytes: usize,
    /// Peers at a time that this node neither keeps nor expects. Default 128. Those that it keeps or expects always get in.
    pub most_peers: usize,
    /// Connections at a time from one address (IPv6: one network of 64 bits). Default 32: people behind one router.
    pub most_per_address: usize,
    /// Connections from outside that are in their handshake at a time; others wait to be accepted. Default 64.
    pub most_handshakes: usize,
    /// Messages of at most 64 KiB that are taken from a peer in a second; the rest waits in the peer's socket. Default
    /// 20,000: more than the parties of a node can answer.
    pub messages_per_second: u32,
    /// When a connection takes new keys.
    pub rekey_after: Rekey,
    /// Longest pause between two attempts to reach a peer that is kept. Default 30 s.
    pub longest_pause: Duration,
}

/// A connection takes new keys after whichever comes first, so that keys stolen later open little of what was recorded.
#[derive(Clone, Copy, Debug)]
pub struct Rekey {
    /// Messages. Default 65,536.
    pub messages: u64,
    /// Bytes. Default 1 GiB.
    pub bytes: u64,
    /// Time. Default 10 minutes.
    pub time: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: None,
            heartbeat: Duration::from_secs(10),
            silence: Duration::from_secs(35),
            handshake: Duration::from_secs(10),
            frame_limit: Limits::V1.transaction_bytes + 64 * 1024,
            frame_time: Duration::from_mins(1),
            long_frames: 16,
            queue: 1_024,
            queue_bytes: 8 * 1024 * 1024,
            most_peers: 128,
            most_per_address: 32,
            most_handshakes: 64,
            messages_per_second: 20_000,
            rekey_after: Rekey::default(),
            longest_pause: Duration::from_secs(30),
        }
    }
}

impl Default for Rekey {
    fn default() -> Self {
        Self {
            messages: 1 << 16,
            bytes: 1 << 30,
            time: Duration::from_mins(10),
        }
    }
}
