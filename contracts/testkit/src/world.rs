//! The world: what there is in it.

use std::collections::VecDeque;

use twinroot_abi::{Amount, ChannelId, ContractId, Height, PublicKey, Root, Round, Side, TimeMs};
use twinroot_arbiter::{Genesis, Ledger, Phase};
use twinroot_exec::{Codes, Env, StateKey};
use twinroot_feed::FeedJudge;
use twinroot_host::{Backend, Host};
use twinroot_party::{Input, Party, Record, Report};
use twinroot_rules::Position;
use twinroot_state::{Read, Tree};
use twinroot_types::{Limits, SecretKey, Tag, decode, hash};
use twinroot_wire::{Action, CoSigned, Transaction, Update, VERSION};

use crate::{Posted, Step, WorldError};

/// Blocks for which a transaction or a half-signed close stays good.
pub(crate) const EXPIRY: u64 = 100;

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
    /// Steps forced on what the ledger rests on.
    pub(crate) steps: Vec<Update>,
    /// The root that the ledger's path last came to.
    pub(crate) twin_root: Root,
    /// How many channels were opened.
    pub(crate) channels: u64,
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
            ledger: Ledger::new(&genesis)?,
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
            steps: Vec::new(),
            twin_root: Root::default(),
            channels: 0,
        })
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

    /// Who owes the fee of an answer to a stale close, and how much.
    ///
    /// # Errors
    /// [`WorldError::NoChannel`].
    pub fn owed(&self) -> Result<Option<(Side, Amount)>, WorldError> {
        let channel = self.ledger.channel(self.channel()?);
        Ok(match channel.ok_or(WorldError::NoChannel)?.phase {
            Phase::Closing {
                by,
                debt: Some(debt),
                ..
            } => Some((by, debt.amount)),
            _ => None,
        })
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
            Record::CoSigned(state) if state.commitment.round == round => Some((**state).clone()),
            _ => None,
        })
    }

    /// A transaction of one side's account, as bytes.
    #[must_use]
    pub fn transaction(&self, by: Side, action: Action) -> Vec<u8> {
        self.transaction_of(&self.keys[by.index()], action)
    }

    /// A transaction of whichever account has that key, as bytes.
    #[must_use]
    pub fn transaction_of(&self, key: &SecretKey, action: Action) -> Vec<u8> {
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

    pub(crate) fn party_mut(&mut self, side: Side) -> Result<&mut Party, WorldError> {
        self.parties
            .as_mut()
            .map(|parties| &mut parties[side.index()])
            .ok_or(WorldError::NoChannel)
    }

    pub(crate) fn channel_is_open(&self) -> bool {
        self.channel()
            .is_ok_and(|channel| self.ledger.channel(channel).is_some())
    }

    pub(crate) fn codes(&self) -> Result<Codes, WorldError> {
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
}

/// How many contracts a state has seen.
fn contracts_created(state: &Tree) -> u64 {
    let leaf = state.read(&StateKey::Counter.hash()).ok().flatten();
    leaf.and_then(|bytes| decode(&bytes, Limits::V1.value_bytes).ok())
        .unwrap_or_default()
}
