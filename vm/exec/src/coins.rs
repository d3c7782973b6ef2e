//! Coins in the state of a channel: balances of the sides and of contracts. Every change here
//! conserves them.

use serde::{Deserialize, Serialize};
use twinroot_abi::{Amount, CodeHash, ContractId, Hash, Height, Side};
use twinroot_state::{Missing, Overlay};
use twinroot_types::{DecodeError, decode, encode};

use crate::StateKey;

/// How the coins of a contract are split if the channel is closed while it holds them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fallback {
    initiator: u16,
}

impl Fallback {
    /// Basis points of the whole.
    pub const WHOLE: u16 = 10_000;

    /// A split that gives the initiator so many basis points; `None` above the whole.
    #[must_use]
    pub const fn new(initiator_basis_points: u16) -> Option<Self> {
        if initiator_basis_points <= Self::WHOLE {
            Some(Self {
                initiator: initiator_basis_points,
            })
        } else {
            None
        }
    }

    /// Basis points that go to the initiator.
    #[must_use]
    pub const fn initiator(self) -> u16 {
        self.initiator
    }

    /// Everything to one side.
    #[must_use]
    pub const fn all_to(side: Side) -> Self {
        match side {
            Side::Initiator => Self {
                initiator: Self::WHOLE,
            },
            Side::Responder => Self { initiator: 0 },
        }
    }

    /// Whether the split is one; a decoded one may not be.
    #[must_use]
    pub const fn is_valid(self) -> bool {
        self.initiator <= Self::WHOLE
    }

    /// The two shares of `coins`. The initiator's is rounded down; together they are all of it.
    #[must_use]
    pub fn shares(self, coins: Amount) -> [Amount; 2] {
        let part = u128::from(coins.0)
            .saturating_mul(u128::from(self.initiator.min(Self::WHOLE)))
            .checked_div(u128::from(Self::WHOLE))
            .and_then(|part| u64::try_from(part).ok())
            .unwrap_or(coins.0);
        [Amount(part), Amount(coins.0.saturating_sub(part))]
    }
}

/// What the state says of a contract beside its storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Its code.
    pub code: CodeHash,
    /// Its coins.
    pub coins: Amount,
    /// Who gets them if the channel closes first.
    pub fallback: Fallback,
    /// No close pays out before this height while the contract holds coins.
    pub hold: Height,
}

const LEAF_LIMIT: usize = 256;

/// Free coins of `side`.
///
/// # Errors
/// [`CoinsError::Missing`] where the witness does not show them.
pub fn balance(state: &mut Overlay, side: Side) -> Result<Amount, CoinsError> {
    match state.get(&StateKey::Balance(side).hash())? {
        Some(bytes) => Ok(decode(&bytes, LEAF_LIMIT)?),
        None => Ok(Amount::ZERO),
    }
}

/// Sets the free coins of `side`.
pub fn set_balance(state: &mut Overlay, side: Side, coins: Amount) {
    state.put(StateKey::Balance(side).hash(), encode(&coins));
}

/// Where the state keeps what it says of a contract. A call asks for it several times, so its key is
/// hashed once.
#[derive(Clone, Copy, Debug)]
pub struct HeaderPlace {
    contract: ContractId,
    key: Hash,
}

impl HeaderPlace {
    /// The place of a contract's header.
    #[must_use]
    pub fn of(contract: ContractId) -> Self {
        let key = StateKey::Header(contract).hash();
        Self { contract, key }
    }

    /// What the state says of the contract, if it exists.
    ///
    /// # Errors
    /// [`CoinsError::Missing`] where the witness does not show it.
    pub fn read(&self, state: &mut Overlay) -> Result<Option<Header>, CoinsError> {
        match state.get(&self.key)? {
            Some(bytes) => Ok(Some(decode(&bytes, LEAF_LIMIT)?)),
            None => Ok(None),
        }
    }

    /// Sets what the state says of the contract.
    pub fn set(&self, state: &mut Overlay, header: &Header) {
        state.put(self.key, encode(header));
    }

    /// Moves coins of a side to the contract.
    ///
    /// # Errors
    /// [`CoinsError::Short`] where the side has less, [`CoinsError::NoContract`] where there is no such contract.
    pub fn credit(&self, state: &mut Overlay, from: Side, coins: Amount) -> Result<(), CoinsError> {
        if coins == Amount::ZERO {
            return self.existing(state).map(|_| ());
        }
        let have = balance(state, from)?;
        let rest = have
            .checked_sub(coins)
            .ok_or(CoinsError::Short { have, need: coins })?;
        let mut to = self.existing(state)?;
        to.coins = to.coins.checked_add(coins).ok_or(CoinsError::Overflow)?;
        set_balance(state, from, rest);
        self.set(state, &to);
        Ok(())
    }

    /// Moves coins of the contract to a side.
    ///
    /// # Errors
    /// [`CoinsError::Short`] where the contract has less, [`CoinsError::NoContract`] where there is no such contract.
    pub fn debit(&self, state: &mut Overlay, to: Side, coins: Amount) -> Result<(), CoinsError> {
        let mut from = self.existing(state)?;
        from.coins = from.coins.checked_sub(coins).ok_or(CoinsError::Short {
            have: from.coins,
            need: coins,
        })?;
        let sum = balance(state, to)?
            .checked_add(coins)
            .ok_or(CoinsError::Overflow)?;
        self.set(state, &from);
        set_balance(state, to, sum);
        Ok(())
    }

    /// Moves coins of the contract to another one.
    ///
    /// # Errors
    /// [`CoinsError::Short`] where the contract has less, [`CoinsError::NoContract`] where there is no such contract.
    pub fn give(&self, state: &mut Overlay, to: &Self, coins: Amount) -> Result<(), CoinsError> {
        if coins == Amount::ZERO {
            return Ok(());
        }
        let mut from = self.existing(state)?;
        from.coins = from.coins.checked_sub(coins).ok_or(CoinsError::Short {
            have: from.coins,
            need: coins,
        })?;
        let mut other = to.existing(state)?;
        other.coins = other.coins.checked_add(coins).ok_or(CoinsError::Overflow)?;
        self.set(state, &from);
        to.set(state, &other);
        Ok(())
    }

    fn existing(&self, state: &mut Overlay) -> Result<Header, CoinsError> {
        self.read(state)?
            .ok_or(CoinsError::NoContract(self.contract))
    }
}

/// Moves coins of a side to the other.
///
/// # Errors
/// [`CoinsError::Short`] where the side has less.
pub fn pay(state: &mut Overlay, from: Side, coins: Amount) -> Result<(), CoinsError> {
    let have = balance(state, from)?;
    let rest = have
        .checked_sub(coins)
        .ok_or(CoinsError::Short { have, need: coins })?;
    let sum = balance(state, from.other())?
        .checked_add(coins)
        .ok_or(CoinsError::Overflow)?;
    set_balance(state, from, rest);
    set_balance(state, from.other(), sum);
    Ok(())
}

/// Why coins do not move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CoinsError {
    /// The witness does not show a leaf that is needed.
    #[error(transparent)]
    Missing(#[from] Missing),
    /// Less there than is to be moved.
    #[error("{have} coins where {need} are needed")]
    Short {
        /// Coins there.
        have: Amount,
        /// Coins needed.
        need: Amount,
    },
    /// The sum would be beyond any sum.
    #[error("the sum of coins does not fit")]
    Overflow,
    /// No such contract.
    #[error("there is no contract {0}")]
    NoContract(ContractId),
    /// A leaf of the state is not what it should be; the co-signed state itself is broken.
    #[error("a leaf of the state is damaged: {0}")]
    Damaged(#[from] DecodeError),
}
