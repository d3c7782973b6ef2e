//! What the ledger takes for a transaction (docs/spec/arbiter.md, 2).

use twinroot_abi::{Amount, Gas};

/// The fee schedule of a protocol version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fees {
    /// Coins for any transaction: what its signature check and its accounts cost.
    pub base: Amount,
    /// Coins for each byte of it.
    pub byte: Amount,
    /// Gas that one coin buys.
    pub gas_per_coin: u64,
}

impl Fees {
    /// The schedule of protocol version 1 (docs/spec/arbiter.md, 2.1).
    pub const V1: Self = Self {
        base: Amount(500),
        byte: Amount(1),
        gas_per_coin: 1_000,
    };

    /// The fee of a transaction of so many bytes, gas aside (docs/spec/arbiter.md, 2.2); `None` where
    /// no sum fits.
    #[must_use]
    pub fn transaction(&self, bytes: usize) -> Option<Amount> {
        let bytes = u64::try_from(bytes).ok()?;
        self.base
            .checked_add(Amount(self.byte.0.checked_mul(bytes)?))
    }

    /// The price of gas, rounded up.
    #[must_use]
    pub fn gas(&self, gas: Gas) -> Amount {
        Amount(gas.0.div_ceil(self.gas_per_coin))
    }
}
