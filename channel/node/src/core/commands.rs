//! What the user wants of a channel.

use twinroot_abi::{ChannelId, Height, PublicKey};
use twinroot_client::Failure;
use twinroot_client::api::{self, Id, Opened};
use twinroot_party::{Illegal, Input, Opening, Party, Report};
use twinroot_rules::CLOSE_WINDOW;
use twinroot_types::{Signature, encode};
use twinroot_wire::{Action, Parameters, VERSION};
use twox_hash::XxHash3_64;

use super::line::{Asked, Line, PEERS, PeerLine};
use super::pump::{closed, illegal};
use super::seat::{Seat, Stage};
use super::want::{Reply, Want};
use super::{Core, codes, tell};
use crate::desk::Order;

/// Offers of one peer that wait for the user, at most.
const OFFERS: usize = 16;

impl Core {
    /// Offers a channel.
    pub(super) fn open(&mut self, open: &api::Open, nonce: u64) -> Result<Opened, Failure> {
        self.check_running()?;
        let known = self
            .seats
            .iter()
            .find(|(_, seat)| seat.opening_key() == Some(&*open.key) && !open.key.is_empty());
        let peer = PublicKey::from(open.peer);
        let deposits = [open.deposit.0, open.peer_deposit.0];
        if let Some((id, seat)) = known {
            let same = seat.peer() == peer
                && (seat.terms.deposits, seat.terms.lock) == (deposits, open.lock);
            let channel = (*id).into();
            return same.then_some(Opened { channel }).ok_or_else(key_taken);
        }
        if peer == self.key {
            return Err(Failure {
                code: codes::ARGUMENTS,
                message: "a channel is between two, and the peer that is named is this node".into(),
                todo: "name another node".into(),
            });
        }
        if let Some(address) = &open.address {
            self.add_peer(peer, address.clone());
        }
        let terms = Parameters {
            chain: self.parts.chain,
            version: VERSION,
            parties: [self.key, peer],
            deposits,
            lock: open.lock,
            nonce,
            expiry: Height(self.height().0.saturating_add(open.expiry)),
        };
        if self.coins < open.deposit.0 {
            return Err(Failure {
                code: codes::COINS,
                message: format!(
                    "the account has {} coins, and {} are to be locked",
                    self.coins, open.deposit.0
                ),
                todo: "put coins into the account first: on a dev chain, `twinroot chain fund`"
                    .into(),
            });
        }
        let (opening, effects) = Opening::offer(
            terms.clone(),
            self.parts.limits.policy.clone(),
            self.height(),
        )
        .map_err(|error| Failure {
            code: codes::ARGUMENTS,
            message: format!("no channel can have these terms: {error}"),
            todo: String::new(),
        })?;
        let id = terms.channel();
        let mut seat = Seat::new(
            terms,
            twinroot_abi::Side::Initiator,
            None,
            Stage::Opening(Box::new(opening)),
        );
        seat.key = open.key.clone();
        seat.todo.extend(effects);
        self.begin(id, seat);
        Ok(Opened { channel: id.into() })
    }

    /// A peer offers a channel.
    pub(super) fn offered(&mut self, peer: PublicKey, terms: Parameters, signature: Signature) {
        let id = terms.channel();
        let waiting = self
            .seats
            .values()
            .filter(|seat| seat.peer() == peer && matches!(seat.stage, Stage::Opening(_)))
            .count();
        if self.frozen.is_some() || !self.caught_up || waiting >= OFFERS || terms.parties[0] != peer
        {
            return;
        }
        let policy = self.parts.limits.policy.clone();
        match Opening::offered(
            terms.clone(),
            signature,
            self.key,
            self.parts.chain,
            policy,
            self.height(),
        ) {
            Ok((opening, effects)) => {
                let mut seat = Seat::new(
                    terms,
                    twinroot_abi::Side::Responder,
                    Some(signature),
                    Stage::Opening(Box::new(opening)),
                );
                seat.todo.extend(effects);
                self.begin(id, seat);
            }
            Err(answer) => {
                let mut frame = id.0.to_vec();
                frame.extend(answer.encode());
                let _ = self.parts.peers.send(peer, frame);
            }
        }
    }

    fn begin(&mut self, id: ChannelId, seat: Seat) {
        let line = Line::Channel {
            terms: Box::new(seat.terms.clone()),
            side: seat.side,
            offered: seat.offered,
            key: seat.key.clone(),
        };
        self.seats.insert(id, seat);
        self.line(id, &line);
        self.order(Order::Watch(id));
        self.carry(id);
    }

    pub(super) fn answer(&mut self, answer: &api::Answer, yes: bool) -> Result<(), Failure> {
        let id = ChannelId::from(answer.channel);
        let seat = self.seat(id)?;
        let newest = seat
            .question
            .as_ref()
            .map(|question| Id::from(question.hash()));
        let asked = answer
            .question
            .or(newest)
            .ok_or_else(|| illegal(&Illegal::NothingAsked))?;
        let input = if yes {
            Input::Approve(asked.into())
        } else {
            Input::Decline(asked.into())
        };
        self.ask_party(id, input)?;
        let declined_offer = !yes
            && self
                .seats
                .get(&id)
                .is_some_and(|seat| matches!(seat.stage, Stage::Opening(_)));
        if let Some(seat) = self.seats.get_mut(&id) {
            seat.question = None;
        }
        if declined_offer {
            self.over(id);
        }
        Ok(())
    }

    /// A step that both sign, or that the ledger carries out.
    pub(super) fn step(&mut self, step: api::Step, force: bool, reply: Reply) {
        let id = ChannelId::from(step.channel);
        let result = self.want(step, force, reply);
        match result {
            Ok(Some(want)) if force => self.force_want(id, want),
            Ok(None) if force => self.force_overdue(id, self.height()),
            Ok(Some(want)) => {
                if let Some(seat) = self.seats.get_mut(&id) {
                    seat.wants.push_back(want);
                }
                self.pump(id);
            }
            Ok(None) => {}
            Err((reply, failure)) => {
                let _ = reply.send(Err(failure));
            }
        }
    }

    /// The step as something that waits for its answer; none where it is known already, and whoever asks again gets
    /// the same answer.
    fn want(
        &mut self,
        step: api::Step,
        force: bool,
        reply: Reply,
    ) -> Result<Option<Want>, (Reply, Failure)> {
        let id = ChannelId::from(step.channel);
        if let Err(failure) = self.check_running() {
            return Err((reply, failure));
        }
        let asked = asked(&step);
        let known = self.keys.get(&step.key);
        if known.is_some_and(|known| known.asked != asked) {
            return Err((reply, key_taken()));
        }
        if let Some(answer) = known.and_then(|known| known.answer.clone()) {
            let answer = answer.into_result();
            // It may be so new that it is not on the disk yet.
            self.after_write(move || {
                let _ = reply.send(answer);
            });
            return Ok(None);
        }
        if let Err(failure) = self.check_open(id) {
            return Err((reply, failure));
        }
        // Under way, and maybe known from before a restart, it is asked for once more: the same step again.
        let seat = self.seats.get_mut(&id);
        if let Some(want) = seat.and_then(|seat| seat.want_of(&step.key)) {
            want.replies.push(reply);
            if force {
                want.force_after = Some(0);
            }
            return Ok(None);
        }
        let operations = match self.operations(id, step.operations) {
            Ok(operations) => operations,
            Err(failure) => return Err((reply, failure)),
        };
        self.keys.waits(step.key.clone(), asked);
        Ok(Some(Want {
            key: step.key,
            asked,
            operations,
            replies: vec![reply],
            force_after: step.force_after.or(self.parts.limits.force_after),
            since: self.height(),
            records: step
                .records
                .into_iter()
                .map(|record| (record.name.0, record.value.map(|value| value.0)))
                .collect(),
            alone: false,
        }))
    }

    pub(super) fn message(&mut self, say: api::Say) -> Result<(), Failure> {
        self.ask_party(ChannelId::from(say.channel), Input::Note(say.bytes.0))
    }

    pub(super) fn close(&mut self, close: &api::Close) -> Result<(), Failure> {
        let id = ChannelId::from(close.channel);
        self.check_open(id)?;
        if close.solo {
            if !self.seat(id)?.looked {
                return Err(Failure {
                    code: codes::NOT_NOW,
                    message:
                        "the node has just begun, and the ledger may be closing the channel already"
                            .into(),
                    todo: "wait a moment, and try again".into(),
                });
            }
            return self.ask_party(id, Input::CloseSolo);
        }
        let expiry = Height(self.height().0.saturating_add(CLOSE_WINDOW / 2));
        self.ask_party(id, Input::ProposeClose { expiry })
    }

    pub(super) fn cancel(&mut self, id: ChannelId) -> Result<(), Failure> {
        self.ask_party(id, Input::Cancel)?;
        if let Some(seat) = self.seats.get_mut(&id) {
            seat.is_cancelled = seat.proposed.is_some();
        }
        Ok(())
    }

    pub(super) fn snapshot(&mut self, id: ChannelId) -> Result<(), Failure> {
        self.ask_party(id, Input::Snapshot)
    }

    /// What the watcher does by itself, now.
    pub(super) fn settle(&mut self, id: ChannelId) -> Result<(), Failure> {
        self.check_open(id)?;
        self.post(id, Action::Settle { channel: id });
        Ok(())
    }

    /// What the watcher does by itself, now.
    pub(super) fn slash(&mut self, id: ChannelId) -> Result<(), Failure> {
        let party = self.party(id)?;
        let state = party
            .newest()
            .cloned()
            .ok_or_else(|| illegal(&Illegal::NothingToDo))?;
        self.post(id, Action::Slash { channel: id, state });
        Ok(())
    }

    pub(super) fn add_peer(&mut self, peer: PublicKey, address: String) {
        let line = PeerLine {
            peer: peer.0,
            address: address.clone(),
        };
        self.note(PEERS, encode(&line));
        self.parts.peers.keep(peer, address);
    }

    /// The channel has paid out, for good.
    pub(super) fn paid_out(&mut self, id: ChannelId) {
        if let Some(words) = tell::report(&Report::Closed) {
            self.tell(Some(id), &words);
        }
        self.fail_all(id, &closed());
        self.over(id);
    }

    /// Nothing more will happen in a channel.
    pub(super) fn over(&mut self, id: ChannelId) {
        self.line(id, &Line::Over);
        if let Some(seat) = self.seats.get_mut(&id) {
            seat.stage = Stage::Over;
            seat.todo.clear();
        }
        self.order(Order::Leave(id));
    }

    fn ask_party(&mut self, id: ChannelId, input: Input) -> Result<(), Failure> {
        let seat = self.seat(id)?;
        if seat.party().is_some() && !seat.looked {
            return Err(Failure {
                code: codes::NOT_NOW,
                message:
                    "the node has begun, and does not know yet how the channel stands on the ledger"
                        .into(),
                todo: "wait a moment, and try again".into(),
            });
        }
        self.try_input(id, input).map_err(|error| illegal(&error))
    }

    pub(super) fn seat(&self, id: ChannelId) -> Result<&Seat, Failure> {
        self.check_running()?;
        self.seats.get(&id).ok_or_else(|| Failure {
            code: codes::NO_CHANNEL,
            message: format!("this node has no channel {id}"),
            todo: "`twinroot channel list` shows those it has".into(),
        })
    }

    pub(super) fn party(&self, id: ChannelId) -> Result<&Party, Failure> {
        let seat = self.seat(id)?;
        match &seat.stage {
            Stage::Open(party) => Ok(party),
            Stage::Opening(_) => Err(Failure {
                code: codes::NOT_OPEN,
                message: "the channel is not open yet".into(),
                todo: "wait for the peer to agree and for the ledger's blocks".into(),
            }),
            Stage::Over => Err(closed()),
        }
    }

    fn check_open(&self, id: ChannelId) -> Result<(), Failure> {
        self.party(id)?;
        match self.seat(id)?.broken.as_ref() {
            Some(why) => Err(Failure {
                code: codes::BROKEN,
                message: format!("the channel's party has stopped: {why}"),
                todo: "see docs/book, \"When a channel stops\"".into(),
            }),
            None => Ok(()),
        }
    }

    pub(super) fn check_running(&self) -> Result<(), Failure> {
        if self.frozen.is_some() {
            Err(self.frozen_failure())
        } else {
            Ok(())
        }
    }

    pub(super) fn is_connected(&self, id: ChannelId) -> bool {
        self.seats
            .get(&id)
            .is_some_and(|seat| self.parts.peers.connected().contains(&seat.peer()))
    }
}

fn asked(step: &api::Step) -> Asked {
    let text = serde_json::to_vec(&(step.channel, &step.operations));
    Asked(XxHash3_64::oneshot(&text.unwrap_or_default()))
}

fn key_taken() -> Failure {
    Failure {
        code: codes::KEY_TAKEN,
        message: "this key was given to something else: in another channel, or with other terms, operations or arguments".into(),
        todo: "give each step and each channel a key of its own".into(),
    }
}
