//! What a contract is written with.
//!
//! A contract is a crate of type `cdylib`, built for `wasm32v1-none`. Its entries are functions
//! without parameters, named once in [`entries!`]; what they need they ask for:
//!
//! ```no_run
//! use twinroot_sdk::storage::Slot;
//! use twinroot_sdk::{Amount, ensure, entries, env};
//!
//! entries! { pay_in }
//!
//! /// Coins paid in so far.
//! const TOTAL: Slot<Amount> = Slot::new(0);
//!
//! /// Why the jar calls an entry off.
//! #[derive(Clone, Copy)]
//! enum Error {
//!     /// The call brought no coins.
//!     Nothing = 1,
//! }
//!
//! impl From<Error> for u32 {
//!     fn from(error: Error) -> Self {
//!         error as Self
//!     }
//! }
//!
//! /// Keeps the coins of the call and counts them.
//! pub fn pay_in() {
//!     ensure(env::value() > Amount::ZERO, Error::Nothing);
//!     let total = TOTAL.get().unwrap_or_default().0 + env::value().0;
//!     TOTAL.set(&Amount(total));
//! }
//! # fn main() {}
//! ```
//!
//! An entry that returns has succeeded. One that calls [`revert`], or anything here that does,
//! never returns: the call ends, nothing of it stands, and the code reaches the caller. A panic
//! (an overflow, an index beyond the end) is a trap, which costs the whole gas limit; so check
//! what a caller can choose, and revert.
//!
//! Values cross the border in one fixed layout ([`Fixed`]), given to types by [`fixed!`]; there is
//! no formatting and no serde in a contract. A contract that wants `Vec` or `BTreeMap` writes
//! `extern crate alloc;`: memory is one arena a call, never freed.
//!
//! Outside wasm the crate compiles, so that a workspace can be checked as a whole, but there is no
//! host to ask: contracts are tested as wasm, in the VM.

#![no_std]

#[cfg(target_arch = "wasm32")]
mod arena;
mod buffer;
mod call;
mod coins;
pub mod contract;
pub mod crypto;
mod entry;
pub mod env;
mod fixed;
mod host;
mod judge;
pub mod storage;

pub use call::{emit, emit_bytes, ensure, input, log, ret, revert};
pub use coins::transfer;
pub use judge::{judge, verdict};
pub use twinroot_abi::{
    Amount, ChainId, ChannelId, CodeHash, ContractId, FeedId, Fixed, Gas, Hash, Height, MessageId,
    Policy, PublicKey, REVERT_INPUT, REVERT_JUDGE, REVERT_STORAGE, REVERT_TRANSFER, Root, Round,
    Side, Subject, TimeMs,
};

/// What the macros of this crate expand to; not for contracts.
#[doc(hidden)]
pub mod expansion {
    pub use twinroot_abi::{section, section_size};
}

/// A contract has nobody to tell why it stopped, and a message would be larger than the contract.
#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
