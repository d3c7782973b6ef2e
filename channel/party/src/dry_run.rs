//! What a step would do and cost, without doing it.

use twinroot_abi::{Amount, Gas};
use twinroot_exec::{Call, Execute, Receipt};
use twinroot_rules::{Consent, Fees, Refusal, Refused, apply};
use twinroot_state::Touched;
use twinroot_types::encode;
use twinroot_wire::{Action, Commitment, Operation, Update};

use crate::Party;
use crate::handle;

/// What a step would do.
#[derive(Clone, Debug)]
pub struct DryRun {
    /// The state it would lead to.
    pub commitment: Commitment,
    /// What would be left of its calls.
    pub receipts: Vec<Receipt>,
    /// Gas of its calls.
    pub gas: Gas,
    /// Leaves that a witness of it shows.
    pub touched: Touched,
    /// What forcing it would cost; none where it cannot be forced.
    pub price: Option<ForcePrice>,
}

/// What forcing a step costs on the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForcePrice {
    /// Bytes of the transaction, at most.
    pub bytes: usize,
    /// Bytes of its witness.
    pub witness_bytes: usize,
    /// The fee if it comes out like this.
    pub fee: Amount,
    /// What the account must have when it is posted: the gas limits count in full.
    pub needs: Amount,
    /// What publishing the codes costs that the ledger does not know, as far as this party knows.
    pub publish: Amount,
}

/// Bytes of a transaction around its action, at most: chain, version, sender, nonce, expiry, signature.
const ENVELOPE: usize = 32 + 3 + 32 + 10 + 10 + 64;

impl Party {
    /// Carries a step out on the newest state and throws the result away.
    ///
    /// # Errors
    /// [`Refused`] with the rule that it breaks.
    pub fn dry_run(
        &self,
        operations: Vec<Operation>,
        execute: &dyn Execute,
    ) -> Result<DryRun, Refused> {
        let tip = self.tip();
        let update = Update {
            channel: tip.commitment.channel,
            base: self.tip_hash(),
            round: self.next_round().map_err(|_| Refused::Overflow)?,
            proposer: self.side,
            env: self.now(),
            operations: operations.clone(),
        };
        let applied = apply(tip, &update, Consent::Both, &self.codes, execute)
            .map_err(|Refusal { reason, .. }| reason)?;
        Ok(DryRun {
            commitment: applied.next.commitment,
            receipts: applied.receipts,
            gas: applied.gas,
            touched: applied.touched,
            price: self.force_price(operations, applied.gas, execute),
        })
    }

    /// Asks a contract something. Whatever the call changes is thrown away, and one that does not
    /// succeed tells how it ended.
    ///
    /// # Errors
    /// [`Refused`] where the call cannot be made.
    pub fn read(&self, call: Call, execute: &dyn Execute) -> Result<Receipt, Refused> {
        match self.dry_run(vec![Operation::Call(call)], execute) {
            Ok(run) => run.receipts.into_iter().next().ok_or(Refused::Overflow),
            Err(Refused::Failed { receipt, .. }) => Ok(*receipt),
            Err(reason) => Err(reason),
        }
    }

    fn force_price(
        &self,
        operations: Vec<Operation>,
        gas: Gas,
        execute: &dyn Execute,
    ) -> Option<ForcePrice> {
        let (update, force) = handle::make_force(self, operations, execute).ok()?;
        let witness_bytes = force.witness.len();
        let codes = self
            .codes
            .iter()
            .filter(|(hash, _)| !self.published.contains(hash))
            .map(|(_, code)| code.len().checked_add(ENVELOPE));
        let publish = codes.into_iter().try_fold(Amount::ZERO, |sum, bytes| {
            sum.checked_add(Fees::V1.transaction(bytes?)?)
        })?;
        let bytes = encode(&Action::Force(force)).len().checked_add(ENVELOPE)?;
        let carried = Fees::V1.transaction(bytes)?;
        Some(ForcePrice {
            bytes,
            witness_bytes,
            fee: carried.checked_add(Fees::V1.gas(gas))?,
            needs: carried.checked_add(Fees::V1.gas(update.gas()?))?,
            publish,
        })
    }
}
