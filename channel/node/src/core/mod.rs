//! The one thread that owns all parties (docs/adr/0006-node.md).

mod answer;
mod carry;
pub mod codes;
mod commands;
mod events;
mod force;
mod gauges;
mod handle;
mod ledger;
pub(crate) mod line;
mod operations;
mod pass;
mod pump;
pub(crate) mod restore;
mod seat;
mod tell;
mod view;
mod want;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot, watch};
use twinroot_abi::{Amount, ChainId, ChannelId, CodeHash, Height, PublicKey};
use twinroot_client::Failure;
use twinroot_exec::{Codes, Env, Execute};
use twinroot_keyring::Signer;
use twinroot_peer::{News as PeerNews, Peers};
use twinroot_spec::Spec;
use twinroot_store::{Batch, Entry, Stream, Writer, Written};
use twinroot_types::encode;

use crate::config::Limits;
use crate::desk::{Desk, Heard};
use crate::node::Shelf;

pub use handle::Handle;
pub use restore::RestoreError;
use seat::Seat;

/// What the core is told.
pub(crate) enum Inbox {
    /// The API wants something done.
    Do(Box<dyn FnOnce(&mut Core) + Send>),
    /// A peer came, went or said something.
    Peer(PeerNews),
    /// The ledger.
    Ledger(Box<Heard>),
    /// The log's thread has written, or could not.
    Written(Written),
    /// A while has passed.
    Tick,
    /// The end: what is under way is written, then this is answered.
    Stop(oneshot::Sender<()>),
}

/// Inputs that are taken in before what they led to is written: one fsync for all of them.
const DRAIN: usize = 512;

/// What the core is made of.
pub(crate) struct Parts {
    pub(crate) execute: Arc<dyn Execute + Send + Sync>,
    pub(crate) signer: Arc<dyn Signer>,
    pub(crate) chain: ChainId,
    pub(crate) limits: Limits,
    pub(crate) peers: Peers,
    pub(crate) desk: Desk,
    pub(crate) shelf: Shelf,
    pub(crate) inbox: mpsc::Sender<Inbox>,
    /// How many commits there were.
    pub(crate) commits: watch::Sender<u64>,
    /// The newest event that is on the disk.
    pub(crate) newest_event: watch::Sender<u64>,
}

/// All parties of a node.
pub(crate) struct Core {
    parts: Parts,
    key: PublicKey,
    writer: Option<Writer>,
    seats: BTreeMap<ChannelId, Seat>,
    codes: Codes,
    /// Modules as their authors built them, spec included.
    modules: BTreeMap<CodeHash, Vec<u8>>,
    specs: BTreeMap<CodeHash, Spec>,
    /// The newest blocks, as far back as an update may pin one.
    blocks: VecDeque<Env>,
    coins: Amount,
    /// Whether the ledger was read up to its present block.
    caught_up: bool,
    /// Number of the next line.
    next: u64,
    batch: Batch,
    /// Number of the batch that is being filled, and of the newest that is written.
    ticket: u64,
    written: u64,
    /// What is done once a batch is written.
    after: VecDeque<(u64, After)>,
    keys: answer::Keys,
    /// Channels out of files, of which the ledger is asked.
    coming: BTreeMap<ChannelId, pass::Coming>,
    last_event: u64,
    acked: u64,
    frozen: Option<String>,
    /// Whether the signer was asked in vain since the last tick.
    signer_gone: bool,
    /// Whether the user was told that the signer is gone.
    signer_missed: bool,
    /// The last time that the log was made of a copy.
    restored: Option<line::LastRestored>,
}

/// Something that is done once a batch is written.
type After = Box<dyn FnOnce() + Send>;

impl Core {
    /// Takes in what comes until it is told to stop.
    pub(crate) fn run(mut self, mut inbox: mpsc::Receiver<Inbox>) {
        let mut stop = None;
        while let Some(first) = inbox.blocking_recv() {
            stop = self.take(first);
            for _ in 1..DRAIN {
                if stop.is_some() {
                    break;
                }
                let Ok(more) = inbox.try_recv() else { break };
                stop = self.take(more);
            }
            self.flush();
            if stop.is_some() {
                break;
            }
        }
        // Nobody may wait for room in it while the log's thread is waited for.
        drop(inbox);
        self.drain();
        if let Some(stop) = stop {
            // Whoever asked may be gone.
            let _ = stop.send(());
        }
    }

    fn take(&mut self, inbox: Inbox) -> Option<oneshot::Sender<()>> {
        match inbox {
            Inbox::Do(job) => job(self),
            Inbox::Peer(news) => self.peer(news),
            Inbox::Ledger(heard) => self.heard(*heard),
            Inbox::Written(written) => self.wrote(written),
            Inbox::Tick => self.tick(),
            Inbox::Stop(done) => return Some(done),
        }
        None
    }

    /// Gives what was noted to the log's thread.
    fn flush(&mut self) {
        if self.batch.is_empty() {
            return;
        }
        if let Some(writer) = &self.writer {
            writer.write(self.ticket, std::mem::take(&mut self.batch));
            self.ticket = self.ticket.saturating_add(1);
        }
    }

    /// At the end everything is at rest or written down; checkpoints make the next start short.
    fn drain(&mut self) {
        let all: Vec<ChannelId> = self.seats.keys().copied().collect();
        for id in all {
            self.checkpoint(id);
        }
        self.flush();
        if let Some(writer) = self.writer.take() {
            writer.stop();
        }
    }

    /// What the log's thread has done.
    fn wrote(&mut self, written: Written) {
        metrics::histogram!("twinroot_commit_seconds").record(written.took.as_secs_f64());
        metrics::histogram!("twinroot_commit_batches").record(gauges::number(written.batches));
        metrics::counter!("twinroot_commits_total").increment(1);
        if written.last <= self.written {
            // From before the log was opened again.
            return;
        }
        if let Err(error) = written.result {
            self.freeze(&error.to_string());
            return;
        }
        if self.frozen.is_some() {
            return;
        }
        self.parts
            .commits
            .send_modify(|commits| *commits = commits.saturating_add(1));
        self.written = self.written.max(written.last);
        while self
            .after
            .front()
            .is_some_and(|(ticket, _)| *ticket <= self.written)
        {
            if let Some((_, act)) = self.after.pop_front() {
                act();
            }
        }
        let waits = |seat: &Seat| {
            let may_leave = seat.outbox.front().map(|(ticket, _)| *ticket);
            let goes_on = (!seat.todo.is_empty()).then_some(seat.unwritten);
            may_leave
                .or(goes_on)
                .is_some_and(|ticket| ticket <= self.written)
        };
        let ready: Vec<ChannelId> = self
            .seats
            .iter()
            .filter(|(_, seat)| waits(seat))
            .map(|(id, _)| *id)
            .collect();
        for id in ready {
            self.carry(id);
        }
    }

    /// Does it once everything that was noted so far is on the disk.
    fn after_write(&mut self, act: impl FnOnce() + Send + 'static) {
        let newest = if self.batch.is_empty() {
            self.ticket.saturating_sub(1)
        } else {
            self.ticket
        };
        if newest <= self.written || self.frozen.is_some() {
            // Nothing waits to be written, or nothing is to be.
            act();
        } else {
            self.after.push_back((newest, Box::new(act)));
        }
    }

    /// Notes a line of the log.
    fn note(&mut self, stream: Stream, bytes: Vec<u8>) -> u64 {
        let number = self.next;
        self.next = number.saturating_add(1);
        self.batch.append.push(Entry {
            stream,
            number,
            bytes,
        });
        number
    }

    /// Notes a line of a channel.
    fn line(&mut self, id: ChannelId, line: &line::Line) -> u64 {
        let bytes = encode(line);
        let length = bytes.len();
        let number = self.note(id.0, bytes);
        let ticket = self.ticket;
        if let Some(seat) = self.seats.get_mut(&id) {
            seat.unwritten = ticket;
            seat.lines = seat.lines.saturating_add(1);
            seat.bytes = seat.bytes.saturating_add(length);
        }
        number
    }

    /// Something could not be written down. Nothing that rests on it was sent; all parties are dropped, and what
    /// the log says is read again.
    fn freeze(&mut self, why: &str) {
        if self.frozen.is_some() {
            return;
        }
        tracing::error!(
            why,
            "the log cannot be written; the node does nothing more until it can"
        );
        metrics::gauge!("twinroot_frozen").set(1.0);
        self.frozen = Some(why.to_owned());
        self.batch = Batch::default();
        self.after.clear();
        let failure = self.frozen_failure();
        for (_, seat) in std::mem::take(&mut self.seats) {
            let joint = seat
                .proposed
                .into_iter()
                .chain(seat.forcing)
                .flat_map(|joint| joint.wants);
            for want in joint.chain(seat.wants) {
                for reply in want.replies {
                    let _ = reply.send(Err(failure.clone()));
                }
            }
        }
        self.parts.shelf.close();
        // It tells the inbox of each batch that it does not write, and the core is not to wait for that.
        if let Some(writer) = self.writer.take() {
            let stop = std::thread::Builder::new()
                .name("log".into())
                .spawn(move || writer.stop());
            if let Err(error) = stop {
                tracing::error!(%error, "this machine gives no thread");
            }
        }
    }

    fn frozen_failure(&self) -> Failure {
        let why = self.frozen.as_deref().unwrap_or("reading the log");
        Failure {
            code: codes::FROZEN,
            message: format!("the node is frozen, because its log could not be written: {why}"),
            todo: "make room on the disk or repair it; the node reads its log again by itself"
                .into(),
        }
    }

    /// A while has passed: says again what was not answered; frozen, tries to read the log again.
    fn tick(&mut self) {
        if self.frozen.is_some() {
            self.thaw();
            return;
        }
        self.ask_signer_again();
        self.gauges();
        let busy: Vec<ChannelId> = self
            .seats
            .iter()
            .filter(|(_, seat)| seat.wants_a_tick())
            .map(|(id, _)| *id)
            .collect();
        for id in busy {
            self.input(id, twinroot_party::Input::Tick);
        }
    }

    fn height(&self) -> Height {
        self.blocks.back().map_or(Height(0), |block| block.height)
    }
}
