//! How much one server takes.

use core::time::Duration;

/// How much one server takes. Together they bound its memory.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of one message. A transaction has up to 4 MiB, and twice that as hex.
    pub message_bytes: usize,
    /// Bytes of all requests of one connection that are not answered yet.
    pub pending_bytes: usize,
    /// Requests of one connection that are not answered yet.
    pub requests: usize,
    /// Subscriptions of one connection.
    pub subscriptions: usize,
    /// Answers and items of one connection that wait to be sent.
    pub queue: usize,
    /// Connections; more wait to be accepted.
    pub connections: usize,
    /// How long an item may wait for room in the queue before its subscription ends.
    pub patience: Duration,
    /// How long a connection may stand still: without a frame from outside, or with one that cannot be sent.
    pub silence: Duration,
    /// How long requests may still run when the server ends.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_bytes: 9 * 1024 * 1024,
            pending_bytes: 32 * 1024 * 1024,
            requests: 256,
            subscriptions: 64,
            queue: 256,
            connections: 256,
            patience: Duration::from_secs(10),
            silence: Duration::from_secs(60),
            drain: Duration::from_secs(10),
        }
    }
}

/// How long a connection may take to say what it is.
pub(crate) const HANDSHAKE: Duration = Duration::from_secs(10);
