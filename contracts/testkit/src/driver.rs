//! Carries out what the parties want done, in order, until nobody wants anything.

use twinroot_abi::Side;
use twinroot_arbiter::Effect as OnChain;
use twinroot_party::{Agreed, ChainEvent, Effect, Input, Report};
use twinroot_wire::{Action, CoSigned, Message, SignedTransaction};

use crate::{Answer, Posted, World, WorldError};

impl World {
    /// Gives one side an input and carries out everything that follows from it.
    ///
    /// # Errors
    /// The first thing that does not work.
    pub fn input(&mut self, side: Side, input: Input) -> Result<(), WorldError> {
        self.reports.clear();
        self.posted.clear();
        self.queue.clear();
        self.queue.push_back((side, input));
        self.drain()
    }

    fn carry_out(&mut self, side: Side, effect: Effect) -> Result<(), WorldError> {
        match effect {
            Effect::Persist(record) => self.records[side.index()].push(record),
            Effect::Sign(what) => {
                let signature = self.keys[side.index()].sign(what.tag(), &what.bytes());
                self.queue.push_back((side, Input::Signed(signature)));
            }
            Effect::Send(message) => {
                let message = Message::decode(&message.encode())?;
                if let Message::Propose(proposal) = &message {
                    self.update = Some(proposal.update.clone());
                }
                self.queue
                    .push_back((side.other(), Input::Message(message)));
            }
            Effect::Ask(question) => {
                let asked = question.hash();
                let answer = match self.answers[side.index()] {
                    Answer::Approve => Some(Input::Approve(asked)),
                    Answer::Decline => Some(Input::Decline(asked)),
                    Answer::Silence => None,
                };
                self.queue.extend(answer.map(|answer| (side, answer)));
            }
            Effect::Post(action) => {
                let posted = self.post(side, *action)?;
                self.queue_events(&posted, &Side::BOTH)?;
                self.posted.push((side, posted));
            }
            Effect::Report(report) => self.reports.push((side, report)),
        }
        Ok(())
    }

    /// Tells these parties what a transaction did.
    pub(crate) fn notify(&mut self, posted: &Posted, sides: &[Side]) -> Result<(), WorldError> {
        self.reports.clear();
        self.queue_events(posted, sides)?;
        self.drain()
    }

    fn drain(&mut self) -> Result<(), WorldError> {
        while let Some((side, input)) = self.queue.pop_front() {
            let Some(parties) = &mut self.parties else {
                return Err(WorldError::NoChannel);
            };
            for effect in parties[side.index()].step(input, &self.off_chain)? {
                self.carry_out(side, effect)?;
            }
        }
        Ok(())
    }

    fn queue_events(&mut self, posted: &Posted, sides: &[Side]) -> Result<(), WorldError> {
        let event = match &posted.receipt.effect {
            OnChain::Closing { commitment, .. } => ChainEvent::Closing {
                commitment: commitment.clone(),
                posted: posted_state(&posted.bytes)?,
            },
            OnChain::Closed { .. } => ChainEvent::Closed,
            OnChain::Forced {
                update, commitment, ..
            } => ChainEvent::Forced {
                base: posted_state(&posted.bytes)?,
                update: update.clone(),
                commitment: commitment.clone(),
            },
            _ => return Ok(()),
        };
        for side in sides {
            self.queue.push_back((*side, Input::Chain(event.clone())));
        }
        Ok(())
    }

    /// The state that both parties just came to, or why they did not.
    pub(crate) fn agreed(&mut self) -> Result<Agreed, WorldError> {
        let mut agreed = None;
        for (_, report) in self.reports.drain(..) {
            match report {
                Report::Agreed(new) | Report::AdoptedForced(new) => agreed = Some(*new),
                Report::Impossible(reason) => return Err(WorldError::Impossible(reason)),
                Report::PeerRefused { reason, .. } => return Err(WorldError::PeerRefused(reason)),
                _ => {}
            }
        }
        match agreed {
            Some(agreed) => Ok(agreed),
            None => match self.posted.pop() {
                Some((_, posted)) => Err(WorldError::Refuted(Box::new(posted.receipt))),
                None => Err(WorldError::Silent("a new state")),
            },
        }
    }
}

/// The co-signed state that a transaction brought to the ledger, if it brought one.
fn posted_state(transaction: &[u8]) -> Result<Option<Box<CoSigned>>, WorldError> {
    let state = match SignedTransaction::decode(transaction)?.transaction.action {
        Action::Force(force) => force.base,
        Action::CloseSolo { state, .. } => state,
        Action::Slash { state, .. } => Some(state),
        _ => None,
    };
    Ok(state.map(Box::new))
}
