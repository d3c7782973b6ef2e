//! The world: what there is in it, and what one can do.

use std::collections::VecDeque;

use twinroot_abi::{Amount, ChannelId, ContractId, Height, PublicKey, Root, Round, Side, TimeMs};
use twinroot_arbiter::{Effect as OnChain, Genesis, Ledger, Phase};
use twinroot_exec::{Code, Env, Execute, StateKey};
use twinroot_feed::FeedJudge;
use twinroot_host::{Backend, Host};
use twinroot_party::{Agreed, Input, Party, Record, Report};
use twinroot_rules::{Consent, Position};
use twinroot_state::{Read, Tree};
use twinroot_types::{Limits, SecretKey, Tag, decode, hash};
use twinroot_wire::{
    Action, CoSigned, Operation, Parameters, SignedParameters, SignedTransaction, Transaction,
    Update, VERSION,
};

use crate::{Posted, Step, Twin, WorldError, replay};

/// Milliseconds between blocks.
const BLOCK_MS: u64 = 2_000;
/// Blocks for which a transaction or a half-signed close stays good.
const EXPIRY: u64 = 100;

/// What a side says when it is asked to sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Yes.
    Approve,
    /// No.
    Decline,
    /// Nothing at all.
    Silence,
}

/// Two parties, a ledger and what connects them.
pub struct World {
    /// The ledger.
    pub ledger: Ledger,
    /// What runs calls off chain.
    pub off_chain: Host,
    /// What runs calls on chain.
    pub on_chain: Host,
    /// What each side says when it is asked.
    pub answers: [Answer; 2],
    pub(crate) keys: [SecretKey; 2],
    pub(crate) parties: Option<[Party; 2]>,
    pub(crate) queue: VecDeque<(Side, Input)>,
    pub(crate) reports: Vec<(Side, Report)>,
    pub(crate) records: [Vec<Record>; 2],
    pub(crate) posted: Vec<(Side, Posted)>,
    /// The newest proposal that went over the wire.
    pub(crate) update: Option<Update>,
    /// The root that the ledger's path last came to.
    twin_root: Root,
    channels: u64,
}

impl World {
    /// A world in which both sides have `coins` on the ledger.
    ///
    /// # Errors
    /// [`WorldError::Start`] where this machine cannot run wasm.
    pub fn new(coins: [Amount; 2], time: TimeMs) -> Result<Self, WorldError> {
        let keys = [
            SecretKey::from_seed(&[1; 32]),
            SecretKey::from_seed(&[2; 32]),
        ];
        let accounts = vec![(keys[0].public(), coins[0]), (keys[1].public(), coins[1])];
        let genesis = Genesis {
            name: "a world in one process".to_owned(),
            time,
            accounts,
        };
        Ok(Self {
            ledger: Ledger::new(&genesis),
            off_chain: Host::new(Backend::Cranelift, FeedJudge)?,
            on_chain: Host::new(Backend::Pulley, FeedJudge)?,
            answers: [Answer::Approve; 2],
            keys,
            parties: None,
            queue: VecDeque::new(),
            reports: Vec::new(),
            records: [Vec::new(), Vec::new()],
            posted: Vec::new(),
            update: None,
            twin_root: Root::default(),
            channels: 0,
        })
    }

    /// Opens a channel with these deposits.
    ///
    /// # Errors
    /// [`WorldError::Rejected`] where the ledger does not open it.
    pub fn open(&mut self, deposits: [Amount; 2], lock: u64) -> Result<Step, WorldError> {
        let parameters = Parameters {
            chain: self.ledger.chain(),
            version: VERSION,
            parties: [self.keys[0].public(), self.keys[1].public()],
            deposits,
            lock,
            nonce: self.channels,
            expiry: self.in_blocks(EXPIRY),
        };
        self.channels += 1;
        let signatures =
            [0, 1].map(|side: usize| self.keys[side].sign(Tag::OPEN, &parameters.signed_bytes()));
        let action = Action::Open(SignedParameters {
            parameters: parameters.clone(),
            signatures,
        });
        let posted = self.post(Side::Initiator, action)?;
        let opened = posted.receipt.block;
        self.parties = Some([
            Party::new(&parameters, Side::Initiator, opened)?,
            Party::new(&parameters, Side::Responder, opened)?,
        ]);
        let step = self.on_ledger(posted.bytes)?;
        self.twin_root = step.on_chain_root;
        Ok(step)
    }

    /// Makes code known to both parties and to the ledger.
    ///
    /// # Errors
    /// [`WorldError::Gate`] where it is not acceptable.
    pub fn publish(&mut self, by: Side, wasm: &[u8]) -> Result<Code, WorldError> {
        let code = self.learn(wasm)?;
        if !self.ledger.codes().contains_key(&code.hash) {
            self.post(
                by,
                Action::Publish {
                    code: code.bytes.clone(),
                },
            )?;
        }
        Ok(code)
    }

    /// Makes code known to both parties only.
    ///
    /// # Errors
    /// [`WorldError::Gate`] where it is not acceptable.
    pub fn learn(&mut self, wasm: &[u8]) -> Result<Code, WorldError> {
        let code = self.off_chain.admit(wasm)?;
        for side in Side::BOTH {
            self.party_mut(side)?.learn(code.clone());
        }
        Ok(code)
    }

    /// The id of the contract that the next creation makes.
    ///
    /// # Errors
    /// [`WorldError::NoChannel`].
    pub fn next_contract(&self) -> Result<ContractId, WorldError> {
        let commitment = self.party(Side::Initiator)?.commitment();
        let count = contracts_created(self.party(Side::Initiator)?.state());
        let parts: [&[u8]; 2] = [&commitment.channel.0, &count.to_le_bytes()];
        Ok(ContractId(hash(Tag::CONTRACT, &parts)))
    }

    /// One side proposes, the other checks and signs, and the step is repeated from a witness.
    ///
    /// # Errors
    /// Whoever does not want the step; [`WorldError::TwinsDiffer`] if the two paths disagree.
    pub fn agree(&mut self, by: Side, operations: Vec<Operation>) -> Result<Step, WorldError> {
        let base = self.position()?;
        self.input(by, Input::Propose(operations))?;
        let agreed = self.agreed()?;
        let update = self.update.take().ok_or(WorldError::Silent("a proposal"))?;
        let codes = self.codes()?;
        let twin = replay(
            &base,
            &update,
            Consent::Both,
            &agreed.touched,
            &codes,
            &self.on_chain,
        )
        .map_err(|error| WorldError::TwinsDiffer(error.to_string()))?;
        self.twin_root = twin.commitment.state_root;
        self.step(&agreed, &twin, Vec::new())
    }

    /// One side proposes and the other is expected not to sign.
    ///
    /// # Errors
    /// [`WorldError::PeerRefused`] is what is expected.
    pub fn propose(&mut self, by: Side, operations: Vec<Operation>) -> Result<(), WorldError> {
        self.input(by, Input::Propose(operations))?;
        self.agreed().map(|_| ())
    }

    /// One side has the ledger carry out a step; both parties take it over.
    ///
    /// # Errors
    /// [`WorldError::Impossible`], [`WorldError::Rejected`] or [`WorldError::Refuted`], whoever stops it first.
    pub fn force(&mut self, by: Side, operations: Vec<Operation>) -> Result<Step, WorldError> {
        self.input(by, Input::Force(operations))?;
        let agreed = self.agreed()?;
        let (_, posted) = self
            .posted
            .pop()
            .ok_or(WorldError::Silent("a forced step"))?;
        let OnChain::Forced {
            commitment,
            receipts,
            gas,
            ..
        } = posted.receipt.effect
        else {
            return Err(WorldError::Refuted(Box::new(posted.receipt)));
        };
        let witness_bytes = match SignedTransaction::decode(&posted.bytes)?.transaction.action {
            Action::Force(force) => force.witness.len(),
            _ => 0,
        };
        let twin = Twin {
            commitment: *commitment,
            receipts,
            gas,
            witness_bytes,
        };
        self.twin_root = twin.commitment.state_root;
        self.step(&agreed, &twin, posted.bytes)
    }

    /// Both agree on the end, and it is posted. The ledger sees no root then; the step shows the one
    /// that its path came to last.
    ///
    /// # Errors
    /// Whoever does not want it.
    pub fn close(&mut self, by: Side) -> Result<Step, WorldError> {
        let step = self.on_ledger(Vec::new())?;
        let expiry = self.in_blocks(EXPIRY);
        self.input(by, Input::ProposeClose { expiry })?;
        let (_, posted) = self
            .posted
            .pop()
            .ok_or(WorldError::Silent("a mutual close"))?;
        let (on_chain_root, transaction) = (self.twin_root, posted.bytes);
        Ok(Step {
            on_chain_root,
            transaction,
            accounts: self.accounts(),
            ..step
        })
    }

    /// One side has the ledger close at its newest state.
    ///
    /// # Errors
    /// [`WorldError::Rejected`].
    pub fn close_solo(&mut self, by: Side) -> Result<Step, WorldError> {
        self.input(by, Input::CloseSolo)?;
        let (_, posted) = self
            .posted
            .pop()
            .ok_or(WorldError::Silent("a solo close"))?;
        self.on_ledger(posted.bytes)
    }

    /// One side posts a state of its choice, as a cheater does; the peer's party answers by itself.
    /// The cheater's own party is not told: an honest one would answer too.
    ///
    /// # Errors
    /// [`WorldError::Rejected`].
    pub fn close_at(
        &mut self,
        by: Side,
        state: CoSigned,
    ) -> Result<(Posted, Option<Posted>), WorldError> {
        let channel = self.channel()?;
        let posted = self.post(
            by,
            Action::CloseSolo {
                channel,
                state: Some(state),
            },
        )?;
        self.notify(&posted, &[by.other()])?;
        Ok((posted, self.posted.pop().map(|(_, answer)| answer)))
    }

    /// One side has a channel pay out whose time is over.
    ///
    /// # Errors
    /// [`WorldError::Rejected`], with the height at which it could.
    pub fn settle(&mut self, by: Side) -> Result<Step, WorldError> {
        let step = self.on_ledger(Vec::new());
        let channel = self.channel()?;
        let posted = self.post(by, Action::Settle { channel })?;
        self.notify(&posted, &Side::BOTH)?;
        Ok(Step {
            transaction: posted.bytes,
            accounts: self.accounts(),
            ..step?
        })
    }

    /// Posts whatever one side wants to post, and tells the parties what it did.
    ///
    /// # Errors
    /// [`WorldError::Rejected`].
    pub fn post_and_notify(&mut self, by: Side, action: Action) -> Result<Posted, WorldError> {
        let posted = self.post(by, action)?;
        self.notify(&posted, &Side::BOTH)?;
        Ok(posted)
    }

    /// Lets `blocks` pass.
    ///
    /// # Errors
    /// [`WorldError::Illegal`] where a party does not follow.
    pub fn advance(&mut self, blocks: u64) -> Result<(), WorldError> {
        for _ in 0..blocks {
            let time = TimeMs(self.ledger.block().time.0 + BLOCK_MS);
            self.ledger.advance(time);
            let block = self.ledger.block();
            if self.parties.is_some() && self.channel_is_open() {
                for side in Side::BOTH {
                    self.input(side, Input::Block(block))?;
                }
            }
        }
        Ok(())
    }

    /// Lets blocks pass up to `height`.
    ///
    /// # Errors
    /// [`WorldError::Illegal`] where a party does not follow.
    pub fn advance_to(&mut self, height: Height) -> Result<(), WorldError> {
        self.advance(height.0.saturating_sub(self.ledger.block().height.0))
    }

    /// The height from which the channel can settle.
    ///
    /// # Errors
    /// [`WorldError::NoChannel`] where it is not being closed.
    pub fn settles_at(&self) -> Result<Height, WorldError> {
        let channel = self
            .ledger
            .channel(self.channel()?)
            .ok_or(WorldError::NoChannel)?;
        match channel.phase {
            Phase::Open => Err(WorldError::NoChannel),
            Phase::Closing { until, .. } => Ok(until.max(channel.tip.hold_until)),
        }
    }

    /// The present block.
    #[must_use]
    pub fn block(&self) -> Env {
        self.ledger.block()
    }

    /// The height so many blocks ahead.
    #[must_use]
    pub fn in_blocks(&self, blocks: u64) -> Height {
        Height(self.ledger.block().height.0 + blocks)
    }

    /// Both accounts on the ledger.
    #[must_use]
    pub fn accounts(&self) -> [Amount; 2] {
        [0, 1].map(|side: usize| self.ledger.account(self.keys[side].public()).coins)
    }

    /// The key of a side.
    #[must_use]
    pub fn public_key(&self, side: Side) -> PublicKey {
        self.keys[side.index()].public()
    }

    /// The signing key of a side, for tests that sign what a party never would.
    #[must_use]
    pub const fn secret_key(&self, side: Side) -> &SecretKey {
        &self.keys[side.index()]
    }

    /// A party.
    ///
    /// # Errors
    /// [`WorldError::NoChannel`].
    pub fn party(&self, side: Side) -> Result<&Party, WorldError> {
        self.parties
            .as_ref()
            .map(|parties| &parties[side.index()])
            .ok_or(WorldError::NoChannel)
    }

    /// What a side has written down so far.
    #[must_use]
    pub fn records(&self, side: Side) -> &[Record] {
        &self.records[side.index()]
    }

    /// What the parties told their users since the last input.
    #[must_use]
    pub fn reports(&self) -> &[(Side, Report)] {
        &self.reports
    }

    /// The channel.
    ///
    /// # Errors
    /// [`WorldError::NoChannel`].
    pub fn channel(&self) -> Result<ChannelId, WorldError> {
        Ok(self.party(Side::Initiator)?.commitment().channel)
    }

    /// The newest state of the initiator's party.
    ///
    /// # Errors
    /// [`WorldError::NoChannel`].
    pub fn position(&self) -> Result<Position<Tree>, WorldError> {
        let party = self.party(Side::Initiator)?;
        Ok(Position {
            commitment: party.commitment().clone(),
            state: party.state().clone(),
        })
    }

    /// A co-signed state of an earlier round, as a side has kept it.
    #[must_use]
    pub fn kept(&self, side: Side, round: Round) -> Option<CoSigned> {
        self.records(side).iter().find_map(|record| match record {
            Record::CoSigned(state) if state.commitment.round == round => Some(state.clone()),
            _ => None,
        })
    }

    /// A transaction of one side's account, as bytes.
    #[must_use]
    pub fn transaction(&self, by: Side, action: Action) -> Vec<u8> {
        let key = &self.keys[by.index()];
        let sender = key.public();
        let transaction = Transaction {
            chain: self.ledger.chain(),
            version: VERSION,
            sender,
            nonce: self.ledger.account(sender).nonce,
            expiry: self.in_blocks(EXPIRY),
            action,
        };
        transaction.sign(key).encode()
    }

    /// Posts a transaction of one side's account.
    ///
    /// # Errors
    /// [`WorldError::Rejected`].
    pub fn post(&mut self, by: Side, action: Action) -> Result<Posted, WorldError> {
        let bytes = self.transaction(by, action);
        let receipt = self.ledger.submit(&bytes, &self.on_chain)?;
        Ok(Posted { receipt, bytes })
    }

    pub(crate) fn party_mut(&mut self, side: Side) -> Result<&mut Party, WorldError> {
        self.parties
            .as_mut()
            .map(|parties| &mut parties[side.index()])
            .ok_or(WorldError::NoChannel)
    }

    fn channel_is_open(&self) -> bool {
        self.channel()
            .is_ok_and(|channel| self.ledger.channel(channel).is_some())
    }

    fn codes(
        &self,
    ) -> Result<std::collections::BTreeMap<twinroot_abi::CodeHash, Vec<u8>>, WorldError> {
        Ok(self.party(Side::Initiator)?.codes().clone())
    }

    /// The parties' state beside the ledger's, after something that called nothing.
    ///
    /// # Errors
    /// [`WorldError::NoChannel`].
    pub fn on_ledger(&self, transaction: Vec<u8>) -> Result<Step, WorldError> {
        let channel = self
            .ledger
            .channel(self.channel()?)
            .ok_or(WorldError::NoChannel)?;
        let party = self.party(Side::Initiator)?;
        Ok(Step {
            round: party.commitment().round,
            off_chain_root: party.commitment().state_root,
            on_chain_root: channel.tip.state_root,
            gas_off_chain: None,
            gas_on_chain: None,
            witness_bytes: 0,
            transaction,
            state_leaves: party.state().leaves(),
            channel: party.balances(),
            accounts: self.accounts(),
            receipts: Vec::new(),
        })
    }

    fn step(&self, agreed: &Agreed, twin: &Twin, transaction: Vec<u8>) -> Result<Step, WorldError> {
        if agreed.commitment != twin.commitment || agreed.receipts != twin.receipts {
            return Err(WorldError::TwinsDiffer(format!("{agreed:?}\n{twin:?}")));
        }
        let party = self.party(Side::Initiator)?;
        let called = !agreed.receipts.is_empty();
        Ok(Step {
            round: agreed.commitment.round,
            off_chain_root: agreed.commitment.state_root,
            on_chain_root: twin.commitment.state_root,
            gas_off_chain: called.then_some(agreed.gas),
            gas_on_chain: called.then_some(twin.gas),
            witness_bytes: twin.witness_bytes,
            transaction,
            state_leaves: party.state().leaves(),
            channel: party.balances(),
            accounts: self.accounts(),
            receipts: agreed.receipts.clone(),
        })
    }
}

/// How many contracts a state has seen.
fn contracts_created(state: &Tree) -> u64 {
    let leaf = state.read(&StateKey::Counter.hash()).ok().flatten();
    leaf.and_then(|bytes| decode(&bytes, Limits::V1.value_bytes).ok())
        .unwrap_or_default()
}
