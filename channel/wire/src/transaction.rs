//! What is posted to the ledger.

use serde::{Deserialize, Serialize};
use twinroot_abi::{Amount, ChainId, ChannelId, FeedId, Height, PublicKey, QueryId, Root};
use twinroot_types::{DecodeError, Limits, SecretKey, Signature, Tag, decode, encode};

use crate::{CoSigned, SignedClose, SignedFunding, SignedParameters, Update};

/// A transaction (docs/spec/arbiter.md, 1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transaction {
    /// The ledger it is for.
    pub chain: ChainId,
    /// The protocol version it is written in.
    pub version: u16,
    /// The account that pays its fee.
    pub sender: PublicKey,
    /// The sender's next number, so that it counts once.
    pub nonce: u64,
    /// Last height at which it may be included.
    pub expiry: Height,
    /// What it does.
    pub action: Action,
}

/// What a transaction does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// Coins go to another account.
    Transfer {
        /// To whom.
        to: PublicKey,
        /// How much.
        amount: Amount,
    },
    /// Code becomes known to the ledger.
    Publish {
        /// A module that passes the gate.
        code: Vec<u8>,
    },
    /// A channel opens; both deposits leave their accounts.
    Open(SignedParameters),
    /// A channel ends as both agreed.
    CloseMutual(SignedClose),
    /// One party wants the channel to end.
    CloseSolo {
        /// The channel.
        channel: ChannelId,
        /// The state to end at; `None` for the newest that the ledger knows.
        state: Option<CoSigned>,
    },
    /// A newer co-signed state answers a solo close.
    Slash {
        /// The channel.
        channel: ChannelId,
        /// The newer state.
        state: CoSigned,
    },
    /// The ledger is to carry out a step that the other party would not sign.
    Force(Force),
    /// A channel whose time is over pays out.
    Settle {
        /// The channel.
        channel: ChannelId,
    },
    /// Coins go into a channel or out of it, as both agreed.
    Fund(SignedFunding),
    /// The ledger learns a newer co-signed state of an open channel.
    Snapshot {
        /// The channel.
        channel: ChannelId,
        /// The newer state.
        state: CoSigned,
    },
    /// The sender's coins stand for the honesty of a feed, as many as before and these.
    Bond {
        /// The feed.
        feed: FeedId,
        /// Coins more.
        amount: Amount,
        /// Blocks from the wish to leave until the coins may come back.
        delay: u64,
    },
    /// The sender wants its bond back, which takes as long as its delay.
    Unbond {
        /// The feed.
        feed: FeedId,
    },
    /// The coins of a bond whose delay is over go back to its owner.
    Release {
        /// The feed.
        feed: FeedId,
        /// Whose bond.
        owner: PublicKey,
    },
    /// A feed contradicted itself: the bond is lost.
    Forfeit {
        /// The feed.
        feed: FeedId,
        /// Whose bond.
        owner: PublicKey,
        /// Proof that it did (docs/spec/oracles.md, 8.1).
        proof: Vec<u8>,
    },
    /// The sender is an oracle from now on.
    Register {
        /// Coins that it takes for an answer.
        price: Amount,
        /// Its last height.
        until: Height,
    },
    /// An oracle stays for longer, at a price that it states anew.
    Extend {
        /// Coins that it takes for an answer.
        price: Amount,
        /// Its last height.
        until: Height,
    },
    /// An oracle is asked; its price is held for it.
    Ask {
        /// Who is to answer.
        oracle: PublicKey,
        /// What is asked.
        question: Vec<u8>,
        /// The last height for the answer.
        answer_by: Height,
        /// The last height up to which the answer can be shown.
        kept_until: Height,
        /// The highest price that the sender pays.
        most: Amount,
    },
    /// An oracle answers, and gets what was held for it.
    Respond {
        /// Which question.
        query: QueryId,
        /// What it says.
        answer: Vec<u8>,
    },
    /// Who asked in vain gets back what was held.
    Refund {
        /// Which question.
        query: QueryId,
    },
}

/// Force progress (docs/spec/arbiter.md, 5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Force {
    /// The state that the update changes, if the ledger does not know it yet.
    pub base: Option<CoSigned>,
    /// The step.
    pub update: Update,
    /// What the step needs to see of the state.
    pub witness: Vec<u8>,
    /// The root that the poster expects.
    pub predicted: Root,
}

impl Transaction {
    /// Signs it.
    #[must_use]
    pub fn sign(self, key: &SecretKey) -> SignedTransaction {
        let signature = key.sign(Tag::TRANSACTION, &encode(&self));
        SignedTransaction {
            transaction: self,
            signature,
        }
    }
}

/// A transaction with its sender's signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedTransaction {
    /// The transaction.
    pub transaction: Transaction,
    /// The sender's signature.
    pub signature: Signature,
}

impl SignedTransaction {
    /// The bytes to post.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        encode(self)
    }

    /// The transaction in posted bytes.
    ///
    /// # Errors
    /// [`DecodeError`]; whoever posts it is at fault.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        decode(bytes, Limits::V1.transaction_bytes)
    }
}
