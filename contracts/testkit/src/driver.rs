//! Carries out what the parties want done, in order, until nobody wants anything.

use twinroot_abi::Side;
use twinroot_arbiter::{Effect as OnChain, Phase, Rejected};
use twinroot_party::{Agreed, Effect, Input, OnLedger, Report};
use twinroot_wire::{Action, Ground, Message};

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
                let what = what.hash();
                self.queue
                    .push_back((side, Input::Signed { what, signature }));
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
            Effect::Post(action) => match self.post(side, *action) {
                Ok(posted) => {
                    self.queue_view(&Side::BOTH);
                    self.posted.push((side, posted));
                }
                // The other side was faster with the same answer.
                Err(WorldError::Rejected(Rejected::Stale { .. })) if !self.posted.is_empty() => {}
                Err(error) => {
                    if let Some(parties) = &mut self.parties {
                        parties[side.index()].step(Input::Rejected, &self.off_chain)?;
                    }
                    return Err(error);
                }
            },
            Effect::Report(report) => self.reports.push((side, report)),
        }
        Ok(())
    }

    /// Shows these parties the channel as the ledger has it now.
    pub(crate) fn notify(&mut self, sides: &[Side]) -> Result<(), WorldError> {
        self.reports.clear();
        self.queue_view(sides);
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

    fn queue_view(&mut self, sides: &[Side]) {
        let view = self.view().map(Box::new);
        for side in sides {
            self.queue.push_back((*side, Input::Ledger(view.clone())));
        }
    }

    fn view(&self) -> Option<OnLedger> {
        let channel = self.ledger.channel(self.channel().ok()?)?;
        Some(OnLedger {
            ground: channel.ground.clone(),
            steps: self.steps.clone(),
            tip: channel.tip.clone(),
            closing: match channel.phase {
                Phase::Open => None,
                Phase::Closing { until, .. } => Some(until),
            },
        })
    }

    fn ground(&self) -> Option<Ground> {
        let channel = self.ledger.channel(self.channel().ok()?)?;
        Some(channel.ground.clone())
    }

    /// Posts a transaction of one side's account.
    ///
    /// # Errors
    /// [`WorldError::Rejected`].
    pub fn post(&mut self, by: Side, action: Action) -> Result<Posted, WorldError> {
        let bytes = self.transaction(by, action);
        let before = self.ground();
        let receipt = self.ledger.submit(&bytes, &self.on_chain)?;
        if self.ground() != before {
            self.steps.clear();
        }
        if let OnChain::Forced { update, .. } = &receipt.effect {
            self.steps.push((**update).clone());
        }
        Ok(Posted { receipt, bytes })
    }

    /// The state that both parties just came to, or why they did not.
    pub(crate) fn agreed(&mut self) -> Result<Agreed, WorldError> {
        let mut agreed = None;
        for (_, report) in self.reports.drain(..) {
            match report {
                Report::Agreed(new) | Report::AdoptedForced(new) => agreed = Some(*new),
                Report::Impossible { why, .. } => return Err(WorldError::Impossible(why)),
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
