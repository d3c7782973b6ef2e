//! All that the ledger keeps, and the tree that commits to it (docs/spec/arbiter.md, 7.5 to 7.7).
//!
//! ```text
//! within a block    a change goes into a map, and its leaf is noted
//! advance           the noted leaves go into the tree; its root is part of the next block's hash
//! ```
//!
//! Nothing in here can be changed but through the few methods that note it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use twinroot_abi::{Amount, ChainId, ChannelId, Hash, Height, PublicKey, QueryId, TimeMs};
use twinroot_exec::{BondId, Code, Codes, LedgerKey};
use twinroot_feed::Asked;
use twinroot_state::{Changes, State, Tree};
use twinroot_types::encode;

use crate::block::Recent;
use crate::{Bond, Channel, Genesis, Oracle, Rejected};

/// An account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its coins.
    pub coins: Amount,
    /// Number of its next transaction.
    pub nonce: u64,
}

/// The leaves that every ledger has.
const ALWAYS_THERE: [LedgerKey; 4] = [
    LedgerKey::Chain,
    LedgerKey::Blocks,
    LedgerKey::Fees,
    LedgerKey::Burned,
];

/// All that the ledger keeps.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    chain: ChainId,
    recent: Recent,
    accounts: BTreeMap<PublicKey, Account>,
    channels: BTreeMap<ChannelId, Channel>,
    /// Shared by the copies of a ledger, since code is large and rarely added to.
    codes: Codes,
    /// Channels whose signed terms could still be posted again, with the last height for it.
    opened: BTreeMap<ChannelId, Height>,
    oracles: BTreeMap<PublicKey, Oracle>,
    /// Those that wait for an answer, those with one that is still kept, and those whose price was not
    /// asked back yet.
    queries: BTreeMap<QueryId, Asked>,
    fees: Amount,
    bonds: BTreeMap<BondId, Bond>,
    burned: Amount,
    /// Of all this, as it was when the present block began.
    tree: Tree,
    /// Leaves that the present block may have changed.
    noted: BTreeSet<LedgerKey>,
}

impl Kept {
    pub(crate) fn first(genesis: &Genesis) -> Self {
        let chain = genesis.chain();
        let mut kept = Self {
            chain,
            recent: Recent::first(chain, genesis.time),
            accounts: BTreeMap::new(),
            channels: BTreeMap::new(),
            codes: Codes::default(),
            opened: BTreeMap::new(),
            oracles: BTreeMap::new(),
            queries: BTreeMap::new(),
            fees: Amount::ZERO,
            bonds: BTreeMap::new(),
            burned: Amount::ZERO,
            tree: Tree::new(),
            noted: ALWAYS_THERE.into(),
        };
        for (key, coins) in &genesis.accounts {
            let (coins, nonce) = (*coins, 0);
            kept.set_account(*key, Account { coins, nonce });
        }
        kept
    }

    pub(crate) const fn chain(&self) -> ChainId {
        self.chain
    }

    pub(crate) const fn recent(&self) -> &Recent {
        &self.recent
    }

    pub(crate) const fn tree(&self) -> &Tree {
        &self.tree
    }

    pub(crate) fn account(&self, key: PublicKey) -> Account {
        self.accounts.get(&key).copied().unwrap_or_default()
    }

    pub(crate) fn channel(&self, id: ChannelId) -> Option<&Channel> {
        self.channels.get(&id)
    }

    pub(crate) fn bond(&self, id: BondId) -> Option<Bond> {
        self.bonds.get(&id).copied()
    }

    pub(crate) const fn codes(&self) -> &Codes {
        &self.codes
    }

    pub(crate) fn was_opened(&self, id: ChannelId) -> bool {
        self.opened.contains_key(&id) || self.channels.contains_key(&id)
    }

    pub(crate) fn oracle(&self, key: PublicKey) -> Option<&Oracle> {
        self.oracles.get(&key)
    }

    pub(crate) fn query(&self, id: QueryId) -> Option<&Asked> {
        self.queries.get(&id)
    }

    /// All coins; `None` where they have no sum, which no genesis lets happen.
    pub(crate) fn supply(&self) -> Option<Amount> {
        let accounts = self.accounts.values().map(|account| account.coins);
        let locked = self.channels.values().map(Channel::locked);
        let bonded = self.bonds.values().map(|bond| bond.amount);
        let held = self.queries.values().map(|asked| asked.held);
        accounts
            .chain(locked)
            .chain(bonded)
            .chain(held)
            .chain([self.burned])
            .try_fold(self.fees, Amount::checked_add)
    }

    /// An account without coins that never sent anything is as if it were not there, so that one
    /// ledger has one tree.
    fn set_account(&mut self, key: PublicKey, account: Account) {
        if account == Account::default() {
            self.accounts.remove(&key);
        } else {
            self.accounts.insert(key, account);
        }
        self.noted.insert(LedgerKey::Account(key));
    }

    pub(crate) fn set_channel(&mut self, channel: Channel) {
        let id = channel.tip.channel;
        self.channels.insert(id, channel);
        self.noted.insert(LedgerKey::Channel(id));
    }

    pub(crate) fn remove_channel(&mut self, id: ChannelId) {
        self.channels.remove(&id);
        self.noted.insert(LedgerKey::Channel(id));
    }

    pub(crate) fn set_bond(&mut self, id: BondId, bond: Bond) {
        self.bonds.insert(id, bond);
        self.noted.insert(LedgerKey::Bond(id));
    }

    pub(crate) fn remove_bond(&mut self, id: BondId) {
        self.bonds.remove(&id);
        self.noted.insert(LedgerKey::Bond(id));
    }

    /// Burns coins that lay in no account, and pays the rest of them to an account.
    pub(crate) fn burn(
        &mut self,
        burned: Amount,
        rest: (PublicKey, Amount),
    ) -> Result<(), Rejected> {
        let burned = self.burned.checked_add(burned).ok_or(Rejected::Overflow)?;
        self.move_coins(&[], &[rest])?;
        self.burned = burned;
        self.noted.insert(LedgerKey::Burned);
        Ok(())
    }

    /// Adds a channel that is there from now on, and whose terms count up to their expiry.
    pub(crate) fn open(&mut self, channel: Channel) {
        let (id, expiry) = (channel.tip.channel, channel.parameters.expiry);
        self.opened.insert(id, expiry);
        self.noted.insert(LedgerKey::Opened(id));
        self.set_channel(channel);
    }

    pub(crate) fn publish(&mut self, code: Code) {
        Arc::make_mut(&mut self.codes).insert(code.hash, code.bytes);
        self.noted.insert(LedgerKey::Code(code.hash));
    }

    pub(crate) fn set_oracle(&mut self, key: PublicKey, oracle: Oracle) {
        self.oracles.insert(key, oracle);
        self.noted.insert(LedgerKey::Oracle(key));
    }

    pub(crate) fn set_query(&mut self, id: QueryId, asked: Asked) {
        self.queries.insert(id, asked);
        self.noted.insert(LedgerKey::Query(id));
    }

    pub(crate) fn remove_query(&mut self, id: QueryId) {
        self.queries.remove(&id);
        self.noted.insert(LedgerKey::Query(id));
    }

    /// Takes the fee of a transaction, and counts the transaction.
    pub(crate) fn take_fee(&mut self, sender: PublicKey, fee: Amount) -> Result<(), Rejected> {
        let fees = self.fees.checked_add(fee).ok_or(Rejected::Overflow)?;
        self.move_coins(&[(sender, fee)], &[])?;
        self.fees = fees;
        self.noted.insert(LedgerKey::Fees);
        let Account { coins, nonce } = self.account(sender);
        let nonce = nonce.saturating_add(1);
        self.set_account(sender, Account { coins, nonce });
        Ok(())
    }

    /// Moves coins out of and into accounts, all of them or none (docs/spec/arbiter.md, 8).
    pub(crate) fn move_coins(
        &mut self,
        out: &[(PublicKey, Amount)],
        into: &[(PublicKey, Amount)],
    ) -> Result<(), Rejected> {
        let mut after = BTreeMap::new();
        for (key, amount) in out {
            let account = after.entry(*key).or_insert_with(|| self.account(*key));
            let (have, need) = (account.coins, *amount);
            account.coins = have
                .checked_sub(need)
                .ok_or(Rejected::Funds { have, need })?;
        }
        for (key, amount) in into {
            let account = after.entry(*key).or_insert_with(|| self.account(*key));
            account.coins = account
                .coins
                .checked_add(*amount)
                .ok_or(Rejected::Overflow)?;
        }
        for (key, account) in after {
            self.set_account(key, account);
        }
        Ok(())
    }

    /// Ends the present block and begins the next, whose hash commits to all that is kept now.
    pub(crate) fn advance(&mut self, time: TimeMs) {
        self.commit();
        self.recent.advance(time, self.tree.root());
        self.noted.insert(LedgerKey::Blocks);
        self.forget(self.recent.present().height);
    }

    /// Forgets what counts only up to a height below that one. What holds coins is not forgotten
    /// (docs/spec/arbiter.md, 12.6 and 12.8).
    fn forget(&mut self, height: Height) {
        let mut note = |counts: bool, place: LedgerKey| {
            if !counts {
                self.noted.insert(place);
            }
            counts
        };
        self.opened
            .retain(|id, expiry| note(*expiry >= height, LedgerKey::Opened(*id)));
        self.oracles
            .retain(|key, oracle| note(oracle.until >= height, LedgerKey::Oracle(*key)));
        self.queries.retain(|id, asked| {
            let counts = asked.kept_until >= height || asked.held > Amount::ZERO;
            note(counts, LedgerKey::Query(*id))
        });
    }

    /// Brings the tree up to date with the present block.
    fn commit(&mut self) {
        let changes: Changes = self
            .noted
            .iter()
            .map(|key| (key.hash(), self.leaf(*key).map(Into::into)))
            .collect();
        // A full tree misses no node, so it can always be updated.
        if let Ok(tree) = self.tree.updated(&changes) {
            self.tree = tree;
            self.noted.clear();
        }
    }

    /// Every leaf that the tree has once it is up to date.
    pub(crate) fn leaves(&self) -> BTreeMap<Hash, Vec<u8>> {
        let leaf = |key: LedgerKey| Some((key.hash(), self.leaf(key)?));
        self.keys().filter_map(leaf).collect()
    }

    /// The places of all that is kept.
    fn keys(&self) -> impl Iterator<Item = LedgerKey> {
        // Each field has a place here; a new one does not compile before it has one, too.
        let Self {
            chain: _,
            recent: _,
            fees: _,
            burned: _,
            accounts,
            channels,
            codes,
            opened,
            bonds,
            oracles,
            queries,
            tree: _,
            noted: _,
        } = self;
        ALWAYS_THERE
            .into_iter()
            .chain(accounts.keys().copied().map(LedgerKey::Account))
            .chain(channels.keys().copied().map(LedgerKey::Channel))
            .chain(codes.keys().copied().map(LedgerKey::Code))
            .chain(opened.keys().copied().map(LedgerKey::Opened))
            .chain(bonds.keys().copied().map(LedgerKey::Bond))
            .chain(oracles.keys().copied().map(LedgerKey::Oracle))
            .chain(queries.keys().copied().map(LedgerKey::Query))
    }

    fn leaf(&self, key: LedgerKey) -> Option<Vec<u8>> {
        match key {
            LedgerKey::Chain => Some(encode(&self.chain)),
            LedgerKey::Blocks => Some(self.recent.leaf()),
            LedgerKey::Fees => Some(encode(&self.fees)),
            LedgerKey::Account(key) => self.accounts.get(&key).map(encode),
            LedgerKey::Channel(id) => self.channels.get(&id).map(Channel::leaf),
            LedgerKey::Code(hash) => {
                let bytes = self.codes.get(&hash)?.len();
                Some(encode(&u64::try_from(bytes).ok()?))
            }
            LedgerKey::Opened(id) => self.opened.get(&id).map(encode),
            LedgerKey::Bond(id) => self.bonds.get(&id).map(encode),
            LedgerKey::Burned => Some(encode(&self.burned)),
            LedgerKey::Oracle(key) => self.oracles.get(&key).map(encode),
            LedgerKey::Query(id) => self.queries.get(&id).map(encode),
        }
    }
}

#[cfg(test)]
mod tests;
