//! Steps that the user wants, until their answer is known.

use tokio::sync::oneshot;
use twinroot_abi::{Gas, Hash, Height};
use twinroot_client::Failure;
use twinroot_client::api::Done;
use twinroot_types::{Limits, encode};
use twinroot_wire::Operation;

/// Where an answer goes.
pub(crate) type Reply = oneshot::Sender<Result<Done, Failure>>;

/// A step that the user wants.
#[derive(Debug)]
pub(crate) struct Want {
    /// The caller's own name of it.
    pub(crate) key: String,
    pub(crate) operations: Vec<Operation>,
    /// Everybody who waits for its answer.
    pub(crate) replies: Vec<Reply>,
    /// Blocks after which it is forced if the peer has not signed it.
    pub(crate) force_after: Option<u64>,
    /// The application's records, written when it may be signed.
    pub(crate) records: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    /// Not together with others: the peer refused it in their company.
    pub(crate) alone: bool,
}

/// Steps that were proposed together, as one.
#[derive(Debug)]
pub(crate) struct Proposed {
    pub(crate) wants: Vec<Want>,
    pub(crate) operations: Vec<Operation>,
    /// Hash of the commitment that was signed last for it.
    pub(crate) hash: Option<Hash>,
    pub(crate) since: Height,
}

impl Proposed {
    /// The height at which the first of its callers wants it forced.
    pub(crate) fn force_at(&self) -> Option<u64> {
        let waits = self.wants.iter().filter_map(|want| want.force_after);
        waits.min().map(|wait| self.since.0.saturating_add(wait))
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

const fn moves_coins(operation: &Operation) -> bool {
    matches!(operation, Operation::Deposit(_) | Operation::Withdraw(_))
}
