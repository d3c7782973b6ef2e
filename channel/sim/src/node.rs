//! One side's computer: its party, its disk, and what it is doing.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use twinroot_abi::{Amount, Hash, Height, Round};
use twinroot_party::{Effect, Party, Record};
use twinroot_state::Tree;
use twinroot_types::SecretKey;
use twinroot_wire::{CoSigned, Proposal, Update};

#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) key: SecretKey,
    /// None while it is down.
    pub(crate) party: Option<Party>,
    pub(crate) disk: Vec<Record>,
    /// What its party wants done and is not done yet.
    pub(crate) todo: VecDeque<Effect>,
    /// A write that has begun; nothing is done before it ends.
    pub(crate) writing: Option<Record>,
    pub(crate) slow: bool,
    /// Whether it hears nothing of the ledger.
    pub(crate) lags: bool,
    /// What its user was asked last.
    pub(crate) question: Option<Hash>,
    /// What it has signed, by round, in all its lives.
    pub(crate) signed: BTreeMap<Round, Hash>,
    /// Those rounds and those closes whose signatures have left it.
    pub(crate) rounds_out: BTreeSet<Round>,
    pub(crate) closes_out: BTreeSet<Hash>,
    /// The newest height at which it was up, knew the ledger and had nothing left to do.
    pub(crate) awake: Height,
    /// Whether it ever came back from an old copy of its disk.
    pub(crate) lost_records: bool,
    /// The highest round that it said both signed.
    pub(crate) highest: Round,
    /// What it was sure of when it was up last.
    pub(crate) sure: Option<Amount>,
    /// What it was when it went down, if nothing was half done then.
    pub(crate) before: Option<Summary>,
    /// Notes that its user has said.
    pub(crate) said: Vec<Vec<u8>>,
    /// How many of the peer's notes were passed on or passed over.
    pub(crate) heard: usize,
    /// Writes and messages so far.
    pub(crate) writes: usize,
    pub(crate) sends: usize,
    pub(crate) memory: Memory,
}

/// What a party must still be when it comes back from its disk.
#[derive(Clone, Debug)]
pub(crate) struct Summary {
    pub(crate) round: Round,
    pub(crate) newest: Option<CoSigned>,
    pub(crate) half_signed: Vec<Hash>,
    /// The height up to which it is bound.
    pub(crate) bound: Option<Height>,
}

/// Where a party stood before it looked at the ledger.
#[derive(Clone, Debug)]
pub(crate) struct Stood {
    pub(crate) round: Round,
    pub(crate) steps: Vec<Update>,
    pub(crate) free: Amount,
}

/// What somebody who means no good would remember.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    /// Every state that both signed.
    pub(crate) co_signed: Vec<(CoSigned, Tree)>,
    /// Every proposal of the peer.
    pub(crate) proposals: Vec<Proposal>,
}

impl Node {
    pub(crate) fn new(key: SecretKey, party: Party, height: Height) -> Self {
        Self {
            key,
            party: Some(party),
            disk: Vec::new(),
            todo: VecDeque::new(),
            writing: None,
            slow: false,
            lags: false,
            question: None,
            signed: BTreeMap::new(),
            rounds_out: BTreeSet::new(),
            closes_out: BTreeSet::new(),
            awake: height,
            lost_records: false,
            highest: Round(0),
            sure: None,
            before: None,
            said: Vec::new(),
            heard: 0,
            writes: 0,
            sends: 0,
            memory: Memory::default(),
        }
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.party.is_some() && self.writing.is_none() && self.todo.is_empty()
    }
}
