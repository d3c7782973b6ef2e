//! What a call may know of the world: who calls, with how many coins, at which pinned block.
//!
//! The block is named in the update that both sides sign, so these are the same off chain and on
//! chain, however late the ledger runs the call.

use twinroot_abi::{Amount, ContractId, Height, Side, TimeMs};

use crate::host;

/// Height of the pinned block.
#[must_use]
pub fn height() -> Height {
    Height(host::height())
}

/// Time of the pinned block.
#[must_use]
pub fn time() -> TimeMs {
    TimeMs(host::time_ms())
}

/// The side that calls. Where a contract does ([`caller_contract`]), the call ends with a host error: no
/// contract speaks for a side.
#[must_use]
pub fn caller() -> Side {
    if host::caller() == 0 {
        Side::Initiator
    } else {
        Side::Responder
    }
}

/// The contract that calls, if no side does.
#[must_use]
pub fn caller_contract() -> Option<ContractId> {
    let mut id = [0; 32];
    // SAFETY: the host writes 32 bytes, or none.
    let called = unsafe { host::caller_contract(id.as_mut_ptr()) };
    (called == 1).then_some(ContractId(id))
}

/// Coins that came with the call; they are part of [`balance`] already.
#[must_use]
pub fn value() -> Amount {
    Amount(host::value())
}

/// Coins of the contract.
#[must_use]
pub fn balance() -> Amount {
    Amount(host::balance())
}
