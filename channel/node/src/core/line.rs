//! What the log says: lines of a channel, of the row of events, of the calls that have a key.

use serde::{Deserialize, Serialize};
use twinroot_abi::{ChannelId, Hash, Height, Side};
use twinroot_exec::Env;
use twinroot_party::{Record, Source};
use twinroot_store::Stream;
use twinroot_types::Signature;
use twinroot_wire::{Operation, Parameters};

/// The row of events.
pub(crate) const EVENTS: Stream = *b"twinroot/node/events/v1/////////";
/// The row of calls that have a key.
pub(crate) const CALLS: Stream = *b"twinroot/node/calls/v1//////////";
/// The row of what the node knows of its peers.
pub(crate) const PEERS: Stream = *b"twinroot/node/peers/v1//////////";
/// The row of the times at which the log was made of a copy.
pub(crate) const RESTORED: Stream = *b"twinroot/node/restored/v1///////";

/// The rows that are no channel's.
pub(crate) const OWN: [Stream; 4] = [EVENTS, CALLS, PEERS, RESTORED];

/// A line in the row of a channel.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Line {
    /// The first: what channel it is.
    Channel {
        terms: Box<Parameters>,
        side: Side,
        /// The signature of whoever offered it, where that is the peer.
        offered: Option<Signature>,
        /// The caller's own name of the opening.
        key: String,
    },
    /// The ledger has opened it in this block.
    Opened(Env),
    /// What its party wrote down.
    Record(Box<Record>),
    /// It has paid out, or was never opened.
    Over,
}

/// A line in the row of events: what a user is told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Told {
    pub(crate) channel: Option<ChannelId>,
    pub(crate) kind: String,
    pub(crate) height: Height,
    pub(crate) text: String,
    /// JSON.
    pub(crate) details: String,
}

/// A line in the row of calls.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum CallLine {
    /// A step with these keys may be signed from now on. Its operations stand in the record of it.
    Proposed {
        channel: ChannelId,
        /// Hash of its commitment.
        what: Hash,
        /// Since when its callers wait.
        since: Height,
        shares: Vec<Share>,
    },
    /// A step with these keys may be posted from now on.
    Forcing {
        channel: ChannelId,
        since: Height,
        shares: Vec<Share>,
        operations: Vec<Operation>,
    },
    /// What came of it, as JSON: what it did, or why it failed.
    Answered {
        key: String,
        asked: Asked,
        answer: String,
    },
}

/// What was asked for under a key: XXH3-64 of the channel and the operations, so that a key is not taken for that of another step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Asked(pub(crate) u64);

/// What one caller has in a step that several may have made together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Share {
    pub(crate) key: String,
    pub(crate) asked: Asked,
    /// How many of the operations are this caller's; they come in the order of the shares.
    pub(crate) operations: u32,
    /// Blocks after which this caller wants it forced.
    pub(crate) force_after: Option<u64>,
}

/// A line in the row of peers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PeerLine {
    pub(crate) peer: [u8; 32],
    pub(crate) address: String,
}

/// A line in the row of restorings: every line of every row before it is of a copy of some age.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct RestoredLine {
    /// Given by nobody before (docs/spec/channel.md, 5.10).
    pub(crate) salt: u32,
}

/// What the newest restoring of a log says of its channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LastRestored {
    /// Its number.
    pub(crate) number: u64,
    pub(crate) salt: u32,
}

impl LastRestored {
    /// Where the records of a channel come from, of which the newest has this number: a party that has begun since has
    /// written down its doubt first.
    pub(crate) fn source(restored: Option<Self>, newest: Option<u64>) -> Source {
        match restored {
            Some(Self { number, salt }) if newest.is_none_or(|newest| newest < number) => {
                Source::Backup { salt }
            }
            _ => Source::Log,
        }
    }
}
