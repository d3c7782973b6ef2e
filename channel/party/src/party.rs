//! The party: what it holds, and the dispatch of inputs.

use std::collections::BTreeMap;

use twinroot_abi::{Amount, CodeHash, Gas, Hash, Height, Round, Side};
use twinroot_exec::{Code, Env, Execute, Receipt, StateKey};
use twinroot_rules::{FORCE_WINDOW, Position, Refused, Standing, genesis};
use twinroot_state::{Read, Touched, Tree};
use twinroot_types::{Limits, Signature, decode};
use twinroot_wire::{
    CoSigned, Commitment, Keys, MutualClose, Operation, Parameters, Proposal, SignatureError,
    SignedClose, Update,
};

use crate::{Effect, Illegal, Input, handle};

/// A new state, and what led to it.
#[derive(Clone, Debug)]
pub struct Agreed {
    /// Its commitment.
    pub commitment: Commitment,
    /// What is left of the calls.
    pub receipts: Vec<Receipt>,
    /// Gas of the calls.
    pub gas: Gas,
    /// Leaves that a witness of the step shows.
    pub touched: Touched,
}

/// One side of an open channel.
#[derive(Debug)]
pub struct Party {
    pub(crate) side: Side,
    pub(crate) keys: Keys,
    pub(crate) codes: BTreeMap<CodeHash, Vec<u8>>,
    /// The newest state that stands.
    pub(crate) tip: Position<Tree>,
    pub(crate) standing: Standing,
    /// The newest state that both signed; none before the first.
    pub(crate) newest: Option<CoSigned>,
    /// The state that the ledger rests on, as far as it told.
    pub(crate) on_chain: Round,
    /// The highest round that either side has signed.
    pub(crate) last_round: Round,
    pub(crate) blocks: Vec<Env>,
    pub(crate) signing: Option<Signing>,
    /// What this party has signed and the peer, as far as is known, has not: the peer still may,
    /// until both sign a higher round.
    pub(crate) live: Vec<HalfSigned>,
    pub(crate) asked: Option<Asked>,
    /// The end that this party has signed.
    pub(crate) closing: Option<(MutualClose, Signature)>,
    /// The end that both have signed.
    pub(crate) agreed_close: Option<SignedClose>,
    pub(crate) closed: bool,
}

/// What waits for the party's own signature.
#[derive(Clone, Debug)]
pub(crate) enum Signing {
    Proposal(Box<Candidate>),
    Acceptance(Box<Candidate>, Box<Proposal>),
    Close(MutualClose),
    /// A close and the peer's signature of it.
    CloseAcceptance(MutualClose, Signature),
}

/// A state that may become the newest one.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) next: Position<Tree>,
    pub(crate) update: Update,
    pub(crate) receipts: Vec<Receipt>,
    pub(crate) gas: Gas,
    pub(crate) touched: Touched,
}

impl Candidate {
    pub(crate) const fn round(&self) -> Round {
        self.next.commitment.round
    }

    pub(crate) fn operations(&self) -> &[Operation] {
        &self.update.operations
    }

    pub(crate) fn is(&self, commitment: &Commitment) -> bool {
        self.next.commitment == *commitment
    }
}

/// A proposal that this party has signed.
#[derive(Clone, Debug)]
pub(crate) struct HalfSigned {
    pub(crate) candidate: Candidate,
    pub(crate) signature: Signature,
    /// Whether the same step was carried out by force meanwhile.
    pub(crate) forced: bool,
}

/// What the user was asked.
#[derive(Clone, Debug)]
pub(crate) enum Asked {
    Step(Box<Candidate>, Box<Proposal>),
    /// A close and the peer's signature of it.
    Close(MutualClose, Signature),
}

impl Party {
    /// One side of a channel that was opened in block `opened`.
    ///
    /// # Errors
    /// [`OpenError`] where the terms cannot be those of an open channel.
    pub fn new(parameters: &Parameters, side: Side, opened: Env) -> Result<Self, OpenError> {
        Ok(Self {
            side,
            keys: Keys::gate(&parameters.parties)?,
            codes: BTreeMap::new(),
            tip: genesis(parameters, opened)?,
            standing: Standing::default(),
            newest: None,
            on_chain: Round(0),
            last_round: Round(0),
            blocks: vec![opened],
            signing: None,
            live: Vec::new(),
            asked: None,
            closing: None,
            agreed_close: None,
            closed: false,
        })
    }

    /// Makes a contract's code known.
    pub fn learn(&mut self, code: Code) {
        self.codes.insert(code.hash, code.bytes);
    }

    /// The code that it knows.
    #[must_use]
    pub const fn codes(&self) -> &BTreeMap<CodeHash, Vec<u8>> {
        &self.codes
    }

    /// Takes an input in and says what is to be done.
    ///
    /// # Errors
    /// [`Illegal`] where the input makes no sense now; nothing is changed.
    pub fn step(&mut self, input: Input, execute: &dyn Execute) -> Result<Vec<Effect>, Illegal> {
        if self.closed {
            return Err(Illegal::Closed);
        }
        match input {
            Input::Propose(operations) => handle::propose(self, operations, execute),
            Input::ProposeClose { expiry } => handle::propose_close(self, expiry),
            Input::Message(message) => handle::message(self, message, execute),
            Input::Approve(asked) => handle::approve(self, asked),
            Input::Decline(asked) => handle::decline(self, asked),
            Input::Signed(signature) => handle::signed(self, signature),
            Input::Block(block) => Ok(self.see(block)),
            Input::Chain(event) => handle::chain(self, event, execute),
            Input::Force(operations) => handle::force(self, operations, execute),
            Input::CloseSolo => Ok(handle::close_solo(self)),
        }
    }

    /// The newest state that stands.
    #[must_use]
    pub const fn commitment(&self) -> &Commitment {
        &self.tip.commitment
    }

    /// The full state.
    #[must_use]
    pub const fn state(&self) -> &Tree {
        &self.tip.state
    }

    /// The newest state that both signed.
    #[must_use]
    pub const fn newest(&self) -> Option<&CoSigned> {
        self.newest.as_ref()
    }

    /// Free coins of both sides in the newest state.
    #[must_use]
    pub fn balances(&self) -> [Amount; 2] {
        Side::BOTH.map(|side| {
            let leaf = self
                .tip
                .state
                .read(&StateKey::Balance(side).hash())
                .ok()
                .flatten();
            leaf.and_then(|bytes| decode(&bytes, Limits::V1.value_bytes).ok())
                .unwrap_or_default()
        })
    }

    /// The newest block.
    pub(crate) fn now(&self) -> Env {
        self.blocks
            .last()
            .copied()
            .unwrap_or(self.tip.commitment.env)
    }

    /// Whether the peer may pin this block: it is of the ledger and not too old to be forced.
    pub(crate) fn may_pin(&self, env: Env) -> bool {
        self.blocks.contains(&env)
    }

    fn see(&mut self, block: Env) -> Vec<Effect> {
        self.blocks.push(block);
        let oldest = block.height.0.saturating_sub(FORCE_WINDOW);
        self.blocks.retain(|known| known.height.0 >= oldest);
        Vec::new()
    }

    pub(crate) fn next_round(&self) -> Result<Round, Illegal> {
        self.last_round
            .checked_add(Round(1))
            .ok_or(Illegal::NoRound)
    }

    /// Hash of the state that the next step changes.
    pub(crate) fn base(&self) -> Hash {
        self.tip.commitment.hash()
    }

    /// The round of a half-signed step that is another one than `operations`. Two different steps
    /// must not be open to the peer's choice.
    pub(crate) fn other_half_signed(&self, operations: &[Operation]) -> Option<Round> {
        let open = self
            .live
            .iter()
            .filter(|half| !half.forced)
            .map(|half| &half.candidate);
        open.filter(|candidate| !candidate.operations().is_empty())
            .find(|candidate| candidate.operations() != operations)
            .map(Candidate::round)
    }

    /// The height up to which the ledger would still take a close that this party has signed. Until
    /// then it signs nothing else: the peer could post the close over any newer state.
    pub(crate) fn closing_until(&self) -> Option<Height> {
        let (close, _) = self.closing.as_ref()?;
        (close.expiry >= self.now().height).then_some(close.expiry)
    }

    /// A pair of signatures, initiator's first.
    pub(crate) const fn side_by_side(&self, own: Signature, peers: Signature) -> [Signature; 2] {
        match self.side {
            Side::Initiator => [own, peers],
            Side::Responder => [peers, own],
        }
    }

    /// The mutual close at the newest state.
    pub(crate) fn close_at(&self, expiry: Height) -> MutualClose {
        let tip = &self.tip.commitment;
        MutualClose {
            chain: tip.chain,
            channel: tip.channel,
            version: tip.version,
            round: self.standing.round,
            forced: self.standing.forced,
            payout: tip.payout,
            expiry,
        }
    }

    /// Both have signed: the candidate is the newest state, and every half-signed one below it is void.
    pub(crate) fn adopt(&mut self, candidate: Candidate, state: CoSigned) -> Agreed {
        let commitment = state.commitment.clone();
        self.last_round = self.last_round.max(commitment.round);
        self.standing = Standing::co_signed(commitment.round);
        self.tip = candidate.next;
        self.newest = Some(state);
        self.live
            .retain(|half| half.candidate.round() > commitment.round);
        self.asked = None;
        Agreed {
            commitment,
            receipts: candidate.receipts,
            gas: candidate.gas,
            touched: candidate.touched,
        }
    }

    /// Takes out the half-signed state that `commitment` is of, if it is one.
    pub(crate) fn take_half_signed(&mut self, commitment: &Commitment) -> Option<HalfSigned> {
        let place = self
            .live
            .iter()
            .position(|half| half.candidate.is(commitment))?;
        Some(self.live.remove(place))
    }
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
