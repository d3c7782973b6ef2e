//! What a contract is written with.
//!
//! A contract is a struct, whose fields are its storage, and an `impl`, whose public methods are its
//! entries:
//!
//! ```
//! use twinroot_sdk::{Amount, Value, contract, ensure, entries, env, errors};
//!
//! /// A jar that counts what comes in.
//! #[contract]
//! pub struct Jar {
//!     /// Coins so far.
//!     total: Value<Amount>,
//! }
//!
//! #[errors]
//! pub enum Error {
//!     /// The call brought no coins: send some.
//!     Nothing = 1,
//! }
//!
//! #[entries]
//! impl Jar {
//!     pub fn init(&mut self) {
//!         self.total.set(&Amount::ZERO);
//!     }
//!
//!     /// Keeps the coins of the call, and gives how many there are now.
//!     #[payable]
//!     pub fn pay_in(&mut self) -> Amount {
//!         ensure(env::value() > Amount::ZERO, Error::Nothing);
//!         let total = Amount(self.total.get().0 + env::value().0);
//!         self.total.set(&total);
//!         total
//!     }
//!
//!     /// How many there are.
//!     pub fn total(&self) -> Amount {
//!         self.total.get()
//!     }
//! }
//! ```
//!
//! The entry `init` runs when the contract is created, and only then. A contract that has none takes there what
//! its fields begin with, in their order. One that a contract has of its own tells each policy its parameters, with
//! `watch`, or another entry does.
//!
//! An entry that returns has succeeded. One that calls [`revert`], or anything here that does, or returns
//! an `Err`, is called off: nothing of it stands, and the code reaches the caller. A panic (an overflow,
//! an index beyond the end) is a trap, which costs the whole gas limit; so check what a caller can choose,
//! and revert.
//!
//! Values cross the border in one fixed layout ([`Fixed`]), which [`Data`] gives to types of the
//! contract; there is no formatting and no serde in it. A contract that wants `Vec` or `BTreeMap` writes
//! `extern crate alloc;`: memory is one arena a call, never freed.
//!
//! What names, types and doc comments say goes into the module as its spec, beside the code and outside
//! the code hash: users, tools and the other side read it.
//!
//! Outside wasm a contract compiles, so that editors and tests know its types, but there is no host to
//! ask: contracts are tested as wasm, in the VM.

#![no_std]

#[cfg(target_arch = "wasm32")]
mod arena;
mod buffer;
mod call;
mod caller;
mod coins;
pub mod contract;
pub mod crypto;
pub mod env;
mod field;
mod host;
mod interface;
mod list;
mod map;
mod policy;
pub mod storage;
mod value;

pub use call::{Reason, ensure, log, revert};
pub use caller::Caller;
pub use coins::transfer;
pub use field::{Field, Place};
pub use interface::{Begins, Interface};
pub use list::List;
pub use map::Map;
pub use policy::{
    Answer, Any, Band, Claims, Contradicted, Contradiction, Duration, Each, Equivocation,
    Excursion, Fresh, Judged, KOfN, KOfNEqual, Mark, MaxGap, Median, Message, MiddleOf, OfOracle,
    OutFor, Query, Reading, Response, Rule, Run, RunLength, Said, Sensor, SilentFor, Source,
    Sources, YoungerThan,
};
pub use twinroot_abi::{
    Amount, ChainId, ChannelId, CodeHash, ContractId, FeedId, Fixed, Gas, Hash, Height, MessageId,
    Policy, PublicKey, REVERT_COINS, REVERT_INPUT, REVERT_JUDGE, REVERT_STORAGE, REVERT_TRANSFER,
    Root, Round, Side, Subject, TimeMs, Type,
};
pub use value::Value;

/// The attributes.
pub use twinroot_macros::{Data, client, contract, entries, errors, events};

/// What most contracts need.
pub mod prelude {
    pub use crate::{
        Amount, Answer, Any, Band, Claims, ContractId, Data, Duration, Equivocation, Excursion,
        FeedId, Fresh, Gas, Hash, Height, KOfN, List, Map, Mark, MaxGap, Median, PublicKey, Query,
        Response, RunLength, Said, Sensor, Side, Source, Sources, Subject, TimeMs, Value, client,
        contract, ensure, entries, env, errors, events, revert, transfer,
    };
}

/// What the attributes expand to; not for contracts.
#[doc(hidden)]
pub mod expansion {
    pub use crate::call::{arguments, emit_parts, give, no_coins};
    pub use crate::field::{Contract, in_their_slots, no_fault, policies_before, unwatched};
    pub use twinroot_abi::{Part, line, line_size, section, section_size};
}

/// A contract has nobody to tell why it stopped, and a message would be larger than the contract.
#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
