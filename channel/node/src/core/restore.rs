//! The core as its log says it was, and checkpoints that keep the log short.

use std::collections::BTreeMap;

use twinroot_abi::{ChannelId, CodeHash, Hash, Height, PublicKey, Round, Side};
use twinroot_exec::Env;
use twinroot_party::{Effect, Input, Opening, Party, Record, Source, Status};
use twinroot_store::{Batch, ReadError, Store, Stream, Writer};
use twinroot_types::{DecodeError, Signature, decode};
use twinroot_wire::{Commitment, Operation, Parameters, Update};

use super::answer::{Answer, Keys};
use super::line::{
    CALLS, CallLine, EVENTS, LastRestored, Line, OWN, PEERS, PeerLine, RESTORED, RestoredLine,
};
use super::operations::module_name;
use super::seat::{Seat, Stage};
use super::want::{HalfSigned, moves_coins};
use super::{Core, Inbox, Parts};
use crate::desk::Order;

/// Bytes of a line, at most: a checkpoint holds a whole state.
pub(crate) const LINE_BYTES: usize = 1 << 30;
/// Lines of a page that is read.
const PAGE: usize = 4_096;

/// Why the log does not say how to go on.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The file does not give it.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A line is none.
    #[error("line {number} of the log is none of a node's: {error}")]
    Line {
        /// Which.
        number: u64,
        /// Why not.
        error: DecodeError,
    },
    /// The lines of a channel are not those of a party.
    #[error("the lines of channel {channel} are not those of a party: {why}")]
    Channel {
        /// Which.
        channel: ChannelId,
        /// Why not.
        why: String,
    },
    /// The log is of another ledger.
    #[error("channel {0} in the log is of another ledger than the one this node follows")]
    Ledger(ChannelId),
}

impl Core {
    /// The core that wrote the log.
    pub(crate) fn restore(parts: Parts) -> Result<Self, RestoreError> {
        let key = parts.signer.public();
        let mut core = Self {
            key,
            writer: None,
            seats: BTreeMap::new(),
            codes: Default::default(),
            modules: BTreeMap::new(),
            specs: BTreeMap::new(),
            blocks: Default::default(),
            coins: Default::default(),
            caught_up: false,
            next: 0,
            batch: Batch::default(),
            ticket: 1,
            written: 0,
            after: Default::default(),
            keys: Keys::default(),
            coming: BTreeMap::new(),
            last_event: 0,
            acked: 0,
            frozen: None,
            signer_gone: false,
            signer_missed: false,
            restored: None,
            parts,
        };
        let store = core.parts.shelf.store().map_err(|_| ReadError::Stopped)?;
        core.read_log(store)?;
        Ok(core)
    }

    /// After a failed write: opens the log again, and goes on where it says.
    pub(super) fn thaw(&mut self) {
        let store = match self.parts.shelf.reopen() {
            Ok(store) => store,
            Err(error) => {
                tracing::warn!(%error, "the log cannot be opened yet");
                return;
            }
        };
        match self.read_log(store) {
            Ok(()) => {
                tracing::info!("the log can be written again; the node goes on");
                metrics::gauge!("twinroot_frozen").set(0.0);
                self.frozen = None;
                self.tell(
                    None,
                    &super::tell::words(
                        "thawed",
                        "the log can be written again; the node goes on",
                        serde_json::json!({}),
                    ),
                );
            }
            Err(error) => {
                self.seats.clear();
                self.parts.shelf.close();
                tracing::error!(%error, "the log cannot be read");
            }
        }
    }

    fn read_log(&mut self, store: Store) -> Result<(), RestoreError> {
        self.seats.clear();
        self.coming.clear();
        self.codes = Default::default();
        self.modules.clear();
        self.specs.clear();
        self.blocks.clear();
        self.keys = Keys::default();
        self.batch = Batch::default();
        self.caught_up = false;
        self.next = store.next();
        self.read_codes(&store)?;
        for (_, bytes) in lines(&store, &PEERS)? {
            if let Ok(PeerLine { peer, address }) = decode(&bytes, LINE_BYTES) {
                self.parts.peers.keep(PublicKey(peer), address);
            }
        }
        self.restored = last_restored(&store)?;
        for stream in store.streams()? {
            if !OWN.contains(&stream) {
                self.read_channel(ChannelId(stream), lines(&store, &stream)?)?;
            }
        }
        self.read_calls(lines(&store, &CALLS)?)?;
        self.last_event = store.newest(&EVENTS)?.unwrap_or_default();
        self.parts.newest_event.send_replace(self.last_event);
        let inbox = self.parts.inbox.clone();
        self.writer = Some(Writer::start(store, move |written| {
            // The core is gone only at the end of the program.
            let _ = inbox.blocking_send(Inbox::Written(written));
        }));
        // Tickets of a writer that failed are of no meaning any more.
        self.written = self.ticket.saturating_sub(1);
        let all: Vec<ChannelId> = self
            .seats
            .iter()
            .filter(|(_, seat)| !seat.is_over())
            .map(|(id, _)| *id)
            .collect();
        for id in all {
            self.order(Order::Watch(id));
            self.carry(id);
        }
        self.order(Order::Start);
        Ok(())
    }

    fn read_codes(&mut self, store: &Store) -> Result<(), RestoreError> {
        for name in store.blobs()? {
            let (code, module) = (
                store.blob(&name)?,
                store.blob(&module_name(CodeHash(name)))?,
            );
            let Some(bytes) = code else { continue };
            // A name is a code's if the code has that name; the other is that of its module.
            let hash = CodeHash(name);
            if self
                .parts
                .execute
                .admit(&bytes)
                .is_ok_and(|code| code.hash == hash && code.bytes == bytes)
            {
                self.keep_code(hash, bytes, module.unwrap_or_default());
            }
        }
        // They are there already.
        self.batch = Batch::default();
        Ok(())
    }

    fn read_channel(
        &mut self,
        id: ChannelId,
        lines: Vec<(u64, Vec<u8>)>,
    ) -> Result<(), RestoreError> {
        let mut read = Read::default();
        let count = lines.len();
        for (number, bytes) in lines {
            let line: Line =
                decode(&bytes, LINE_BYTES).map_err(|error| RestoreError::Line { number, error })?;
            match line {
                Line::Channel {
                    terms,
                    side,
                    offered,
                    key,
                } => read.channel = Some((*terms, side, offered, key)),
                Line::Opened(env) => read.opened = Some(env),
                Line::Record(record) => {
                    if !matches!(*record, Record::Terms(_)) {
                        read.newest_record = Some(number);
                    }
                    read.records.push(*record);
                }
                Line::Over => read.over = true,
            }
        }
        let Some((terms, side, offered, key)) = read.channel.take() else {
            return Err(RestoreError::Channel {
                channel: id,
                why: "its first line is missing".into(),
            });
        };
        if terms.chain != self.parts.chain {
            return Err(RestoreError::Ledger(id));
        }
        let mut seat = Seat::new(terms.clone(), side, offered, Stage::Over);
        seat.key = key;
        seat.lines = count;
        let proposed = read.proposals();
        if !read.over {
            let source = LastRestored::source(self.restored, read.newest_record);
            let fault = |why: String| RestoreError::Channel { channel: id, why };
            match read.opened {
                Some(opened) => self
                    .reopen(&mut seat, opened, source, read.records)
                    .map_err(fault)?,
                None => self.reoffer(&mut seat, &read.records).map_err(fault)?,
            }
        }
        if let Stage::Open(party) = &seat.stage {
            let rounds: Vec<Round> = party.half_signed().map(|half| half.round).collect();
            let bound = matches!(party.status(), Status::Bound(_) | Status::Signing);
            let may_count = |(round, operations): (Round, &[Operation])| {
                rounds.contains(&round) || (bound && operations.iter().any(moves_coins))
            };
            let half_signed = proposed
                .into_iter()
                .filter(|(update, _)| may_count((update.round, &update.operations)));
            seat.half_signed = half_signed
                .map(|(update, commitment)| HalfSigned {
                    hash: commitment.hash(),
                    shares: Vec::new(),
                    since: Height(0),
                    operations: update.operations,
                })
                .collect();
            seat.forget_void();
        }
        self.seats.insert(id, seat);
        Ok(())
    }

    pub(super) fn reopen(
        &self,
        seat: &mut Seat,
        opened: Env,
        source: Source,
        records: Vec<Record>,
    ) -> Result<(), String> {
        let policy = self.parts.limits.policy.clone();
        let execute = &*self.parts.execute;
        let terms = &seat.terms;
        let mut party = Party::restore(
            terms,
            seat.side,
            opened,
            policy,
            self.codes.clone(),
            source,
            records,
            execute,
        )
        .map_err(|error| error.to_string())?;
        for (hash, module) in &self.modules {
            if let Some(bytes) = self.codes.get(hash) {
                party.learn_with(
                    twinroot_exec::Code {
                        hash: *hash,
                        bytes: bytes.clone(),
                    },
                    module.clone(),
                );
            }
        }
        seat.todo.extend(party.resume());
        seat.opened = Some(opened);
        seat.stage = Stage::Open(Box::new(party));
        Ok(())
    }

    /// A channel that is not open yet: its terms were signed, or the user is still to be asked.
    fn reoffer(&self, seat: &mut Seat, records: &[Record]) -> Result<(), String> {
        let policy = self.parts.limits.policy.clone();
        let terms = seat.terms.clone();
        // The present height is not known yet; the terms' own last one never makes them too old.
        let now = terms.expiry;
        let (opening, effects) = match seat.offered {
            None => Opening::offer(terms, policy, now).map_err(|error| error.to_string())?,
            Some(signature) => {
                let mut policy = policy;
                policy.offers = twinroot_party::Offers {
                    shortest_lock: 0,
                    longest_lock: u64::MAX,
                    window: u64::MAX,
                    ..policy.offers
                };
                let offered =
                    Opening::offered(terms, signature, self.key, self.parts.chain, policy, now);
                let (mut opening, mut effects) =
                    offered.map_err(|_| "the offer is not good".to_owned())?;
                if records
                    .iter()
                    .any(|record| matches!(record, Record::Terms(_)))
                {
                    let asked = Hash(seat.terms.channel().0);
                    effects = opening
                        .step(Input::Approve(asked))
                        .map_err(|error| error.to_string())?;
                }
                (opening, effects)
            }
        };
        // They are in the log already.
        let new = |effect: &Effect| !matches!(effect, Effect::Persist(_));
        let question = effects.iter().find_map(|effect| match effect {
            Effect::Ask(question) => Some(question.clone()),
            _ => None,
        });
        seat.todo.extend(
            effects
                .into_iter()
                .filter(new)
                .filter(|effect| !matches!(effect, Effect::Ask(_))),
        );
        seat.question = question;
        seat.stage = Stage::Opening(Box::new(opening));
        Ok(())
    }

    /// What came of steps with keys, and which of them are under way: those wait as they did before.
    fn read_calls(&mut self, lines: Vec<(u64, Vec<u8>)>) -> Result<(), RestoreError> {
        let mut open = Vec::new();
        for (number, bytes) in lines {
            let line: CallLine =
                decode(&bytes, LINE_BYTES).map_err(|error| RestoreError::Line { number, error })?;
            match line {
                CallLine::Answered { key, asked, answer } => {
                    if let Ok(answer) = serde_json::from_str::<Answer>(&answer) {
                        self.keys.answered(number, key, asked, answer);
                    }
                }
                // What is known of it ends with the copy: it may have been carried out since, and its user told. It is not done
                // by itself.
                CallLine::Forcing { .. } if self.is_of_lost_life(number) => {}
                CallLine::Proposed {
                    channel,
                    what,
                    since,
                    mut shares,
                } if self.is_of_lost_life(number) => {
                    shares.iter_mut().for_each(|share| share.force_after = None);
                    open.push(CallLine::Proposed {
                        channel,
                        what,
                        since,
                        shares,
                    });
                }
                line => open.push(line),
            }
        }
        for line in open {
            let (CallLine::Proposed {
                channel,
                ref shares,
                ..
            }
            | CallLine::Forcing {
                channel,
                ref shares,
                ..
            }) = line
            else {
                continue;
            };
            // All callers of a step are answered in one batch.
            if shares.iter().any(|share| self.keys.is_answered(&share.key)) {
                continue;
            }
            let Some(seat) = self.seats.get_mut(&channel) else {
                continue;
            };
            let known = shares.clone();
            let is_open = match line {
                CallLine::Proposed {
                    what,
                    since,
                    shares,
                    ..
                } => seat.was_proposed(what, since, shares),
                CallLine::Forcing {
                    since,
                    shares,
                    operations,
                    ..
                } => seat.was_forced(since, shares, operations),
                CallLine::Answered { .. } => false,
            };
            if is_open {
                known
                    .into_iter()
                    .for_each(|share| self.keys.waits(share.key, share.asked));
            }
        }
        for seat in self.seats.values_mut() {
            // Nobody waits for it, and it stands in the way of everything else.
            seat.takes_back = seat.proposed.is_none() && !seat.half_signed.is_empty();
        }
        Ok(())
    }

    fn is_of_lost_life(&self, number: u64) -> bool {
        self.restored
            .is_some_and(|restored| number < restored.number)
    }

    pub(super) fn checkpoint_if_due(&mut self, id: ChannelId) {
        let every = self.parts.limits.checkpoint_every;
        // A large state is written as often as it is worth: never more bytes of checkpoints than of lines.
        let due = |seat: &Seat| seat.lines >= every && seat.bytes >= seat.checkpoint_bytes;
        if self.seats.get(&id).is_some_and(due) {
            self.checkpoint(id);
        }
    }

    /// Notes all that the party is, if nothing is half done, so that what was before can be forgotten.
    pub(super) fn checkpoint(&mut self, id: ChannelId) {
        let Some(seat) = self.seats.get(&id) else {
            return;
        };
        let (Stage::Open(party), Some(opened)) = (&seat.stage, seat.opened) else {
            return;
        };
        // The first two lines are those that a checkpoint begins with.
        if seat.lines <= BEGINNING || !seat.todo.is_empty() {
            return;
        }
        let Some(record) = party.checkpoint() else {
            return;
        };
        let first = Line::Channel {
            terms: Box::new(seat.terms.clone()),
            side: seat.side,
            offered: seat.offered,
            key: seat.key.clone(),
        };
        let before = seat.bytes;
        let number = self.line(id, &first);
        self.line(id, &Line::Opened(opened));
        self.line(id, &Line::Record(Box::new(record)));
        self.batch.forget.push((id.0, number));
        if let Some(seat) = self.seats.get_mut(&id) {
            seat.lines = BEGINNING;
            seat.checkpoint_bytes = seat.bytes.saturating_sub(before);
            seat.bytes = 0;
        }
    }
}

/// Lines of a log that begins with a checkpoint.
const BEGINNING: usize = 3;

/// What the lines of a channel say.
#[derive(Default)]
struct Read {
    channel: Option<(Parameters, Side, Option<Signature>, String)>,
    opened: Option<Env>,
    records: Vec<Record>,
    /// Number of the newest that its party wrote.
    newest_record: Option<u64>,
    over: bool,
}

impl Read {
    /// The steps that this node has proposed.
    fn proposals(&self) -> Vec<(Update, Commitment)> {
        let proposal = |record: &Record| match record {
            Record::Proposing(update, commitment) => {
                Some(((**update).clone(), (**commitment).clone()))
            }
            _ => None,
        };
        self.records.iter().filter_map(proposal).collect()
    }
}

/// The newest restoring of a log, if it was ever made of a copy.
pub(crate) fn last_restored(store: &Store) -> Result<Option<LastRestored>, RestoreError> {
    let Some((number, bytes)) = lines(store, &RESTORED)?.pop() else {
        return Ok(None);
    };
    let RestoredLine { salt } =
        decode(&bytes, LINE_BYTES).map_err(|error| RestoreError::Line { number, error })?;
    Ok(Some(LastRestored { number, salt }))
}

/// All lines of a row.
pub(crate) fn lines(store: &Store, stream: &Stream) -> Result<Vec<(u64, Vec<u8>)>, ReadError> {
    let mut all = Vec::new();
    let mut from = 0;
    loop {
        let page = store.read(stream, from, PAGE)?;
        let Some((last, _)) = page.last() else {
            return Ok(all);
        };
        from = last.saturating_add(1);
        all.extend(page);
    }
}
