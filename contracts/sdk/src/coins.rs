//! Coins of the contract.

use twinroot_abi::{Amount, REVERT_TRANSFER, Side};

use crate::call::revert;
use crate::host;

/// Pays coins of the contract to a side; reverts with [`REVERT_TRANSFER`] if there are fewer.
///
/// Transfers give only to the two sides of the channel, so coins never leave it by a call.
pub fn transfer(to: Side, amount: Amount) {
    if host::transfer(to as u32, amount.0) != 0 {
        revert(REVERT_TRANSFER);
    }
}
