//! Who is connected, who is wanted, and which of two connections counts (docs/spec/peer.md, 6).

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio_util::sync::CancellationToken;
use twinroot_abi::PublicKey;

use super::error::SendError;
use crate::Farewell;

/// Everything that the tasks of a node share and change.
#[derive(Default)]
pub(super) struct Table {
    connections: BTreeMap<PublicKey, Connection>,
    wanted: BTreeMap<PublicKey, Wanted>,
    next: u64,
}

/// A connection that counts, or will if the peer agrees.
struct Connection {
    number: u64,
    stage: Stage,
    queue: mpsc::Sender<Waiting>,
    room: Arc<Semaphore>,
    most: usize,
    ends: watch::Sender<Option<Farewell>>,
    gone: CancellationToken,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Chosen by this side; the peer has not answered yet.
    Chosen,
    /// Both agree; the one before it has not ended yet.
    Agreed,
    /// The news of it is out.
    Up,
}

/// A peer that this node keeps or expects.
enum Wanted {
    Kept {
        address: watch::Sender<String>,
        dropped: CancellationToken,
    },
    Expected,
}

/// A frame that waits to be sent, with the room that it takes.
pub(super) struct Waiting {
    pub(super) frame: Vec<u8>,
    _room: OwnedSemaphorePermit,
}

/// What a new connection is, for the decision whether it gets in.
pub(super) struct Entrance {
    pub(super) peer: PublicKey,
    /// Whether this node began it.
    pub(super) is_dialed: bool,
    /// Whether the key of this node is the greater one, so that it chooses.
    pub(super) chooses: bool,
    /// Longest frame in bytes.
    pub(super) most: usize,
    pub(super) bounds: Bounds,
}

/// The bounds of the configuration that the table keeps.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    pub(super) queue: usize,
    pub(super) queue_bytes: usize,
    pub(super) strangers: usize,
}

/// The place of a connection that got in.
pub(super) struct Seat {
    pub(super) number: u64,
    pub(super) queue: mpsc::Receiver<Waiting>,
    /// Says when this node wants the connection to end.
    pub(super) ends: watch::Receiver<Option<Farewell>>,
    /// When this is cancelled, all news of the connection are out.
    pub(super) gone: CancellationToken,
    /// The same of the connection that had this place.
    pub(super) before: Option<CancellationToken>,
}

impl Table {
    /// Lets a connection in, in the place of an older one of the same peer.
    pub(super) fn enter(&mut self, entrance: Entrance) -> Result<Seat, Farewell> {
        let peer = entrance.peer;
        let old = self.connections.get(&peer);
        match old.map(|connection| connection.stage) {
            // The peer has not answered to the one that was chosen: it may have dialed before it knew of it.
            Some(Stage::Chosen) if entrance.chooses => return Err(Farewell::Another),
            // This node would not have dialed, had it been connected by then.
            Some(_) if entrance.chooses && entrance.is_dialed => return Err(Farewell::Another),
            _ => {}
        }
        if entrance.is_dialed && !matches!(self.wanted.get(&peer), Some(Wanted::Kept { .. })) {
            return Err(Farewell::Dropped);
        }
        if old.is_none()
            && !self.wanted.contains_key(&peer)
            && self.strangers() >= entrance.bounds.strangers
        {
            return Err(Farewell::Full);
        }
        let (queue, waiting) = mpsc::channel(entrance.bounds.queue);
        let (ends, is_ending) = watch::channel(None);
        let gone = CancellationToken::new();
        self.next += 1;
        let connection = Connection {
            number: self.next,
            stage: if entrance.chooses {
                Stage::Chosen
            } else {
                Stage::Agreed
            },
            queue,
            room: Arc::new(Semaphore::new(
                entrance.bounds.queue_bytes.max(cost(entrance.most)),
            )),
            most: entrance.most,
            ends,
            gone: gone.clone(),
        };
        let before = self.connections.insert(peer, connection).map(|old| {
            old.ends.send_replace(Some(Farewell::Another));
            old.gone
        });
        Ok(Seat {
            number: self.next,
            queue: waiting,
            ends: is_ending,
            gone,
            before,
        })
    }

    /// The peer has agreed to the connection.
    pub(super) fn agree(&mut self, peer: PublicKey, number: u64) {
        self.advance(peer, number, Stage::Agreed);
    }

    /// Frames may be sent on the connection from now on.
    pub(super) fn up(&mut self, peer: PublicKey, number: u64) {
        self.advance(peer, number, Stage::Up);
    }

    fn advance(&mut self, peer: PublicKey, number: u64, stage: Stage) {
        if let Some(connection) = self.connections.get_mut(&peer)
            && connection.number == number
        {
            connection.stage = stage;
        }
    }

    /// Gives the place back, unless another connection has it by now. With it the queue ends.
    pub(super) fn leave(&mut self, peer: PublicKey, number: u64) {
        if self
            .connections
            .get(&peer)
            .is_some_and(|connection| connection.number == number)
        {
            self.connections.remove(&peer);
        }
    }

    pub(super) fn send(&self, peer: PublicKey, frame: Vec<u8>) -> Result<(), SendError> {
        let connection = self
            .connections
            .get(&peer)
            .filter(|connection| connection.stage == Stage::Up)
            .ok_or(SendError::NotConnected)?;
        if frame.len() > connection.most {
            return Err(SendError::TooLong {
                bytes: frame.len(),
                most: connection.most,
            });
        }
        let room = u32::try_from(cost(frame.len())).map_err(|_| SendError::Full)?;
        let room = connection.room.clone().try_acquire_many_owned(room);
        let room = room.map_err(|_| SendError::Full)?;
        let waiting = Waiting { frame, _room: room };
        connection
            .queue
            .try_send(waiting)
            .map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => SendError::Full,
                mpsc::error::TrySendError::Closed(_) => SendError::NotConnected,
            })
    }

    /// Whether a connection of that peer is there or on its way in.
    pub(super) fn has(&self, peer: PublicKey) -> bool {
        self.connections.contains_key(&peer)
    }

    pub(super) fn connected(&self) -> Vec<PublicKey> {
        self.connections
            .iter()
            .filter(|(_, connection)| connection.stage == Stage::Up)
            .map(|(peer, _)| *peer)
            .collect()
    }

    /// The address to dial from now on and a token for the end, if nobody dials that peer yet.
    pub(super) fn keep(
        &mut self,
        peer: PublicKey,
        at: String,
    ) -> Option<(watch::Receiver<String>, CancellationToken)> {
        if let Some(Wanted::Kept { address, .. }) = self.wanted.get(&peer) {
            address.send_if_modified(|known| {
                let is_new = *known != at;
                *known = at;
                is_new
            });
            return None;
        }
        let (address, addresses) = watch::channel(at);
        let dropped = CancellationToken::new();
        let kept = Wanted::Kept {
            address,
            dropped: dropped.clone(),
        };
        self.wanted.insert(peer, kept);
        Some((addresses, dropped))
    }

    pub(super) fn expect(&mut self, peer: PublicKey) {
        self.wanted.entry(peer).or_insert(Wanted::Expected);
    }

    pub(super) fn drop_peer(&mut self, peer: PublicKey) {
        if let Some(Wanted::Kept { dropped, .. }) = self.wanted.remove(&peer) {
            dropped.cancel();
        }
        if let Some(connection) = self.connections.get(&peer) {
            connection.ends.send_replace(Some(Farewell::Dropped));
        }
    }

    fn strangers(&self) -> usize {
        self.connections
            .keys()
            .filter(|peer| !self.wanted.contains_key(peer))
            .count()
    }
}

/// What a waiting frame counts as: its bytes and what keeps it.
const fn cost(frame: usize) -> usize {
    frame + 64
}
