//! The ledger with its history.

use std::collections::{BTreeMap, BTreeSet};

use twinroot_abi::{Hash, Height, PublicKey, TimeMs};
use twinroot_arbiter::{Genesis, GenesisError, Ledger, Rejected};
use twinroot_exec::{Block, Env, Execute};
use twinroot_types::{Tag, encode, hash};
use twinroot_wire::SignedTransaction;

use crate::Proof;
use crate::channels::Channels;
use crate::news::{Included, News};
use crate::query::{AccountAnswer, Answer, Query};

/// The ledger with its history.
#[derive(Clone, Debug)]
pub(crate) struct State {
    genesis: Genesis,
    ledger: Ledger,
    blocks: Vec<Made>,
    channels: Channels,
    /// Where each transaction is: height, and place in the block.
    places: BTreeMap<Hash, (usize, usize)>,
    pub(crate) snapshots: BTreeMap<String, Height>,
    pub(crate) replaced: BTreeSet<(Height, TimeMs)>,
}

/// A block that was made.
#[derive(Clone, Debug)]
struct Made {
    env: Env,
    parent: Hash,
    included: Vec<Included>,
}

impl Made {
    fn new(block: Block) -> Self {
        Self {
            env: block.env(),
            parent: block.parent,
            included: Vec::new(),
        }
    }
}

impl State {
    pub(crate) fn new(genesis: Genesis) -> Result<Self, GenesisError> {
        let ledger = Ledger::new(&genesis)?;
        Ok(Self {
            genesis,
            blocks: vec![Made::new(ledger.present())],
            ledger,
            channels: Channels::default(),
            places: BTreeMap::new(),
            snapshots: BTreeMap::new(),
            replaced: BTreeSet::new(),
        })
    }

    pub(crate) const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    pub(crate) fn block(&self) -> Env {
        self.ledger.block()
    }

    pub(crate) fn was_given(&self, key: PublicKey) -> bool {
        self.genesis
            .accounts
            .iter()
            .any(|(account, _)| *account == key)
    }

    /// Includes a transaction in the present block.
    pub(crate) fn include(
        &mut self,
        bytes: &[u8],
        execute: &dyn Execute,
    ) -> Result<Hash, Rejected> {
        let receipt = self.ledger.submit(bytes, execute)?;
        let sender = SignedTransaction::decode(bytes)?.transaction.sender;
        let included = Included::new(sender, &receipt);
        if let Some(channel) = included.channel {
            self.channels.note(channel, &self.ledger, &receipt);
        }
        let height = self.blocks.len().saturating_sub(1);
        if let Some(present) = self.blocks.last_mut() {
            self.places
                .insert(receipt.transaction, (height, present.included.len()));
            present.included.push(included);
        }
        Ok(receipt.transaction)
    }

    /// Ends the present block and begins the next, at that time or the next one at which no block of this height was that is gone.
    pub(crate) fn advance(&mut self, mut time: TimeMs) -> Env {
        let block = self.block();
        let height = Height(block.height.0.saturating_add(1));
        time = time.max(block.time);
        while self.replaced.contains(&(height, time)) {
            time = TimeMs(time.0.saturating_add(1));
        }
        self.ledger.advance(time);
        self.blocks.push(Made::new(self.ledger.present()));
        self.block()
    }

    /// A block, and what was included in the one before it.
    pub(crate) fn news(&self, height: Height) -> Option<News> {
        let place = usize::try_from(height.0).ok()?;
        let block = self.blocks.get(place)?;
        let before = place
            .checked_sub(1)
            .and_then(|before| self.blocks.get(before));
        let included = before
            .map(|before| before.included.clone())
            .unwrap_or_default();
        Some(News {
            block: block.env,
            parent: block.parent,
            included,
        })
    }

    /// A transaction that is included.
    pub(crate) fn included(&self, transaction: Hash) -> Option<&Included> {
        let (height, place) = *self.places.get(&transaction)?;
        self.blocks.get(height)?.included.get(place)
    }

    pub(crate) fn answer(&self, query: Query) -> Answer {
        let ledger = &self.ledger;
        match query {
            Query::Account(key) => {
                let account = ledger.account(key);
                Answer::Account(AccountAnswer {
                    coins: account.coins,
                    nonce: account.nonce,
                })
            }
            Query::Channel(id) => Answer::Channel(self.channels.answer(id, ledger)),
            Query::Code(code) => Answer::Code(ledger.codes().get(&code).cloned()),
            Query::Transaction(transaction) => {
                Answer::Transaction(self.included(transaction).cloned())
            }
            Query::Oracle(key) => Answer::Oracle(ledger.oracle(key).copied()),
            Query::OracleQuery(id) => Answer::OracleQuery(ledger.query(id).cloned()),
            Query::Bond(id) => Answer::Bond(ledger.bond(id)),
            Query::Proof(place) => {
                Answer::Proof(Proof::new(ledger.present(), ledger.tree(), place))
            }
            Query::Block(height) => Answer::Block(self.news(height)),
            Query::Genesis => Answer::Genesis(self.genesis.clone()),
        }
    }

    /// The height of the newest of these blocks that is still there.
    pub(crate) fn newest_of(&self, known: &[Env]) -> Option<Height> {
        let is_there = |env: &&Env| {
            usize::try_from(env.height.0)
                .is_ok_and(|place| self.blocks.get(place).is_some_and(|made| made.env == **env))
        };
        known.iter().filter(is_there).map(|env| env.height).max()
    }
}

/// The name of a transaction, whether or not it is ever included.
pub(crate) fn name_of(bytes: &[u8]) -> Option<Hash> {
    let transaction = SignedTransaction::decode(bytes).ok()?.transaction;
    Some(Hash(hash(Tag::TRANSACTION, &[&encode(&transaction)])))
}
