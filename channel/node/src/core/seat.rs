//! One channel: its party, what the party wants done, and what the user wants of it.

use std::collections::{BTreeSet, VecDeque};
use std::{mem, slice};

use twinroot_abi::{Hash, Height, PublicKey, Side};
use twinroot_exec::{Env, Execute};
use twinroot_party::{Effect, Illegal, Input, Opening, Party, Question, Status};
use twinroot_types::Signature;
use twinroot_wire::{Action, Commitment, Message, Operation, Parameters, Update};

use super::line::Share;
use super::want::{HalfSigned, Joint, Want, moves_coins};

/// One channel.
#[derive(Debug)]
pub(crate) struct Seat {
    pub(crate) terms: Parameters,
    pub(crate) side: Side,
    /// The signature of whoever offered it, where that is the peer.
    pub(crate) offered: Option<Signature>,
    /// The caller's own name of the opening.
    pub(crate) key: String,
    pub(crate) stage: Stage,
    /// The block in which the ledger opened it.
    pub(crate) opened: Option<Env>,
    /// What the party wants done and is not done yet.
    pub(crate) todo: VecDeque<Effect>,
    /// What waits for the disk, each with the batch that it rests on.
    pub(crate) outbox: VecDeque<(u64, Leaving)>,
    /// The batch that holds the newest line of this channel: nothing leaves before it is written.
    pub(crate) unwritten: u64,
    /// Whether the party has seen the channel as the ledger has it now. Before that it is told nothing else.
    pub(crate) looked: bool,
    /// The height at which the ledger was first seen without it, since it was opened or since the last fork.
    pub(crate) gone: Option<Height>,
    /// Lines of the log since the last checkpoint.
    pub(crate) lines: usize,
    /// Their bytes, and those of that checkpoint.
    pub(crate) bytes: usize,
    pub(crate) checkpoint_bytes: usize,
    pub(crate) question: Option<Question>,
    /// Whether the time for opening is over; the ledger may have opened it while this node was away.
    pub(crate) expired: bool,
    pub(crate) wants: VecDeque<Want>,
    pub(crate) proposed: Option<Joint>,
    pub(crate) forcing: Option<Joint>,
    /// What this node has signed and its peer may still sign.
    pub(crate) half_signed: Vec<HalfSigned>,
    /// Whether the peer's step went first, and the own one comes after it by itself.
    pub(crate) collided: bool,
    /// Whether the user takes back what is proposed.
    pub(crate) is_cancelled: bool,
    /// Whether what the peer refused is still to be taken back.
    pub(crate) takes_back: bool,
    /// The height at which the ledger rejected a forced step, which it may have already: after the next block it is looked at.
    pub(crate) rejected: Option<(Height, Update)>,
    /// The newest forced step that was written down.
    pub(crate) forced: Option<Update>,
    /// Why its party does nothing more, if so: ledger and party disagree.
    pub(crate) broken: Option<String>,
    /// Codes that were posted to the ledger and are to be seen there.
    pub(crate) publishing: BTreeSet<[u8; 32]>,
}

/// What others will see.
#[derive(Debug)]
pub(crate) enum Leaving {
    /// The peer.
    Message(Box<Message>),
    /// The ledger.
    Action(Box<Action>),
}

/// Where the life of a channel stands.
#[derive(Debug)]
pub(crate) enum Stage {
    /// Offered, and not yet open for good.
    Opening(Box<Opening>),
    /// Open, or being closed.
    Open(Box<Party>),
    /// Paid out, or never opened.
    Over,
}

impl Seat {
    pub(crate) fn new(
        terms: Parameters,
        side: Side,
        offered: Option<Signature>,
        stage: Stage,
    ) -> Self {
        Self {
            terms,
            side,
            offered,
            key: String::new(),
            stage,
            opened: None,
            todo: VecDeque::new(),
            outbox: VecDeque::new(),
            unwritten: 0,
            looked: false,
            gone: None,
            lines: 0,
            bytes: 0,
            checkpoint_bytes: 0,
            question: None,
            expired: false,
            wants: VecDeque::new(),
            proposed: None,
            forcing: None,
            half_signed: Vec::new(),
            collided: false,
            is_cancelled: false,
            takes_back: false,
            rejected: None,
            forced: None,
            broken: None,
            publishing: BTreeSet::new(),
        }
    }

    pub(crate) fn peer(&self) -> PublicKey {
        self.terms.parties[self.side.other().index()]
    }

    /// The caller's own name of the opening, where this node has opened it.
    pub(crate) fn opening_key(&self) -> Option<&str> {
        (!self.key.is_empty()).then_some(&*self.key)
    }

    pub(crate) fn party(&self) -> Option<&Party> {
        match &self.stage {
            Stage::Open(party) => Some(party),
            Stage::Opening(_) | Stage::Over => None,
        }
    }

    pub(crate) const fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Over)
    }

    /// Whether the peer's words are for its party now.
    pub(crate) fn listens(&self, message: &Message) -> bool {
        match (&self.stage, message) {
            (
                Stage::Opening(_),
                Message::Offer { .. } | Message::AcceptOffer { .. } | Message::RefuseOffer { .. },
            ) => true,
            (Stage::Open(_), _) => self.looked && self.broken.is_none(),
            (Stage::Opening(_) | Stage::Over, _) => false,
        }
    }

    /// Gives the party an input; what it wants done comes behind what it wanted before.
    pub(crate) fn step(&mut self, input: Input, execute: &dyn Execute) -> Result<(), Illegal> {
        let effects = match &mut self.stage {
            Stage::Opening(opening) => opening.step(input)?,
            Stage::Open(party) => party.step(input, execute)?,
            Stage::Over => return Err(Illegal::Closed),
        };
        self.todo.extend(effects);
        Ok(())
    }

    /// Whether something was said or is to be said that was not answered.
    pub(crate) fn wants_a_tick(&self) -> bool {
        match &self.stage {
            Stage::Opening(_) => true,
            Stage::Open(party) => {
                self.looked
                    && (self.proposed.is_some()
                        || self.takes_back
                        || !matches!(party.status(), Status::Free | Status::Closing(_))
                        || party.has_notes()
                        || party.lacks_codes())
            }
            Stage::Over => false,
        }
    }

    /// Whether a step of that key is half-signed, so that the peer can still sign it.
    pub(crate) fn is_half_signed(&self, key: &str) -> bool {
        self.half_signed.iter().any(|half| half.is_of(key))
    }

    /// Whether a step that is equal and of other keys is half-signed, or to be forced again: the party would take the two for
    /// one.
    pub(crate) fn has_equal(&self, wants: &[Want], operations: &[Operation]) -> bool {
        self.equal_half_signed(wants, operations).is_some()
            || self.party().is_some_and(|party| party.owes(operations))
    }

    /// A half-signed step that is equal and of other keys.
    pub(crate) fn equal_half_signed(
        &self,
        wants: &[Want],
        operations: &[Operation],
    ) -> Option<&Share> {
        let is_own = |share: &Share| wants.iter().any(|want| want.key == share.key);
        let is_other =
            |half: &&HalfSigned| half.operations == operations && !half.shares.iter().any(is_own);
        let other = self.half_signed.iter().filter(is_other);
        other.flat_map(|half| &half.shares).next()
    }

    /// A step of that key that waits.
    pub(crate) fn want_of(&mut self, key: &str) -> Option<&mut Want> {
        let joint = self
            .proposed
            .iter_mut()
            .chain(self.forcing.iter_mut())
            .flat_map(|joint| joint.wants.iter_mut());
        joint
            .chain(self.wants.iter_mut())
            .find(|want| want.key == key)
    }

    /// A step was proposed before the restart; whether it is still under way.
    pub(crate) fn was_proposed(&mut self, what: Hash, since: Height, shares: Vec<Share>) -> bool {
        let Some(half) = self.half_signed.iter_mut().find(|half| half.hash == what) else {
            return false;
        };
        half.shares.clone_from(&shares);
        half.since = since;
        self.proposed = Some(Joint::restored(shares, half.operations.clone(), since));
        true
    }

    /// A step was to be forced before the restart; it is to be still.
    pub(crate) fn was_forced(
        &mut self,
        since: Height,
        shares: Vec<Share>,
        operations: Vec<Operation>,
    ) -> bool {
        if !matches!(self.stage, Stage::Open(_)) {
            return false;
        }
        let joint = Joint::restored(shares, operations, since);
        // It was proposed before.
        self.proposed.take_if(|proposed| {
            proposed
                .wants
                .iter()
                .any(|want| joint.wants.iter().any(|forced| forced.key == want.key))
        });
        self.forcing = Some(joint);
        true
    }

    /// These wait again, in their order and before all others.
    pub(crate) fn wait_again(&mut self, wants: Vec<Want>) {
        for want in wants.into_iter().rev() {
            self.wants.push_front(want);
        }
    }

    /// A step that the party does not see to any more, since the state that it was signed on is not the newest, waits again.
    /// Where the peer could still sign it, it is taken back before anything else comes.
    pub(crate) fn let_go(&mut self) {
        let Stage::Open(party) = &self.stage else {
            return;
        };
        if !self.looked || !self.todo.is_empty() || self.is_cancelled {
            return;
        }
        let left = self
            .proposed
            .take_if(|joint| !party.sees_to(&joint.operations));
        let sees_to = |half: &HalfSigned| party.sees_to(&half.operations);
        if self.proposed.is_none() && !self.half_signed.iter().any(sees_to) {
            self.forget_void();
            self.takes_back |= !self.half_signed.is_empty();
        }
        self.wait_again(left.map(Joint::lasting).unwrap_or_default());
    }

    /// The step that was being forced and is not any more, if anybody waits for it: what is to be forced once more was answered
    /// long ago. What is half-signed as well waits again, since nobody is told that a step did not happen before it
    /// cannot happen any more.
    pub(crate) fn take_forcing(&mut self, operations: &[Operation]) -> Option<Joint> {
        let asked = |joint: &mut Joint| joint.is_asked && joint.operations == operations;
        let mut joint = self.forcing.take_if(asked)?;
        let (open, done): (Vec<Want>, Vec<Want>) = mem::take(&mut joint.wants)
            .into_iter()
            .partition(|want| self.is_half_signed(&want.key));
        self.wait_again(open);
        joint.wants = done;
        Some(joint)
    }

    /// The step that was proposed and does not come, if anybody waits for it: what the party proposes of itself, since it is
    /// owed, nobody does. Where it worked when it was signed the peer can still sign that: it is taken back before
    /// anybody is told.
    pub(crate) fn take_proposed(&mut self, operations: &[Operation]) -> Option<Joint> {
        let proposed = self
            .proposed
            .take_if(|joint| joint.operations == operations)?;
        if proposed
            .wants
            .iter()
            .any(|want| self.is_half_signed(&want.key))
        {
            self.takes_back = true;
            self.wait_again(proposed.lasting());
            return None;
        }
        Some(proposed)
    }

    /// Takes out the step of that key, wherever it waits.
    pub(crate) fn take_want(&mut self, key: &str) -> Option<Want> {
        for waiting in [&mut self.proposed, &mut self.forcing] {
            let Some(joint) = waiting else { continue };
            let Some(place) = joint.wants.iter().position(|want| want.key == key) else {
                continue;
            };
            let want = joint.wants.remove(place);
            if joint.wants.is_empty() {
                *waiting = None;
            }
            return Some(want);
        }
        let place = self.wants.iter().position(|want| want.key == key)?;
        self.wants.remove(place)
    }

    /// What is to be forced now, since one of its callers has waited long enough: what was proposed, as it was proposed, or
    /// a step that could not even be.
    pub(crate) fn take_overdue(&mut self, now: Height) -> Option<Joint> {
        if self.forcing.is_some() {
            return None;
        }
        let is_due = |wants: &[Want], operations: &[Operation]| {
            wants.iter().any(|want| want.is_overdue(now))
                && !operations.iter().any(moves_coins)
                && !self.has_equal(wants, operations)
        };
        let proposed = self.proposed.as_ref();
        if proposed.is_some_and(|joint| is_due(&joint.wants, &joint.operations)) {
            return self.proposed.take();
        }
        let is_due = |want: &Want| is_due(slice::from_ref(want), &want.operations);
        let place = self.wants.iter().position(is_due)?;
        self.wants.remove(place).map(|want| Joint::of(vec![want]))
    }

    /// Forgets what was signed and the peer cannot sign any more.
    pub(crate) fn forget_void(&mut self) {
        let Stage::Open(party) = &self.stage else {
            return;
        };
        let live: BTreeSet<Hash> = party.half_signed().map(Commitment::hash).collect();
        let bound = matches!(party.status(), Status::Bound(_) | Status::Signing);
        let may_count = |half: &HalfSigned| {
            live.contains(&half.hash) || (bound && half.operations.iter().any(moves_coins))
        };
        self.half_signed.retain(may_count);
    }
}
