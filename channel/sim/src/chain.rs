//! The ledger of a simulation, with its history, so that blocks can be replaced by others.

use std::collections::VecDeque;

use twinroot_abi::{Amount, ChannelId, Height, PublicKey, Side, TimeMs};
use twinroot_arbiter::{Effect, Ledger, Phase, Receipt, Rejected};
use twinroot_exec::{Env, Execute};
use twinroot_party::OnLedger;
use twinroot_types::SecretKey;
use twinroot_wire::{Action, Ground, Transaction, Update, VERSION};

/// Milliseconds between blocks.
const BLOCK_MS: u64 = 1_000;
/// Blocks for which a transaction can be included.
const EXPIRY: u64 = 50;

/// The ledger at a block, with the steps that were forced on what it rests on.
#[derive(Clone, Debug)]
struct At {
    ledger: Ledger,
    steps: Vec<Update>,
}

#[derive(Clone, Debug)]
pub(crate) struct Chain {
    history: Vec<At>,
    pub(crate) mempool: VecDeque<(Side, Action)>,
    /// Makes the blocks of a fork differ from those that they replace.
    forks: u64,
}

impl Chain {
    pub(crate) fn new(ledger: Ledger) -> Self {
        let steps = Vec::new();
        Self {
            history: vec![At { ledger, steps }],
            mempool: VecDeque::new(),
            forks: 0,
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

    /// The channel as a party is told of it.
    pub(crate) fn view(&self, channel: ChannelId) -> Option<OnLedger> {
        let at = self.tip();
        let channel = at.ledger.channel(channel)?;
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
    pub(crate) fn mine(
        &mut self,
        keys: [&SecretKey; 2],
        channel: ChannelId,
        execute: &dyn Execute,
    ) -> Vec<(Side, Result<Receipt, Rejected>)> {
        let mut at = self.tip().clone();
        let mut results = Vec::new();
        for (side, action) in std::mem::take(&mut self.mempool) {
            let bytes = sign(&at.ledger, keys[side.index()], action);
            let before = ground(&at.ledger, channel);
            let result = at.ledger.submit(&bytes, execute);
            if ground(&at.ledger, channel) != before {
                at.steps.clear();
            }
            if let Ok(Receipt {
                effect: Effect::Forced { update, .. },
                ..
            }) = &result
            {
                at.steps.push((**update).clone());
            }
            results.push((side, result));
        }
        self.push(at);
        results
    }

    /// Replaces so many of the newest blocks by one more without transactions; gives the first height
    /// that is new. At least the block that opened the channel stays.
    pub(crate) fn fork(&mut self, blocks: usize, opened: Height) -> Height {
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
        first
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
        // Deeper forks than this do not happen.
        if self.history.len() > 64 {
            self.history.remove(0);
        }
    }

    fn tip(&self) -> &At {
        self.history.last().expect("a chain has its first block")
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

fn ground(ledger: &Ledger, channel: ChannelId) -> Option<Ground> {
    ledger
        .channel(channel)
        .map(|channel| channel.ground.clone())
}
