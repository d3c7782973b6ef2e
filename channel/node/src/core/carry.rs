//! Carrying out what a party wants done: in order, and nothing leaves before what it rests on is written.

use twinroot_abi::{ChannelId, Hash, Height, PublicKey};
use twinroot_keyring::SignError;
use twinroot_party::{Effect, Illegal, Input, Question, Record, Report, ToSign};
use twinroot_peer::News;
use twinroot_types::encode;
use twinroot_wire::{Action, Message};

use super::Core;
use super::line::{CALLS, Line};
use super::seat::{Leaving, Seat, Stage};
use super::tell;
use super::want::HalfSigned;
use crate::desk::Order;

/// Bytes before the message in a frame: the channel's name.
const NAME: usize = 32;

impl Core {
    /// Gives a party an input and does what it wants done. What makes no sense now is told to whoever asks, and is of no
    /// matter where nobody does.
    pub(super) fn input(&mut self, id: ChannelId, input: Input) {
        if let Err(error) = self.try_input(id, input) {
            tracing::debug!(channel = %id, %error, "an input makes no sense now");
        }
    }

    pub(super) fn try_input(&mut self, id: ChannelId, input: Input) -> Result<(), Illegal> {
        let brings_code = matches!(input, Input::Message(Message::Code(_)));
        let execute = self.parts.execute.clone();
        let Some(seat) = self.seats.get_mut(&id) else {
            return Err(Illegal::Closed);
        };
        if seat.broken.is_some() {
            return Err(Illegal::Frozen);
        }
        match seat.step(input, &*execute) {
            Ok(()) => {
                if brings_code {
                    self.keep_codes(id);
                }
                self.carry(id);
                Ok(())
            }
            Err(Illegal::NeedsCode(code)) => {
                self.order(Order::Code { channel: id, code });
                Err(Illegal::NeedsCode(code))
            }
            Err(error @ (Illegal::Diverged(_) | Illegal::Machine(_))) => {
                let why = error.to_string();
                tracing::error!(channel = %id, why, "the channel's party stops");
                seat.broken = Some(why.clone());
                self.tell(Some(id), &tell::words("broken", why, serde_json::json!({})));
                Err(error)
            }
            Err(error) => Err(error),
        }
    }

    /// Does what a party wants done, up to a signature that has to wait. What leaves and waits for the disk holds up nothing:
    /// what is behind it gets into the same batch as what it rests on, the answer of a step with the record of it.
    pub(super) fn carry(&mut self, id: ChannelId) {
        self.let_leave(id);
        loop {
            let Some(seat) = self.seats.get_mut(&id) else {
                return;
            };
            // A signature that nobody else has seen is not signed: only one that is made elsewhere waits.
            let waits = self.signer_gone
                || (self.parts.signer.is_remote() && seat.unwritten > self.written);
            if waits && matches!(seat.todo.front(), Some(Effect::Sign(_))) {
                self.note_all(id);
                return;
            }
            match seat.todo.pop_front() {
                Some(Effect::Persist(record)) => self.persist(id, record),
                Some(Effect::Sign(what)) => self.sign(id, what),
                Some(Effect::Send(message)) => self.leave(id, Leaving::Message(Box::new(message))),
                Some(Effect::Ask(question)) => self.ask(id, question),
                Some(Effect::Post(action)) => {
                    if matches!(*action, Action::Force(_)) {
                        self.note_forcing(id);
                    }
                    self.leave(id, Leaving::Action(action));
                }
                Some(Effect::Report(report)) => self.report(id, report),
                None => break,
            }
        }
        self.checkpoint_if_due(id);
        self.pump(id);
    }

    /// What is to be written and told behind a signature that waits is in one batch with what it belongs to: after a crash in
    /// between, a step would be known as done to the party and not to whoever asked for it, who would have it done again.
    fn note_all(&mut self, id: ChannelId) {
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let (now, later) = std::mem::take(&mut seat.todo)
            .into_iter()
            .partition::<Vec<_>, _>(|effect| {
                matches!(effect, Effect::Persist(_) | Effect::Report(_))
            });
        seat.todo.extend(later);
        for effect in now {
            match effect {
                Effect::Persist(record) => self.persist(id, record),
                Effect::Report(report) => self.report(id, report),
                Effect::Sign(_) | Effect::Send(_) | Effect::Ask(_) | Effect::Post(_) => {}
            }
        }
    }

    /// Something that others will see: as soon as all lines of the channel so far are on the disk.
    fn leave(&mut self, id: ChannelId, what: Leaving) {
        if let Some(seat) = self.seats.get_mut(&id) {
            seat.outbox.push_back((seat.unwritten, what));
        }
        self.let_leave(id);
    }

    fn persist(&mut self, id: ChannelId, record: Record) {
        match &record {
            Record::Proposing(update, commitment) => {
                self.note_proposal(id, &update.operations, commitment.hash())
            }
            Record::Forced(update) => {
                if let Some(seat) = self.seats.get_mut(&id) {
                    seat.forced = Some((**update).clone());
                }
            }
            _ => {}
        }
        self.line(id, &Line::Record(Box::new(record)));
    }

    /// The step with these keys may be signed from now on: in one batch with the record of it.
    fn note_proposal(
        &mut self,
        id: ChannelId,
        operations: &[twinroot_wire::Operation],
        hash: Hash,
    ) {
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        seat.collided = false;
        let proposed = seat
            .proposed
            .as_mut()
            .filter(|proposed| proposed.operations == operations);
        let (shares, since, records) = match proposed {
            Some(joint) => {
                let since = joint.since();
                let records = joint
                    .wants
                    .iter_mut()
                    .flat_map(|want| std::mem::take(&mut want.records))
                    .collect();
                (joint.shares(), since, records)
            }
            None => (Vec::new(), Height(0), Vec::new()),
        };
        let half = HalfSigned {
            hash,
            shares,
            since,
            operations: operations.to_vec(),
        };
        let line = (!half.shares.is_empty()).then(|| half.proposed_line(id));
        seat.half_signed.push(half);
        if let Some(line) = line {
            self.batch.app.extend::<Vec<_>>(records);
            self.note(CALLS, encode(&line));
        }
    }

    /// The step with these keys may be posted from now on.
    fn note_forcing(&mut self, id: ChannelId) {
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let Some(joint) = seat.forcing.as_mut().filter(|joint| !joint.is_noted) else {
            return;
        };
        joint.is_noted = true;
        let line = joint.forcing_line(id);
        let records: Vec<_> = joint
            .wants
            .iter_mut()
            .flat_map(|want| std::mem::take(&mut want.records))
            .collect();
        seat.unwritten = self.ticket;
        self.batch.app.extend(records);
        self.note(CALLS, encode(&line));
    }

    /// Notes once more which steps with keys are under way, so that lines of long ago can be forgotten: what was signed, then
    /// what is being forced, as it was.
    pub(super) fn note_under_way(&mut self) {
        let mut lines = Vec::new();
        for (id, seat) in &self.seats {
            for half in seat
                .half_signed
                .iter()
                .filter(|half| !half.shares.is_empty())
            {
                lines.push(half.proposed_line(*id));
            }
            if let Some(joint) = seat.forcing.as_ref().filter(|joint| joint.is_noted) {
                lines.push(joint.forcing_line(*id));
            }
        }
        for line in lines {
            self.note(CALLS, encode(&line));
        }
    }

    fn sign(&mut self, id: ChannelId, what: ToSign) {
        match self.parts.signer.sign(what.tag(), &what.bytes()) {
            Ok(signature) => self.input(
                id,
                Input::Signed {
                    what: what.hash(),
                    signature,
                },
            ),
            Err(SignError::Unreachable(why)) => self.signer_lost(id, what, &why.to_string()),
            // It has its reasons, and asking again changes nothing.
            Err(error) => {
                let why = format!("the signer does not sign: {error}");
                self.tell(
                    Some(id),
                    &tell::words("unsigned", why.clone(), serde_json::json!({})),
                );
                if let Some(seat) = self.seats.get_mut(&id) {
                    seat.broken = Some(why);
                }
            }
        }
    }

    /// The signer's process is not there. What is to be signed stays first, and with the next tick it is asked for again.
    fn signer_lost(&mut self, id: ChannelId, what: ToSign, why: &str) {
        if let Some(seat) = self.seats.get_mut(&id) {
            seat.todo.push_front(Effect::Sign(what));
        }
        self.signer_gone = true;
        metrics::gauge!("twinroot_signer_gone").set(1.0);
        if !std::mem::replace(&mut self.signer_missed, true) {
            let text =
                format!("the signer does not answer, and nothing is signed until it does: {why}");
            tracing::warn!("{text}");
            self.tell(
                None,
                &tell::words("signer_gone", text, serde_json::json!({})),
            );
        }
    }

    /// What waits for the signer is asked for once more.
    pub(super) fn ask_signer_again(&mut self) {
        if !std::mem::replace(&mut self.signer_gone, false) {
            return;
        }
        let unsigned = |seat: &Seat| matches!(seat.todo.front(), Some(Effect::Sign(_)));
        let waiting: Vec<ChannelId> = self
            .seats
            .iter()
            .filter(|(_, seat)| unsigned(seat))
            .map(|(id, _)| *id)
            .collect();
        for id in waiting {
            self.carry(id);
        }
        if !self.signer_gone {
            self.signer_missed = false;
            metrics::gauge!("twinroot_signer_gone").set(0.0);
            self.tell(
                None,
                &tell::words(
                    "signer_back",
                    "the signer signs again",
                    serde_json::json!({}),
                ),
            );
        }
    }

    /// Sends and posts what has its grounds on the disk, in order.
    fn let_leave(&mut self, id: ChannelId) {
        let written = self.written;
        while let Some((_, what)) = self.seats.get_mut(&id).and_then(|seat| {
            seat.outbox
                .pop_front_if(|(rests_on, _)| *rests_on <= written)
        }) {
            match what {
                Leaving::Message(message) => self.send(id, &message),
                Leaving::Action(action) => self.post(id, *action),
            }
        }
    }

    fn send(&self, id: ChannelId, message: &Message) {
        let Some(seat) = self.seats.get(&id) else {
            return;
        };
        let mut frame = Vec::with_capacity(NAME);
        frame.extend_from_slice(&id.0);
        frame.extend_from_slice(&message.encode());
        metrics::counter!("twinroot_frames_sent_total").increment(1);
        // A peer that is not there is told again when it comes.
        if let Err(error) = self.parts.peers.send(seat.peer(), frame) {
            tracing::debug!(channel = %id, %error, "not sent");
        }
    }

    fn ask(&mut self, id: ChannelId, question: Question) {
        let words = tell::question(&question);
        let agreed_to =
            self.parts.limits.accept_offers && matches!(question, Question::Offer { .. });
        let asked = question.hash();
        if let Some(seat) = self.seats.get_mut(&id) {
            seat.question = Some(question);
        }
        self.tell(Some(id), &words);
        if agreed_to {
            if let Some(seat) = self.seats.get_mut(&id) {
                seat.question = None;
            }
            self.input(id, Input::Approve(asked));
        }
    }

    pub(super) fn post(&mut self, id: ChannelId, action: Action) {
        self.order(Order::Post {
            channel: id,
            action: Box::new(action),
        });
    }

    fn report(&mut self, id: ChannelId, report: Report) {
        match report {
            Report::OfferExpired => return self.offer_expired(id),
            // Told once it is so for good.
            Report::Closed => return,
            _ => {}
        }
        if let Some(words) = tell::report(&report) {
            self.tell(Some(id), &words);
        }
        match report {
            Report::Agreed(agreed) => {
                metrics::counter!("twinroot_rounds_total").increment(1);
                self.agreed(id, &agreed);
            }
            Report::AdoptedForced(agreed) => self.adopted_forced(id, &agreed),
            Report::PeerRefused {
                round: _,
                operations,
                reason,
            } => self.peer_refused(id, &operations, &reason),
            Report::Impossible {
                operations,
                forced: false,
                why,
            } => self.impossible(id, &operations, &why),
            Report::Impossible {
                operations,
                forced: true,
                why,
            } => self.cannot_force(id, &operations, &why),
            Report::NotProposed(operations) => self.not_proposed(id, &operations),
            Report::NotForced(operations) => self.not_forced(id, &operations),
            Report::Collided { .. } => {
                if let Some(seat) = self.seats.get_mut(&id) {
                    seat.collided = true;
                }
            }
            Report::Unfunded => self.unfunded(id),
            Report::Frozen => self.freeze("a party was told that a write failed"),
            _ => {}
        }
    }

    /// A peer came, went or said something.
    pub(super) fn peer(&mut self, news: News) {
        match news {
            News::Connected { peer } => {
                let with: Vec<ChannelId> = self.channels_with(peer);
                for id in with {
                    self.connected(id);
                }
            }
            News::Lost { peer, why } => tracing::info!(%peer, why, "a peer is gone"),
            News::Frame { peer, bytes } => self.frame(peer, &bytes),
        }
    }

    pub(super) fn connected(&mut self, id: ChannelId) {
        let ready = self
            .seats
            .get(&id)
            .is_some_and(|seat| seat.looked || matches!(seat.stage, Stage::Opening(_)));
        if ready {
            self.input(id, Input::Connected);
        }
    }

    fn channels_with(&self, peer: PublicKey) -> Vec<ChannelId> {
        self.seats
            .iter()
            .filter(|(_, seat)| seat.peer() == peer && !seat.is_over())
            .map(|(id, _)| *id)
            .collect()
    }

    fn frame(&mut self, peer: PublicKey, frame: &[u8]) {
        metrics::counter!("twinroot_frames_received_total").increment(1);
        let Some((name, bytes)) = frame.split_first_chunk::<NAME>() else {
            return;
        };
        let id = ChannelId(*name);
        let Ok(message) = Message::decode(bytes) else {
            tracing::warn!(%peer, channel = %id, "a peer sent something that is no message");
            return;
        };
        if let Message::Offer {
            parameters,
            signature,
        } = &message
            && !self.seats.contains_key(&id)
        {
            self.offered(peer, parameters.clone(), *signature);
            return;
        }
        let Some(seat) = self.seats.get(&id) else {
            return;
        };
        if seat.peer() != peer {
            tracing::warn!(%peer, channel = %id, "somebody speaks for a channel that is not theirs");
            return;
        }
        if seat.listens(&message) {
            self.input(id, Input::Message(message));
        }
    }

    /// Code that the peer gave is written down before the next record.
    fn keep_codes(&mut self, id: ChannelId) {
        let Some(party) = self.seats.get(&id).and_then(|seat| seat.party()) else {
            return;
        };
        let new: Vec<_> = party
            .codes()
            .keys()
            .filter(|hash| !self.codes.contains_key(*hash))
            .filter_map(|hash| Some((*hash, party.package(*hash)?)))
            .collect();
        for (hash, package) in new {
            self.keep_code(hash, package.wasm, package.spec);
        }
    }

    /// The order is lost only where the desk is gone, at the end of the node.
    pub(super) fn order(&self, order: Order) {
        self.parts.desk.give(order);
    }
}
