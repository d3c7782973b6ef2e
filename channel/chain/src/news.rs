//! What happens on a ledger.

use serde::{Deserialize, Serialize};
use twinroot_abi::{Amount, ChannelId, Hash, PublicKey, Side};
use twinroot_arbiter::{Effect, Receipt};
use twinroot_exec::Env;

use crate::json::{EnvJson, canonical, coins, maybe_canonical};

/// A block has begun, and the one before it has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct News {
    /// The new block. Transactions are included in it from now on.
    #[serde(with = "EnvJson")]
    pub block: Env,
    /// Hash of the block before it; of the first one, the chain's name.
    #[serde(with = "canonical")]
    pub parent: Hash,
    /// What was included in the block before it, in order: all that is new in what the hash of this one commits to.
    pub included: Vec<Included>,
}

impl News {
    /// The channels that the block before it changed, each once.
    #[must_use]
    pub fn channels(&self) -> Vec<ChannelId> {
        let mut channels: Vec<_> = self
            .included
            .iter()
            .filter_map(|included| included.channel)
            .collect();
        channels.sort();
        channels.dedup();
        channels
    }
}

/// An included transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Included {
    /// Its name.
    #[serde(with = "canonical")]
    pub transaction: Hash,
    /// Whose it is.
    #[serde(with = "canonical")]
    pub sender: PublicKey,
    /// The block that it is in.
    #[serde(with = "EnvJson")]
    pub block: Env,
    /// Coins taken for it, gas included.
    #[serde(with = "coins")]
    pub fee: Amount,
    /// What it did, in a word.
    pub what: What,
    /// The channel that it was about.
    #[serde(
        default,
        with = "maybe_canonical",
        skip_serializing_if = "Option::is_none"
    )]
    pub channel: Option<ChannelId>,
    /// What there is to say beside: why a step was refuted, who got how much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub more: Option<String>,
}

/// What a transaction did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum What {
    /// Coins went to another account.
    Transferred,
    /// Code is known.
    Published,
    /// A channel is open.
    Opened,
    /// Coins went into a channel or out of it.
    Funded,
    /// The ledger knows a newer state of a channel.
    Snapshotted,
    /// A channel is being closed, or its close was answered.
    Closing,
    /// A channel has paid out.
    Closed,
    /// A step was carried out.
    Forced,
    /// A step was tried in vain.
    Refuted,
    /// A bond was made, is leaving, was released or forfeited.
    Bond,
    /// An account is an oracle.
    Registered,
    /// An oracle was asked.
    Asked,
    /// An oracle answered.
    Answered,
    /// A question without an answer is gone.
    Refunded,
    /// Something that this version has no word for.
    Other,
}

impl Included {
    /// What is told of a receipt.
    pub(crate) fn new(sender: PublicKey, receipt: &Receipt) -> Self {
        let (what, channel, more) = told(&receipt.effect);
        let Receipt {
            transaction,
            block,
            fee,
            ..
        } = *receipt;
        Self {
            transaction,
            sender,
            block,
            fee,
            what,
            channel,
            more,
        }
    }
}

fn told(effect: &Effect) -> (What, Option<ChannelId>, Option<String>) {
    match effect {
        Effect::Transferred => (What::Transferred, None, None),
        Effect::Published(code) => (What::Published, None, Some(code.to_string())),
        Effect::Opened { channel } => (What::Opened, Some(*channel), None),
        Effect::Funded {
            channel, amount, ..
        } => (
            What::Funded,
            Some(*channel),
            Some(format!("{amount} coins")),
        ),
        Effect::Snapshotted {
            channel,
            commitment,
        } => (
            What::Snapshotted,
            Some(*channel),
            Some(round(commitment.round)),
        ),
        Effect::Closing {
            channel,
            commitment,
            until,
        } => (
            What::Closing,
            Some(*channel),
            Some(format!(
                "{}, to be answered until height {until}",
                round(commitment.round)
            )),
        ),
        Effect::Closed {
            channel,
            payout,
            repaid,
        } => {
            let mut more = format!("{} and {} coins paid out", payout[0], payout[1]);
            if let Some(repaid) = repaid {
                let by = match repaid.by {
                    Side::Initiator => "initiator",
                    Side::Responder => "responder",
                };
                more.push_str(&format!(
                    ", {} of the {by} repaid to {}",
                    repaid.amount, repaid.to
                ));
            }
            (What::Closed, Some(*channel), Some(more))
        }
        Effect::Forced {
            commitment, gas, ..
        } => (
            What::Forced,
            Some(commitment.channel),
            Some(format!("{}, {gas} gas", round(commitment.round))),
        ),
        Effect::Refuted {
            channel,
            refutation,
            gas,
        } => (
            What::Refuted,
            Some(*channel),
            Some(format!("{refutation}; {gas} gas")),
        ),
        Effect::Bonded { bond, amount, .. } => (
            What::Bond,
            None,
            Some(format!("{amount} coins stand for the feed {}", bond.feed)),
        ),
        Effect::Unbonding { bond, until } => (
            What::Bond,
            None,
            Some(format!("of the feed {}, leaving until {until}", bond.feed)),
        ),
        Effect::Released { bond, amount } => (
            What::Bond,
            None,
            Some(format!("{amount} coins released of the feed {}", bond.feed)),
        ),
        Effect::Forfeited { bond, burned, .. } => (
            What::Bond,
            None,
            Some(format!(
                "forfeited of the feed {}, {burned} burned",
                bond.feed
            )),
        ),
        Effect::Registered { key, oracle } => (
            What::Registered,
            None,
            Some(format!(
                "{key} for {} coins until {}",
                oracle.price, oracle.until
            )),
        ),
        Effect::Asked { query, .. } => (What::Asked, None, Some(query.to_string())),
        Effect::Answered { query, .. } => (What::Answered, None, Some(query.to_string())),
        Effect::Refunded { query, .. } => (What::Refunded, None, Some(query.to_string())),
        _ => (What::Other, None, None),
    }
}

fn round(round: twinroot_abi::Round) -> String {
    format!("round {round}")
}
