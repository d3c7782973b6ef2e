//! The party, and the dispatch of inputs.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use twinroot_abi::{Amount, CodeHash, Gas, Hash, Height, Round, Side};
use twinroot_exec::{Code, Codes, Env, Execute, Receipt, StateKey};
use twinroot_rules::{FORCE_WINDOW, Position, Refused, genesis};
use twinroot_state::{Read, Touched, Tree};
use twinroot_types::{Limits, Signature, decode};
use twinroot_wire::{
    CoSigned, Commitment, Ground, Keys, Operation, Package, Parameters, Proposal, SignatureError,
    Standing,
};

use crate::effect::Record;
use crate::held::{
    Agreement, Asked, Base, Behind, Bound, Candidate, Duty, Forcing, Funded, HalfSigned, Notes,
    Step,
};
use crate::{Effect, Illegal, Input, OnLedger, Policy, Status, handle};

/// A new state, and what led to it.
#[derive(Clone, Debug)]
pub struct Agreed {
    /// Its commitment.
    pub commitment: Commitment,
    /// How many operations led to it; with none it only takes back what was signed by half.
    pub operations: usize,
    /// What is left of the calls.
    pub receipts: Vec<Receipt>,
    /// Gas of the calls.
    pub gas: Gas,
    /// Leaves that a witness of the step shows.
    pub touched: Touched,
    /// A half-signed step of a higher round, which the peer can still sign in the place of this one
    /// (docs/spec/channel.md, 5.7). The party has a step above it signed as soon as it can.
    pub rival: Option<Round>,
}

/// One side of an open channel.
#[derive(Clone, Debug)]
pub struct Party {
    pub(crate) side: Side,
    pub(crate) keys: Keys,
    pub(crate) policy: Policy,
    pub(crate) codes: Codes,
    pub(crate) specs: BTreeMap<CodeHash, Vec<u8>>,
    /// Codes of its contracts that it does not know: it took their state over and not the steps that made them.
    pub(crate) lacking: BTreeSet<CodeHash>,
    /// Codes that the ledger knows.
    pub(crate) published: BTreeSet<CodeHash>,
    /// Coins of its account, as far as the driver told.
    pub(crate) funds: Option<Amount>,
    /// What both signed last.
    pub(crate) base: Base,
    /// Steps forced on it, as the ledger has them now.
    pub(crate) steps: Vec<Step>,
    /// The newest co-signed state: what beats any older close.
    pub(crate) newest: Option<CoSigned>,
    /// A deposit or a withdrawal that the ledger carried out, until a newer state is signed.
    pub(crate) funded: Option<Funded>,
    /// One that is not to be counted on any more. A party that was away may find it on the ledger all
    /// the same.
    pub(crate) expired: Option<Box<Candidate>>,
    /// The highest round that either side has signed.
    pub(crate) last_round: Round,
    pub(crate) blocks: Vec<Env>,
    /// What this party has signed and the peer, as far as is known, has not: the peer still may,
    /// until both sign a higher round.
    pub(crate) live: Vec<HalfSigned>,
    /// A step of the peer that waits for this party's signature.
    pub(crate) accepting: Option<(Box<Candidate>, Box<Proposal>)>,
    pub(crate) asked: Option<Asked>,
    /// What the user declined last: to be told again if the peer asks again.
    pub(crate) declined: Option<Hash>,
    /// A close, a deposit or a withdrawal that this party has signed.
    pub(crate) bound: Option<Bound>,
    /// Steps of the user that had to give way to the peer's, to be proposed when there is time.
    pub(crate) wanted: VecDeque<Vec<Operation>>,
    pub(crate) forcing: Option<Forcing>,
    /// Steps that were forced and are not there any more, to be forced again.
    pub(crate) redo: VecDeque<Vec<Operation>>,
    /// States after forced steps that are not there any more. What rests on one of them has its steps.
    pub(crate) lost: BTreeSet<Hash>,
    /// The channel as the ledger had it last.
    pub(crate) ledger: Option<OnLedger>,
    /// What was posted last for each duty, and when.
    pub(crate) posted: BTreeMap<Duty, (Round, Height)>,
    /// A newer state that was lost.
    pub(crate) behind: Option<Behind>,
    /// Whether it came back from a backup and does not know what it signed since.
    pub(crate) doubtful: bool,
    /// Where it goes on after lost rounds.
    pub(crate) salt: u32,
    /// The code that the peer was given last, until some time has passed.
    pub(crate) gave: Option<CodeHash>,
    pub(crate) notes: Notes,
    pub(crate) closed: bool,
    pub(crate) frozen: bool,
}

impl Party {
    /// One side of a channel that was opened in block `opened`, at its beginning.
    ///
    /// # Errors
    /// [`OpenError`] where the terms cannot be those of an open channel.
    pub fn new(
        terms: &Parameters,
        side: Side,
        opened: Env,
        policy: Policy,
    ) -> Result<Self, OpenError> {
        Ok(Self {
            side,
            keys: Keys::gate(&terms.parties)?,
            policy,
            codes: Codes::default(),
            specs: BTreeMap::new(),
            lacking: BTreeSet::new(),
            published: BTreeSet::new(),
            funds: None,
            base: Base::new(genesis(terms, opened)?, Ground::Terms),
            steps: Vec::new(),
            newest: None,
            funded: None,
            expired: None,
            last_round: Round(0),
            blocks: vec![opened],
            live: Vec::new(),
            accepting: None,
            asked: None,
            declined: None,
            bound: None,
            wanted: VecDeque::new(),
            forcing: None,
            redo: VecDeque::new(),
            lost: BTreeSet::new(),
            ledger: None,
            posted: BTreeMap::new(),
            behind: None,
            doubtful: false,
            salt: 0,
            gave: None,
            notes: Notes::default(),
            closed: false,
            frozen: false,
        })
    }

    /// Makes a contract's code known. Codes, also those that came from the peer, are for the driver to
    /// keep: it writes down what is new in [`Self::codes`] before the next record.
    pub fn learn(&mut self, code: Code) {
        self.lacking.remove(&code.hash);
        Arc::make_mut(&mut self.codes).insert(code.hash, code.bytes);
    }

    /// Makes a contract's code known, with what its author says of it.
    pub fn learn_with(&mut self, code: Code, spec: Vec<u8>) {
        self.specs.insert(code.hash, spec);
        self.learn(code);
    }

    /// The code that it knows.
    #[must_use]
    pub const fn codes(&self) -> &Codes {
        &self.codes
    }

    /// A contract's code, with what its author says of it.
    #[must_use]
    pub fn package(&self, code: CodeHash) -> Option<Package> {
        Some(Package {
            wasm: self.codes.get(&code)?.clone(),
            spec: self.specs.get(&code).cloned().unwrap_or_default(),
        })
    }

    /// Takes an input in and says what is to be done.
    ///
    /// # Errors
    /// [`Illegal`] where the input makes no sense now; nothing is changed.
    pub fn step(&mut self, input: Input, execute: &dyn Execute) -> Result<Vec<Effect>, Illegal> {
        if self.frozen {
            return Err(Illegal::Frozen);
        }
        let before: Vec<_> = self.to_force_again().cloned().collect();
        let mut effects = self.take_in(input, execute)?;
        if !self.to_force_again().eq(&before) {
            // Behind the records that led to it, which a party that begins again understands alike, before anything is told.
            let led_to_it = |effect: &Effect| {
                matches!(
                    effect,
                    Effect::Persist(Record::Forced(_) | Record::CoSigned(_) | Record::Funded(_))
                )
            };
            let last = effects.iter().rposition(led_to_it);
            let place = last.map_or(0, |last| last.saturating_add(1));
            let owed = self.to_force_again().cloned().collect();
            let again = Record::Again(self.standing().forced, owed);
            effects.insert(place, Effect::Persist(again));
        }
        Ok(effects)
    }

    fn take_in(&mut self, input: Input, execute: &dyn Execute) -> Result<Vec<Effect>, Illegal> {
        let mut effects = match input {
            Input::WriteFailed => return Ok(handle::freeze(self)),
            Input::Block(block) => return handle::block(self, block, execute),
            Input::Ledger(view) => handle::ledger(self, view, execute)?,
            Input::Funds(coins) => {
                self.funds = Some(coins);
                Vec::new()
            }
            Input::Published(code) => {
                self.published.insert(code);
                Vec::new()
            }
            _ if self.closed => return Err(Illegal::Closed),
            Input::Propose(operations) => handle::propose(self, operations, execute)?,
            Input::Cancel => handle::cancel(self, execute)?,
            Input::ProposeClose { expiry } => handle::propose_close(self, expiry)?,
            Input::Approve(asked) => handle::approve(self, asked)?,
            Input::Decline(asked) => handle::decline(self, asked)?,
            Input::Force(operations) => handle::force(self, operations, execute)?,
            Input::CloseSolo => handle::close_solo(self),
            Input::Snapshot => handle::snapshot(self)?,
            Input::Note(bytes) => handle::note(self, bytes)?,
            Input::Leave => vec![Effect::Send(twinroot_wire::Message::Leave)],
            Input::Message(message) => handle::message(self, message, execute)?,
            Input::Connected => handle::connected(self),
            Input::Signed { what, signature } => handle::signed(self, what, signature)?,
            Input::Rejected => handle::rejected(self),
            Input::Tick => handle::tick(self),
        };
        effects.extend(handle::follow_up(self, execute)?);
        Ok(effects)
    }

    /// Which side it is.
    #[must_use]
    pub const fn side(&self) -> Side {
        self.side
    }

    /// What it does without asking.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The newest state that stands.
    #[must_use]
    pub fn commitment(&self) -> &Commitment {
        &self.tip().commitment
    }

    /// The full state.
    #[must_use]
    pub fn state(&self) -> &Tree {
        &self.tip().state
    }

    /// How the newest state stands.
    #[must_use]
    pub fn standing(&self) -> Standing {
        Standing {
            round: self.base.position.commitment.round,
            forced: u32::try_from(self.steps.len()).unwrap_or(u32::MAX),
        }
    }

    /// The newest state that both signed.
    #[must_use]
    pub const fn newest(&self) -> Option<&CoSigned> {
        self.newest.as_ref()
    }

    /// The half-signed steps that the peer can still sign.
    pub fn half_signed(&self) -> impl Iterator<Item = &Commitment> {
        self.live.iter().map(|half| &half.candidate.next.commitment)
    }

    /// The channel as the ledger had it last.
    #[must_use]
    pub const fn on_ledger(&self) -> Option<&OnLedger> {
        self.ledger.as_ref()
    }

    /// Whether there is a newer state that it has lost.
    #[must_use]
    pub const fn lacks_its_newest(&self) -> bool {
        self.behind.is_some()
    }

    /// Whether it lacks codes of its contracts, which it asks the peer for.
    #[must_use]
    pub fn lacks_codes(&self) -> bool {
        !self.lacking.is_empty()
    }

    /// Whether notes wait for the peer to say that they came.
    #[must_use]
    pub fn has_notes(&self) -> bool {
        !self.notes.waiting.is_empty()
    }

    /// What it is doing.
    #[must_use]
    pub fn status(&self) -> Status {
        Status::of(self)
    }

    /// The least of this party's free coins in any state that can still be the last: the newest, the
    /// newest that both signed, and those that the peer can still sign. Coins of contracts come on
    /// top, as far as the contracts give them (docs/spec/channel.md, 8.6).
    #[must_use]
    pub fn sure(&self) -> Amount {
        let half_signed = self.live.iter().map(|half| &half.candidate);
        let bound = self.bound.iter().filter_map(|bound| match &bound.what {
            Agreement::Fund(candidate) => Some(&**candidate),
            Agreement::Close(_) => None,
        });
        let before = self.funded.iter().map(|funded| &funded.before.position);
        let ledger = self.ledger.iter().filter(|_| self.settles_soon());
        let close = self.bound.iter().filter_map(|bound| match &bound.what {
            Agreement::Close(close) => Some(close.payout),
            Agreement::Fund(_) => None,
        });
        let side = self.side.index();
        half_signed
            .chain(bound)
            .map(|candidate| &candidate.next)
            .chain(before)
            .chain([&self.base.position])
            // A fork can lose the newest of the forced steps.
            .chain(self.steps.iter().map(|step| &step.position))
            .map(|position| balances(&position.state)[side])
            .chain(
                close
                    .chain(ledger.map(|ledger| ledger.tip.payout))
                    .map(|payout| payout[side]),
            )
            .min()
            .unwrap_or_default()
    }

    /// Free coins of both sides in the newest state.
    #[must_use]
    pub fn balances(&self) -> [Amount; 2] {
        balances(self.state())
    }

    pub(crate) fn tip(&self) -> &Position<Tree> {
        self.steps
            .last()
            .map_or(&self.base.position, |step| &step.position)
    }

    /// Hash of the newest state's commitment.
    pub(crate) fn tip_hash(&self) -> Hash {
        self.steps.last().map_or(self.base.hash, |step| step.hash)
    }

    /// The newest block.
    pub(crate) fn now(&self) -> Env {
        self.blocks
            .last()
            .copied()
            .unwrap_or(self.base.position.commitment.env)
    }

    /// Whether something can be built on the newest state. After a fork nothing can before its block is passed again
    /// (docs/spec/channel.md, 4.2).
    pub(crate) fn check_time(&self) -> Result<(), Illegal> {
        let (now, newest) = (self.now(), self.tip().commitment.env);
        if now.height < newest.height || now.time < newest.time {
            return Err(Illegal::TakenBack {
                height: newest.height,
            });
        }
        Ok(())
    }

    /// Whether this party sees by itself to a step of its user: the peer may answer it as it was proposed, or it is to be
    /// proposed again.
    #[must_use]
    pub fn sees_to(&self, operations: &[Operation]) -> bool {
        let tip = self.tip_hash();
        let is_half_signed = |half: &HalfSigned| {
            let comes_again = !half.dropped && !self.has_forced(operations);
            half.candidate.operations() == operations
                && (half.candidate.update.base == tip || comes_again)
        };
        let moves = self.bound.iter().filter_map(|bound| match &bound.what {
            Agreement::Fund(candidate) => Some(candidate.operations()),
            Agreement::Close(_) => None,
        });
        self.live.iter().any(is_half_signed)
            || self
                .wanted
                .iter()
                .map(|wanted| &**wanted)
                .chain(moves)
                .any(|own| own == operations)
    }

    /// Whether the peer may pin this block: it is of the ledger and not too old to be forced
    /// (docs/spec/channel.md, 4.4).
    pub(crate) fn may_pin(&self, env: Env) -> bool {
        self.blocks.contains(&env)
    }

    /// Takes a block in, in the place of all that are not below it.
    pub(crate) fn see(&mut self, block: Env) {
        self.blocks.retain(|known| known.height < block.height);
        self.blocks.push(block);
        let oldest = block.height.0.saturating_sub(FORCE_WINDOW);
        self.blocks.retain(|known| known.height.0 >= oldest);
    }

    pub(crate) fn next_round(&self) -> Result<Round, Illegal> {
        self.last_round
            .checked_add(Round(1))
            .ok_or(Illegal::NoRound)
    }

    /// Whether a signature that was asked for is still to come.
    pub(crate) fn is_signing(&self) -> bool {
        let unsigned = |half: &HalfSigned| half.signature.is_none();
        self.accepting.is_some()
            || self.live.iter().any(unsigned)
            || self.bound.as_ref().is_some_and(|bound| bound.own.is_none())
    }

    /// Whether it may sign a new step (docs/spec/channel.md, 5.1). While the channel is being closed it
    /// signs none: what is signed then could come too late to beat the close, also where the time to
    /// answer seems long, since a fork can lose the forced step that made it so.
    pub(crate) fn check_free(&self) -> Result<(), Illegal> {
        self.check_unbound()?;
        match &self.ledger {
            Some(ledger) if ledger.closing.is_some() => Err(Illegal::BeingClosed),
            _ => Ok(()),
        }
    }

    /// Whether nothing that it has signed or lost stands in the way of signing more.
    pub(crate) fn check_unbound(&self) -> Result<(), Illegal> {
        if self.doubtful {
            return Err(Illegal::Doubtful);
        }
        if let Some(behind) = &self.behind {
            return Err(Illegal::Behind {
                round: behind.ground.round(),
            });
        }
        if self.is_signing() {
            return Err(Illegal::Busy);
        }
        match self.bound_until() {
            Some(until) => Err(Illegal::Bound { until }),
            None => Ok(()),
        }
    }

    /// Whether a close pays out so soon that nothing can beat it for sure: the answer takes a block,
    /// and a fork may lose it.
    fn settles_soon(&self) -> bool {
        let answered = self.now().height.0.saturating_add(self.policy.depth);
        self.ledger.as_ref().is_some_and(|ledger| {
            let settles = ledger.closing.map(|until| until.max(ledger.tip.hold_until));
            settles.is_some_and(|settles| answered.saturating_add(1) >= settles.0)
        })
    }

    /// The height up to which the ledger may still take a close, a deposit or a withdrawal that this
    /// party has signed, or lose one that it took (docs/spec/channel.md, 6.4). Until then the party signs nothing else: the
    /// peer could choose between the two.
    pub(crate) fn bound_until(&self) -> Option<Height> {
        let signed = self.bound.as_ref().map(|bound| bound.until);
        let carried_out = self.funded.as_ref().map(|funded| self.lost_until(funded));
        let can_be_lost = carried_out.filter(|until| !self.is_over(*until));
        let until = signed.max(can_be_lost)?;
        Some(Height(until.0.saturating_add(self.policy.depth)))
    }

    /// The height up to which a deposit or a withdrawal that was carried out can be lost to a fork, or
    /// carried out again where one lost it.
    fn lost_until(&self, funded: &Funded) -> Height {
        let there = self.is_on_ledger(self.base.ground.round());
        match &funded.candidate.funding {
            Some(funding) if !there => funding.expiry,
            _ => funded.at,
        }
    }

    /// Whether the ledger rests on that round or a higher one.
    pub(crate) fn is_on_ledger(&self, round: Round) -> bool {
        let ledger = self.ledger.as_ref();
        ledger.is_some_and(|ledger| ledger.ground.round() >= round)
    }

    /// Whether a height has passed, and no fork that is to be expected brings it back.
    pub(crate) fn is_over(&self, until: Height) -> bool {
        until.0.saturating_add(self.policy.depth) < self.now().height.0
    }

    /// The round of a half-signed step that is another one than `operations`. Two different steps
    /// must not be open to the peer's choice. One that was carried out by force meanwhile stands in
    /// nobody's way: whichever of the two counts, it was carried out.
    pub(crate) fn other_half_signed(&self, operations: &[Operation]) -> Option<Round> {
        self.live
            .iter()
            .filter(|half| !half.candidate.operations().is_empty())
            .filter(|half| half.candidate.operations() != operations)
            .find(|half| !self.has_forced(half.candidate.operations()))
            .map(|half| half.candidate.round())
    }

    /// A half-signed step that the peer can still sign although it rests on a state that is no part
    /// of the newest: it was beaten by nothing yet.
    pub(crate) fn rival(&self) -> Option<Round> {
        let rests_here =
            |base: Hash| base == self.base.hash || self.steps.iter().any(|step| step.hash == base);
        self.live
            .iter()
            .filter(|half| !rests_here(half.candidate.update.base))
            .map(|half| half.candidate.round())
            .max()
    }

    /// Where two proposals cross, whether this party's goes first. Both know the bit, and it is
    /// another one after each round.
    pub(crate) fn goes_first(&self) -> bool {
        let Hash(bytes) = self.base.hash;
        usize::from(bytes[0] & 1) == self.side.index()
    }

    /// A pair of signatures, initiator's first.
    pub(crate) const fn side_by_side(&self, own: Signature, peers: Signature) -> [Signature; 2] {
        match self.side {
            Side::Initiator => [own, peers],
            Side::Responder => [peers, own],
        }
    }

    /// The newest co-signed state, if the ledger would take it in the place of what it knows.
    pub(crate) fn postable(&self) -> Option<&CoSigned> {
        let newest = self.newest.as_ref()?;
        let newer = |ledger: &OnLedger| {
            newest.commitment.round > ledger.ground.round()
                && newest.commitment.total == ledger.tip.total
        };
        self.ledger.as_ref().is_none_or(newer).then_some(newest)
    }

    /// Takes out the half-signed state that `commitment` is of, if it is one.
    pub(crate) fn take_half_signed(&mut self, commitment: &Commitment) -> Option<Candidate> {
        let place = self
            .live
            .iter()
            .position(|half| half.candidate.is(commitment))?;
        Some(self.live.remove(place).candidate)
    }
}

/// Free coins of both sides in a state.
pub(crate) fn balances(state: &Tree) -> [Amount; 2] {
    Side::BOTH.map(|side| {
        let leaf = state.read(&StateKey::Balance(side).hash()).ok().flatten();
        leaf.and_then(|bytes| decode(&bytes, Limits::V1.value_bytes).ok())
            .unwrap_or_default()
    })
}

/// Why terms are not those of an open channel.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// A key may not be used.
    #[error(transparent)]
    Key(#[from] SignatureError),
    /// The deposits have no sum.
    #[error(transparent)]
    Deposits(#[from] Refused),
}
