//! A party that begins again from what was written down (docs/spec/channel.md, 5.9).

use twinroot_abi::{Round, Side};
use twinroot_exec::{Codes, Env, Execute};
use twinroot_rules::{Consent, Position, Refusal, Refused, apply};
use twinroot_state::{Changes, State, Tree};
use twinroot_types::Signature;
use twinroot_wire::{
    CoSigned, Commitment, Ground, MutualClose, Parameters, SignedFunding, Standing, Update,
};

use crate::effect::{Checkpoint, Effect, Record};
use crate::handle;
use crate::held::{Agreement, Base, Bound, Candidate, Step};
use crate::party::{OpenError, Party};
use crate::{Illegal, Policy};

/// Where records come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The party's own log, to its end: all that it ever signed is in it.
    Log,
    /// A copy of some age. The party may have signed more since, so it signs nothing before it has
    /// heard of the peer, and then leaves a gap of rounds.
    Backup {
        /// A number that no earlier restoring of this channel was given, random or the time: what was
        /// signed after an earlier one may be lost as well, and must lie in another place.
        salt: u32,
    },
}

impl Party {
    /// The party that wrote these records, in their order, as it can be known from them. Give it the
    /// effects of [`Party::resume`] to carry out, then the present block and the ledger's view.
    ///
    /// # Errors
    /// [`RestoreError`] where the records are not those of one party with these terms.
    #[expect(clippy::too_many_arguments, reason = "all that a party is made of")]
    pub fn restore(
        terms: &Parameters,
        side: Side,
        opened: Env,
        policy: Policy,
        codes: Codes,
        source: Source,
        records: impl IntoIterator<Item = Record>,
        execute: &dyn Execute,
    ) -> Result<Self, RestoreError> {
        let mut party = Self::new(terms, side, opened, policy)?;
        party.codes = codes;
        let first = party.base.position.commitment.clone();
        for record in records {
            party.replay(record, &first, execute)?;
        }
        // What was sent is not known, so all of it may have been; nor what was taken back or refused,
        // so nothing is proposed again without the user's word.
        for half in &mut party.live {
            half.maybe_sent = true;
            half.dropped = true;
        }
        party.wanted.clear();
        party.lacking = handle::unknown_codes(&party);
        if let Source::Backup { salt } = source {
            party.doubt(salt);
        }
        Ok(party)
    }

    /// More may have been signed and said than the records before say.
    fn doubt(&mut self, salt: u32) {
        self.doubtful = true;
        self.salt = salt;
        // It may have been forced since.
        self.redo.clear();
        let lost = handle::lost_numbers(salt);
        self.said(self.notes.set_apart.saturating_add(lost));
    }

    /// What a party has to do that began again: signatures that were asked for and may be lost are
    /// made again, which gives the same bytes.
    #[must_use]
    pub fn resume(&self) -> Vec<Effect> {
        let live = self.live.iter().map(|half| half.candidate.to_sign());
        let accepting = self
            .accepting
            .iter()
            .map(|(candidate, _)| candidate.to_sign());
        let bound = self.bound.iter().map(|bound| bound.what.to_sign());
        let doubt = self
            .doubtful
            .then_some(Effect::Persist(Record::Doubtful(self.salt)));
        let again = live.chain(accepting).chain(bound).map(Effect::Sign);
        doubt.into_iter().chain(again).collect()
    }

    /// A record that stands for all before it, to be written at the head of a new log; none while
    /// something is half done.
    #[must_use]
    pub fn checkpoint(&self) -> Option<Record> {
        let at_rest = !self.doubtful
            && self.live.is_empty()
            && self.accepting.is_none()
            && self.bound.is_none()
            && self.bound_until().is_none()
            && self.behind.is_none()
            && self.steps.is_empty()
            && self.to_force_again().next().is_none();
        at_rest.then(|| Record::Checkpoint(Box::new(handle::checkpoint(self))))
    }

    /// What both signed last, with the whole state, whatever else is under way: what a party elsewhere goes on from, as from
    /// a backup.
    #[must_use]
    pub fn all_signed(&self) -> Checkpoint {
        handle::checkpoint(self)
    }

    fn replay(
        &mut self,
        record: Record,
        first: &Commitment,
        execute: &dyn Execute,
    ) -> Result<(), RestoreError> {
        // Nothing new is signed before a signature that was asked for is there: whatever was to be
        // accepted was, or was overtaken.
        let signs = matches!(
            record,
            Record::Proposing(..) | Record::Accepting(_) | Record::Closing(..)
        );
        self.accepting.take_if(|_| signs);
        match record {
            Record::Proposing(update, commitment) => {
                self.last_round = self.last_round.max(commitment.round);
                if let Some(candidate) = self.recompute(&update, &commitment, execute)? {
                    handle::hold_to(self, candidate);
                }
            }
            Record::Accepting(proposal) => {
                let commitment = &proposal.commitment;
                self.last_round = self.last_round.max(commitment.round);
                let Some(candidate) = self.recompute(&proposal.update, commitment, execute)? else {
                    return Ok(());
                };
                match &candidate.funding {
                    Some(funding) => {
                        self.bound = Some(Bound {
                            until: funding.expiry,
                            what: Agreement::Fund(Box::new(candidate)),
                            own: None,
                            peers: Some(proposal.signature),
                            mine: false,
                        });
                    }
                    None => self.accepting = Some((Box::new(candidate), proposal)),
                }
            }
            Record::CoSigned(state) => self.replay_co_signed(*state),
            Record::Funded(signed) => self.replay_funded(*signed),
            Record::Closing(close, peers) => self.replay_closing(*close, peers),
            Record::Forced(update) => {
                let base = self.position(&update).map(|(base, _)| base.clone());
                if let Some(base) = base {
                    let (step, _) = handle::forced_step(self, &base, &update, execute)?;
                    self.replay_step(step);
                }
            }
            Record::Heard(below) => self.notes.heard = below,
            Record::Said(below) => self.said(below),
            // Every start in doubt writes it down again.
            Record::Doubtful(salt) if self.doubtful && self.salt == salt => {}
            Record::Doubtful(salt) => self.doubt(salt),
            Record::Above(round) => {
                self.last_round = self.last_round.max(round);
                self.doubtful = false;
            }
            Record::Terms(_) => {}
            Record::Again(forced, operations) => {
                let kept = usize::try_from(forced).unwrap_or(usize::MAX);
                self.lose_steps(kept);
                self.redo = operations.into();
            }
            Record::Checkpoint(checkpoint) => self.replay_checkpoint(*checkpoint, first)?,
        }
        Ok(())
    }

    /// The next note gets a number that was never used.
    fn said(&mut self, below: u64) {
        self.notes.next = below;
        self.notes.set_apart = below;
    }

    /// The state that an update changes, if it is one that the party still rests on, and how it
    /// stands. The steps of a fork that lost are not: nothing of them counts any more.
    fn position(&self, update: &Update) -> Option<(&Position<Tree>, Standing)> {
        let steps = self.steps.iter().map(|step| &step.position);
        let before = self.funded.iter().map(|funded| &funded.before.position);
        let forced = std::iter::once(&self.base.position).chain(steps).zip(0..);
        forced
            .chain(before.zip(0..))
            .find(|(position, _)| position.commitment.hash() == update.base)
            .map(|(position, forced)| {
                let round = position.commitment.round;
                (position, Standing { round, forced })
            })
    }

    fn recompute(
        &self,
        update: &Update,
        commitment: &Commitment,
        execute: &dyn Execute,
    ) -> Result<Option<Candidate>, RestoreError> {
        let Some((base, standing)) = self.position(update) else {
            return Ok(None);
        };
        let applied = apply(base, update, Consent::Both, &self.codes, execute)
            .map_err(|Refusal { reason, .. }| RestoreError::Refused(reason))?;
        if applied.next.commitment != *commitment {
            return Err(RestoreError::Differs(commitment.round));
        }
        let candidate = handle::candidate(applied, update.clone(), standing);
        Ok(Some(candidate))
    }

    fn replay_co_signed(&mut self, state: CoSigned) {
        let accepting = self
            .accepting
            .take_if(|(candidate, _)| candidate.is(&state.commitment));
        let candidate = match accepting {
            Some((candidate, _)) => Some(*candidate),
            None => self.take_half_signed(&state.commitment),
        };
        match candidate {
            Some(candidate) => {
                handle::adopt(self, candidate, Ground::CoSigned(state));
            }
            // It was lost before, and only its header is here.
            None if state.commitment.round > self.base.position.commitment.round => {
                handle::fall_behind(self, Ground::CoSigned(state));
            }
            None => {}
        }
    }

    /// It was carried out; also where its time seemed to be over before.
    fn replay_funded(&mut self, signed: SignedFunding) {
        let bound = self.bound.take().and_then(fund).into_iter();
        let expired = self.expired.take().map(|candidate| *candidate);
        let candidate = bound
            .chain(expired)
            .find(|candidate| candidate.is(&signed.funding.commitment));
        let ground = Ground::Funding(signed);
        match candidate {
            Some(candidate) => handle::adopt(self, candidate, ground),
            None => handle::fall_behind(self, ground),
        };
    }

    fn replay_closing(&mut self, close: MutualClose, peers: Option<Signature>) {
        let before = self.bound.as_ref().map(|bound| bound.until);
        self.bound = Some(Bound {
            until: before.map_or(close.expiry, |until| until.max(close.expiry)),
            what: Agreement::Close(close),
            own: None,
            peers,
            mine: peers.is_none(),
        });
    }

    /// Steps after the one that it rests on were of a fork that lost. What was proposed on them has them
    /// in it all the same.
    fn replay_step(&mut self, step: Step) {
        let place = self
            .steps
            .iter()
            .position(|known| known.hash == step.update.base);
        let kept = place.map_or(0, |place| place.saturating_add(1));
        self.lose_steps(kept);
        if step.update.proposer == self.side {
            self.need_not_force(&step.update.operations);
        }
        self.steps.push(step);
    }

    fn replay_checkpoint(
        &mut self,
        checkpoint: Checkpoint,
        first: &Commitment,
    ) -> Result<(), RestoreError> {
        let changes: Changes = checkpoint
            .leaves
            .into_iter()
            .map(|leaf| (leaf.key, Some(leaf.value.into())))
            .collect();
        let state = Tree::new()
            .updated(&changes)
            .map_err(|missing| RestoreError::Refused(Refused::Missing(missing)))?;
        let commitment = checkpoint.ground.commitment().unwrap_or(first).clone();
        if state.root() != commitment.state_root {
            return Err(RestoreError::Differs(commitment.round));
        }
        self.base = Base::new(Position { commitment, state }, checkpoint.ground);
        self.steps.clear();
        let round = self.base.position.commitment.round;
        self.live.retain(|half| half.candidate.round() > round);
        self.accepting = None;
        self.behind = None;
        self.expired = self.funded.take().map(|funded| funded.candidate);
        self.doubtful = false;
        self.newest = checkpoint.newest;
        self.last_round = self.last_round.max(checkpoint.last_round);
        self.notes.heard = checkpoint.heard;
        self.said(checkpoint.said);
        Ok(())
    }
}

fn fund(bound: Bound) -> Option<Candidate> {
    match bound.what {
        Agreement::Fund(candidate) => Some(*candidate),
        Agreement::Close(_) => None,
    }
}

/// Why records are not those of a party.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    /// The terms are not those of an open channel.
    #[error(transparent)]
    Terms(#[from] OpenError),
    /// A step that was signed does not work; code is missing, or the records are not complete.
    #[error("a step in the records does not work: {0}")]
    Refused(Refused),
    /// A step in the records comes out differently.
    #[error("the step of round {0} in the records comes out differently here")]
    Differs(Round),
    /// A forced step in the records does not work.
    #[error("a forced step in the records does not work: {0}")]
    Forced(#[from] Illegal),
}
