//! Other contracts of the channel.
//!
//! [`macro@crate::client`] makes a typed client of a trait that says which entries the other contract has:
//!
//! ```
//! use twinroot_sdk::contract::CallError;
//! use twinroot_sdk::{Amount, ContractId, Gas, Value, client, contract, entries};
//!
//! #[client]
//! pub trait Shop {
//!     fn buy(&mut self, what: u64) -> Amount;
//! }
//!
//! #[contract]
//! pub struct Customer {
//!     shop: Value<ContractId>,
//! }
//!
//! #[entries]
//! impl Customer {
//!     /// Buys, and gives the change.
//!     #[payable]
//!     pub fn shop(&mut self, what: u64) -> Amount {
//!         let shop = contract::at(self.shop.get(), Gas(100_000)).with(Amount(30));
//!         let bought: Result<Amount, CallError> = ShopClient(shop).buy(what);
//!         bought.unwrap_or_default()
//!     }
//! }
//! ```

use twinroot_abi::{Amount, ContractId, Fixed, Gas};

use crate::buffer::Buffer;
use crate::{Caller, host};

/// The contract with that id, to be called with at most `gas` each time.
#[must_use]
pub const fn at(contract: ContractId, gas: Gas) -> At {
    At {
        contract,
        gas,
        coins: Amount::ZERO,
    }
}

/// Another contract, as this one calls it.
#[derive(Clone, Copy, Debug)]
pub struct At {
    contract: ContractId,
    gas: Gas,
    coins: Amount,
}

impl At {
    /// As many coins of this contract go along with each call.
    #[must_use]
    pub const fn with(self, coins: Amount) -> Self {
        Self { coins, ..self }
    }
}

impl Caller for At {
    type Answer<T: Fixed> = Result<T, CallError>;

    fn call<A: Fixed, T: Fixed>(&mut self, entry: &'static str, args: &A) -> Result<T, CallError> {
        call(&self.contract, entry, args, self.coins, self.gas)?;
        if T::SIZE == 0 {
            T::read(&[]).ok_or(CallError::Returned)
        } else {
            returned().ok_or(CallError::Returned)
        }
    }
}

/// How a call of another contract failed. Nothing of that call stands; what this contract did does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallError {
    /// It called the entry off, with a code of its own.
    Revert(u32),
    /// It did something undefined.
    Trap,
    /// It needed more gas than it was given.
    OutOfGas,
    /// Its own calls were nested too deeply.
    StackLimit,
    /// It asked for something that no call may have, or it cannot be called: the number of the host error
    /// (docs/spec/vm.md, 2.2).
    Host(u16),
    /// This contract has fewer coins than were to go along.
    Short,
    /// It returned something else than it was said to.
    Returned,
}

/// Calls an entry of another contract with coins of this one and at most `gas`. A contract that has less
/// gas left than that runs out of gas itself, so nobody who sets the gas of the whole call can have this
/// one fail by it.
///
/// The other contract sees this one as its caller, never the side. A contract that is being called cannot
/// be called again from within.
///
/// # Errors
/// [`CallError`] where the other contract did not succeed.
///
/// ```no_run
/// # use twinroot_sdk::{Amount, ContractId, Gas, contract};
/// # let shop = ContractId([0; 32]);
/// let bought = contract::call(&shop, "buy", &Amount(3), Amount(30), Gas(100_000));
/// let change: Option<Amount> = bought.ok().and_then(|()| contract::returned());
/// ```
pub fn call<T: Fixed>(
    contract: &ContractId,
    entry: &str,
    args: &T,
    coins: Amount,
    gas: Gas,
) -> Result<(), CallError> {
    let mut buffer = Buffer::new();
    let args = buffer.write(args);
    // SAFETY: the host reads 32 bytes, those of `entry` and those of `args`.
    let told = unsafe {
        host::call(
            contract.0.as_ptr(),
            entry.as_ptr(),
            entry.len(),
            args.as_ptr(),
            args.len(),
            coins.0,
            gas.0,
        )
    };
    let code = told as u32;
    match told >> 32 {
        0 => Ok(()),
        1 => Err(CallError::Revert(code)),
        2 => Err(CallError::Trap),
        3 => Err(CallError::OutOfGas),
        4 => Err(CallError::StackLimit),
        5 => Err(CallError::Host(code as u16)),
        _ => Err(CallError::Short),
    }
}

/// What the last contract returned that was called, if it stands for a `T`.
#[must_use]
pub fn returned<T: Fixed>() -> Option<T> {
    let mut buffer = Buffer::new();
    // SAFETY: the host writes at most as many bytes as have room.
    let length = unsafe { host::call_returned(buffer.place::<T>(), T::SIZE) };
    // SAFETY: the host wrote `SIZE` bytes.
    (length == T::SIZE).then(|| unsafe { buffer.read() })?
}
