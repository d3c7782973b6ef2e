//! The ledger of a simulation, with its history, so that blocks can be replaced by others.

use std::collections::VecDeque;

use twinroot_abi::{Amount, ChannelId, Height, PublicKey, QueryId, Side, TimeMs};
use twinroot_arbiter::{Effect, Ledger, Phase, Receipt, Rejected};
use twinroot_exec::{Env, Execute};
use twinroot_party::OnLedger;
use twinroot_types::SecretKey;
use twinroot_wire::{Action, Transaction, Update, VERSION};

use crate::book::Book;
use crate::judge::{Laws, judge};

/// Milliseconds between blocks.
const BLOCK_MS: u64 = 1_000;
/// Blocks for which a transaction can be included.
const EXPIRY: u64 = 50;
/// Blocks from one fork to the next. Two at once would be one that is deeper than any party expects.
const REST: u64 = 6;
/// Blocks from one transaction that is lost to the next.
const LOSES: u64 = 20;
/// Blocks that are kept; deeper forks do not happen.
const KEPT: usize = 64;

/// The ledger at a block, with the steps that were forced on what it rests on.
#[derive(Clone, Debug)]
struct At {
    ledger: Ledger,
    steps: Vec<Update>,
    book: Book,
    /// All that were asked, the newest last.
    queries: Vec<QueryId>,
}

#[derive(Clone, Debug)]
pub(crate) struct Chain {
    history: Vec<At>,
    pub(crate) mempool: VecDeque<(Side, Action)>,
    channel: ChannelId,
    /// Makes the blocks of a fork differ from those that they replace.
    forks: u64,
    /// Height before which the next fork does not come.
    next_fork: u64,
    /// Height before which the next transaction is not lost.
    next_loss: u64,
}

/// What became of a transaction.
pub(crate) struct Tried {
    pub(crate) side: Side,
    pub(crate) result: Result<Receipt, Rejected>,
    /// What the ledger did that its laws do not allow.
    pub(crate) unlawful: Option<String>,
    /// The channel before and after it.
    pub(crate) change: Option<Change>,
}

/// What a transaction did to the channel.
pub(crate) struct Change {
    pub(crate) before: twinroot_arbiter::Channel,
    pub(crate) after: Option<twinroot_arbiter::Channel>,
}

impl Chain {
    /// A ledger on which the channel is open.
    pub(crate) fn new(ledger: Ledger, channel: ChannelId) -> Self {
        let parties = ledger.channel(channel).map(|open| open.parameters.parties);
        let coins = parties.map(|keys| keys.map(|key| ledger.account(key).coins));
        let at = At {
            book: Book::begin(parties.unwrap_or_default(), coins.unwrap_or_default()),
            ledger,
            steps: Vec::new(),
            queries: Vec::new(),
        };
        Self {
            history: vec![at],
            mempool: VecDeque::new(),
            channel,
            forks: 0,
            next_fork: 0,
            next_loss: 0,
        }
    }

    pub(crate) fn ledger(&self) -> &Ledger {
        &self.tip().ledger
    }

    pub(crate) fn block(&self) -> Env {
        self.ledger().block()
    }

    pub(crate) fn coins(&self, of: PublicKey) -> Amount {
        self.ledger().account(of).coins
    }

    /// What the accounts of both sides add up to.
    pub(crate) fn booked(&self) -> [Amount; 2] {
        self.tip().book.accounts()
    }

    /// What was asked of oracles, the newest last.
    pub(crate) fn queries(&self) -> &[QueryId] {
        &self.tip().queries
    }

    /// The channel as a party is told of it.
    pub(crate) fn view(&self) -> Option<OnLedger> {
        let at = self.tip();
        let channel = at.ledger.channel(self.channel)?;
        Some(OnLedger {
            ground: channel.ground.clone(),
            steps: at.steps.clone(),
            tip: channel.tip.clone(),
            closing: match channel.phase {
                Phase::Open => None,
                Phase::Closing { until, .. } => Some(until),
            },
        })
    }

    /// Includes what waits, and begins the next block. What is rejected is gone.
    pub(crate) fn mine(&mut self, keys: [&SecretKey; 2], execute: &dyn Execute) -> Vec<Tried> {
        let mut at = self.tip().clone();
        let mut tried = Vec::new();
        for (side, action) in std::mem::take(&mut self.mempool) {
            tried.push(at.include(keys[side.index()], side, action, self.channel, execute));
        }
        self.push(at);
        tried
    }

    /// Replaces so many of the newest blocks by one more without transactions; gives the first height
    /// that is new, or none where it is too soon after the last fork. At least the block that opened
    /// the channel stays.
    pub(crate) fn fork(&mut self, blocks: usize, opened: Height) -> Option<Height> {
        if self.block().height.0 < self.next_fork {
            return None;
        }
        self.next_fork = self.block().height.0.saturating_add(REST);
        self.forks = self.forks.saturating_add(1);
        let mut gone = 0_usize;
        while gone < blocks && self.block().height > opened && self.history.len() > 1 {
            self.history.pop();
            gone = gone.saturating_add(1);
        }
        let first = Height(self.block().height.0.saturating_add(1));
        for _ in 0..=gone {
            let at = self.tip().clone();
            self.push(at);
        }
        Some(first)
    }

    /// Loses a transaction that waits, if it is not too soon after the last.
    pub(crate) fn lose(&mut self, place: usize) -> bool {
        let now = self.block().height.0;
        let lost = now >= self.next_loss && self.mempool.remove(place).is_some();
        if lost {
            self.next_loss = now.saturating_add(LOSES);
        }
        lost
    }

    /// The blocks from a height on.
    pub(crate) fn blocks_from(&self, height: Height) -> Vec<Env> {
        let blocks = self.history.iter().map(|at| at.ledger.block());
        blocks.filter(|block| block.height >= height).collect()
    }

    fn push(&mut self, mut at: At) {
        let time = at.ledger.block().time.0;
        let next = time.saturating_add(BLOCK_MS).saturating_add(self.forks);
        at.ledger.advance(TimeMs(next));
        self.history.push(at);
        if self.history.len() > KEPT {
            self.history.remove(0);
        }
    }

    fn tip(&self) -> &At {
        self.history.last().expect("a chain has its first block")
    }
}

impl At {
    fn include(
        &mut self,
        key: &SecretKey,
        side: Side,
        action: Action,
        id: ChannelId,
        execute: &dyn Execute,
    ) -> Tried {
        let before = self.ledger.channel(id).cloned();
        let height = self.ledger.block().height;
        let bytes = sign(&self.ledger, key, action.clone());
        let result = self.ledger.submit(&bytes, execute);
        let after = self.ledger.channel(id).cloned();
        let ground = |channel: &Option<twinroot_arbiter::Channel>| {
            channel.as_ref().map(|channel| channel.ground.clone())
        };
        if ground(&before) != ground(&after) {
            self.steps.clear();
        }
        let mut unlawful = None;
        if let Ok(receipt) = &result {
            if let Effect::Forced { update, .. } = &receipt.effect {
                self.steps.push((**update).clone());
            }
            if let Effect::Asked { query, .. } = receipt.effect {
                self.queries.push(query);
            }
            self.book.enter(side, receipt);
            unlawful = before.as_ref().and_then(|before| {
                let laws = Laws {
                    before,
                    after: after.as_ref(),
                    height,
                    posted: &action,
                    receipt,
                };
                judge(&laws).err()
            });
            let counted = self.book.count_steps(side, receipt, after.as_ref());
            unlawful = unlawful.or(counted.err());
        }
        Tried {
            side,
            result,
            unlawful,
            change: before.map(|before| Change { before, after }),
        }
    }
}

/// A transaction of a key's account.
pub(crate) fn sign(ledger: &Ledger, key: &SecretKey, action: Action) -> Vec<u8> {
    let sender = key.public();
    let transaction = Transaction {
        chain: ledger.chain(),
        version: VERSION,
        sender,
        nonce: ledger.account(sender).nonce,
        expiry: Height(ledger.block().height.0.saturating_add(EXPIRY)),
        action,
    };
    transaction.sign(key).encode()
}
