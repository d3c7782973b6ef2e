//! Steps that the user wants, until their answer is known.

use tokio::sync::oneshot;
use twinroot_abi::{ChannelId, Gas, Hash, Height};
use twinroot_client::Failure;
use twinroot_client::api::Done;
use twinroot_types::{Limits, encode};
use twinroot_wire::Operation;

use super::line::{Asked, CallLine, Share};

/// Where an answer goes.
pub(crate) type Reply = oneshot::Sender<Result<Done, Failure>>;

/// A step that the user wants.
#[derive(Debug)]
pub(crate) struct Want {
    /// The caller's own name of it.
    pub(crate) key: String,
    pub(crate) asked: Asked,
    pub(crate) operations: Vec<Operation>,
    /// Everybody who waits for its answer.
    pub(crate) replies: Vec<Reply>,
    /// Blocks after which it is forced if the peer has not signed it, and since when they count.
    pub(crate) force_after: Option<u64>,
    pub(crate) since: Height,
    /// The application's records, written when it may be signed.
    pub(crate) records: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    /// Not together with others: the peer refused it in their company.
    pub(crate) alone: bool,
}

impl Want {
    /// Whether its caller has waited so long for the peer that the ledger is to carry it out.
    pub(crate) fn is_overdue(&self, now: Height) -> bool {
        self.force_after
            .is_some_and(|wait| self.since.0.saturating_add(wait) <= now.0)
    }
}

/// Steps that were proposed, or are forced, together, as one.
#[derive(Debug)]
pub(crate) struct Joint {
    pub(crate) wants: Vec<Want>,
    pub(crate) operations: Vec<Operation>,
    /// Of one that is forced: whether the party was told, and whether its keys are noted.
    pub(crate) is_asked: bool,
    pub(crate) is_noted: bool,
}

impl Joint {
    pub(crate) fn of(wants: Vec<Want>) -> Self {
        let operations = wants
            .iter()
            .flat_map(|want| want.operations.clone())
            .collect();
        Self {
            wants,
            operations,
            is_asked: false,
            is_noted: false,
        }
    }

    /// The step of before a restart, for which nobody waits yet.
    pub(crate) fn restored(shares: Vec<Share>, operations: Vec<Operation>, since: Height) -> Self {
        let mut rest = operations.iter().cloned();
        let wants = shares.into_iter().map(|share| Want {
            operations: rest.by_ref().take(share.count()).collect(),
            key: share.key,
            asked: share.asked,
            replies: Vec::new(),
            force_after: share.force_after,
            since,
            records: Vec::new(),
            alone: false,
        });
        Self {
            wants: wants.collect(),
            operations,
            is_asked: false,
            is_noted: true,
        }
    }

    pub(crate) fn shares(&self) -> Vec<Share> {
        let share = |want: &Want| Share {
            key: want.key.clone(),
            asked: want.asked,
            operations: u32::try_from(want.operations.len()).unwrap_or(u32::MAX),
            force_after: want.force_after,
        };
        self.wants.iter().map(share).collect()
    }

    /// Since when the first of its callers waits.
    pub(crate) fn since(&self) -> Height {
        let since = self.wants.iter().map(|want| want.since).min();
        since.unwrap_or_default()
    }

    /// The step as it is noted when it is to be forced.
    pub(crate) fn forcing_line(&self, channel: ChannelId) -> CallLine {
        CallLine::Forcing {
            channel,
            since: self.since(),
            shares: self.shares(),
            operations: self.operations.clone(),
        }
    }

    /// Those of its steps that wait on without it: what nobody has asked for since a restart does not, unless it is to be
    /// forced some time. Keys are not forgotten: the peer may still sign what was signed here.
    pub(crate) fn lasting(self) -> Vec<Want> {
        let lasts = |want: &Want| !want.replies.is_empty() || want.force_after.is_some();
        self.wants.into_iter().filter(lasts).collect()
    }

    pub(crate) fn moves_coins(&self) -> bool {
        self.operations.iter().any(moves_coins)
    }
}

/// A step that was signed, and who has what in it: until it is known that the peer has signed it, or cannot any more.
#[derive(Debug)]
pub(crate) struct HalfSigned {
    pub(crate) hash: Hash,
    pub(crate) shares: Vec<Share>,
    /// Since when those wait.
    pub(crate) since: Height,
    pub(crate) operations: Vec<Operation>,
}

impl HalfSigned {
    /// Whether whoever waits under that key has a share in it.
    pub(crate) fn is_of(&self, key: &str) -> bool {
        self.shares.iter().any(|share| share.key == key)
    }

    /// The step as it is noted when it may be signed.
    pub(crate) fn proposed_line(&self, channel: ChannelId) -> CallLine {
        CallLine::Proposed {
            channel,
            what: self.hash,
            since: self.since,
            shares: self.shares.clone(),
        }
    }
}

impl Share {
    pub(crate) fn count(&self) -> usize {
        usize::try_from(self.operations).unwrap_or(usize::MAX)
    }
}

/// How many of the first wants fit into one step: all that no limit of an update forbids. A move of coins is alone.
pub(crate) fn together<'a>(wants: impl Iterator<Item = &'a Want>) -> usize {
    let limits = Limits::V1;
    let (mut count, mut operations, mut bytes, mut gas) = (0_usize, 0_usize, 256_usize, Gas::ZERO);
    for want in wants {
        let single = want.alone || want.operations.iter().any(moves_coins);
        if single {
            return count.max(1);
        }
        operations = operations.saturating_add(want.operations.len());
        bytes = bytes.saturating_add(encode(&want.operations).len());
        let more = want
            .operations
            .iter()
            .try_fold(gas, |sum, operation| sum.checked_add(operation.gas()));
        let fits = operations <= limits.operations && bytes <= limits.update_bytes;
        match more {
            Some(sum) if fits && sum <= limits.update_gas => gas = sum,
            // One that fits nowhere is told so by the rules.
            _ => return count.max(1),
        }
        count = count.saturating_add(1);
    }
    count
}

pub(crate) const fn moves_coins(operation: &Operation) -> bool {
    matches!(operation, Operation::Deposit(_) | Operation::Withdraw(_))
}
