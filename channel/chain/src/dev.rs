//! How a ledger for tries begins.

use twinroot_abi::{Amount, TimeMs};
use twinroot_arbiter::Genesis;
use twinroot_types::SecretKey;

/// Coins of the faucet at the beginning.
const COINS: u64 = 1_000_000_000_000_000_000;

/// How a ledger for tries begins. All its coins are the faucet's, whose key everyone knows: they are worth nothing.
#[must_use]
pub fn dev_genesis(time: TimeMs) -> Genesis {
    Genesis {
        name: "twinroot dev".into(),
        time,
        accounts: vec![(faucet().public(), Amount(COINS))],
    }
}

/// The key of every faucet. It is no secret.
pub(crate) fn faucet() -> SecretKey {
    SecretKey::from_seed(b"the faucet of a ledger for tries")
}
