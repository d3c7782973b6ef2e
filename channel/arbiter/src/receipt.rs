//! What an included transaction did (docs/spec/arbiter.md, 1.7).

use twinroot_abi::{
    Amount, ChannelId, CodeHash, Gas, Hash, Height, MessageId, PublicKey, QueryId, Root, Side,
};
use twinroot_exec::{Env, Receipt as CallReceipt};
use twinroot_feed::{Answer, Asked, Conflict};
use twinroot_rules::Refused;
use twinroot_state::WitnessError;
use twinroot_wire::{Commitment, Direction, Update};

use crate::{BondId, Oracle};

/// An included transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Its name.
    pub transaction: Hash,
    /// The block it is in.
    pub block: Env,
    /// Coins taken for it, gas included.
    pub fee: Amount,
    /// What it did.
    pub effect: Effect,
}

/// What an included transaction did.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// Coins went to another account.
    Transferred,
    /// Code is known now.
    Published(CodeHash),
    /// A channel is open.
    Opened {
        /// Which one.
        channel: ChannelId,
    },
    /// Coins went into a channel or out of it.
    Funded {
        /// Which one.
        channel: ChannelId,
        /// Which way.
        direction: Direction,
        /// Whose account paid or was paid.
        side: Side,
        /// How many.
        amount: Amount,
        /// The state after it.
        commitment: Box<Commitment>,
    },
    /// The ledger knows a newer state of an open channel.
    Snapshotted {
        /// Which one.
        channel: ChannelId,
        /// The state.
        commitment: Box<Commitment>,
    },
    /// A channel is being closed, or its close was answered.
    Closing {
        /// Which one.
        channel: ChannelId,
        /// The state it would end at.
        commitment: Box<Commitment>,
        /// End of the time to answer.
        until: Height,
    },
    /// A channel has paid out and is no more.
    Closed {
        /// Which one.
        channel: ChannelId,
        /// What each side got of the locked coins; with what was repaid, they are all of them.
        payout: [Amount; 2],
        /// What was repaid out of the payout of the side that began the close.
        repaid: Option<Repaid>,
    },
    /// A step was carried out.
    Forced {
        /// The step.
        update: Box<Update>,
        /// The state it led to.
        commitment: Box<Commitment>,
        /// What is left of its calls.
        receipts: Vec<CallReceipt>,
        /// Gas of its calls.
        gas: Gas,
    },
    /// A step was tried in vain: the channel is as before.
    Refuted {
        /// Which channel.
        channel: ChannelId,
        /// What is wrong with the step.
        refutation: Refutation,
        /// Gas of trying.
        gas: Gas,
    },
    /// Coins stand for a feed.
    Bonded {
        /// Whose coins, for which feed.
        bond: BondId,
        /// How many there are now.
        amount: Amount,
        /// Blocks from the wish to leave until they may come back.
        delay: u64,
    },
    /// The owner of a bond wants it back.
    Unbonding {
        /// Which one.
        bond: BondId,
        /// First height at which it may be released.
        until: Height,
    },
    /// A bond is no more, and its owner has its coins back.
    Released {
        /// Which one.
        bond: BondId,
        /// How many.
        amount: Amount,
    },
    /// A bond is no more, since its feed contradicted itself.
    Forfeited {
        /// Which one.
        bond: BondId,
        /// What the sender got of it.
        reward: Amount,
        /// The rest of it, which nobody has any more.
        burned: Amount,
        /// How the feed contradicted itself.
        conflict: Conflict,
        /// The two messages that show it, the lower first.
        messages: [MessageId; 2],
    },
    /// An account is an oracle, or stays one for longer.
    Registered {
        /// Which account.
        key: PublicKey,
        /// On which terms.
        oracle: Oracle,
    },
    /// An oracle was asked.
    Asked {
        /// Name of the question.
        query: QueryId,
        /// All of it.
        asked: Box<Asked>,
    },
    /// An oracle answered.
    Answered {
        /// Name of the question.
        query: QueryId,
        /// What it said, and when.
        answer: Answer,
        /// What it got for it.
        paid: Amount,
    },
    /// A question without an answer is gone.
    Refunded {
        /// Name of the question.
        query: QueryId,
        /// Who asked.
        to: PublicKey,
        /// What was held.
        amount: Amount,
    },
}

/// The fee of an answer, paid back by the side that began the close (docs/spec/arbiter.md, 6.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repaid {
    /// Out of whose payout.
    pub by: Side,
    /// To the account that answered last.
    pub to: PublicKey,
    /// How much: the fee, or as much as that payout has.
    pub amount: Amount,
}

/// What executing a forced step found wrong with it (docs/spec/arbiter.md, 9.2).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refutation {
    /// The rules refuse the step; a call that does not succeed and a witness that lacks a node are here.
    #[error(transparent)]
    Refused(Refused),
    /// It leads to another root than its poster said.
    #[error("the step leads to root {reached}, not {predicted}")]
    Root {
        /// What the poster said.
        predicted: Root,
        /// What came out.
        reached: Root,
    },
    /// The witness shows leaves that the step does not touch. Only execution can tell, so it is paid for.
    #[error(transparent)]
    Witness(WitnessError),
}
