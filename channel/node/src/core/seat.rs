//! One channel: its party, what the party wants done, and what the user wants of it.

use std::collections::{BTreeSet, VecDeque};

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
                        || party.has_notes())
            }
            Stage::Over => false,
        }
    }

    /// Whether a step of that key is half-signed, so that the peer can still sign it.
    pub(crate) fn is_half_signed(&self, key: &str) -> bool {
        let has = |half: &HalfSigned| half.shares.iter().any(|share| share.key == key);
        self.half_signed.iter().any(has)
    }

    /// Whether a step that is equal and of other keys is half-signed, or to be forced again: the party would take the two for
    /// one.
    pub(crate) fn has_equal(&self, joint: &Joint) -> bool {
        let is_other = |half: &HalfSigned| {
            let has = |share: &Share| joint.wants.iter().any(|want| want.key == share.key);
            half.operations == joint.operations
                && !half.shares.is_empty()
                && !half.shares.iter().any(has)
        };
        self.half_signed.iter().any(is_other)
            || self
                .party()
                .is_some_and(|party| party.owes(&joint.operations))
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
        let overdue = |joint: &mut Joint| {
            !joint.moves_coins() && joint.wants.iter().any(|want| want.is_overdue(now))
        };
        if let Some(proposed) = self.proposed.take_if(overdue) {
            return Some(proposed);
        }
        let place = self
            .wants
            .iter()
            .position(|want| want.is_overdue(now) && !want.operations.iter().any(moves_coins))?;
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
