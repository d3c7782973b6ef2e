//! Two parties, a ledger and devices that sign, in one process.
//!
//! ```text
//!   initiator Party <--messages, as bytes--> responder Party      full state, Cranelift
//!          \                                      /
//!           +------- transactions, as bytes -----+
//!                            |
//!                          Ledger                                 witness only, Pulley
//! ```
//!
//! [`World`] carries out what the parties want done and repeats every step that they agree on the
//! way the ledger would do it: from a witness, on another engine. So each [`Step`] holds both
//! roots and both amounts of gas.

mod buoy;
mod contracts;
mod deeds;
mod devices;
mod driver;
mod error;
mod stage;
mod step;
mod twin;
mod world;

pub use buoy::{BuoyError, Reading, buoy};
pub use contracts::{ballast, truck, tv};
pub use devices::{Measure, attestor, sensor, thermometer};
pub use error::WorldError;
pub use stage::{
    At, Deployed, Device, Done, Ended, Failed, Key, MODULES, ModuleError, Oracle, Path, Recorded,
    STEPS, Stage, Traced, Turn, blake2b, twin, twin_test,
};
pub use step::{Posted, Step};
/// Makes a test of a function that takes a [`Stage`]: it plays off chain, and once more with each call forced.
pub use twinroot_macros::twin_test;

pub use twin::{ReplayError, Twin, replay};
pub use world::{Answer, World};

/// What most tests of contracts need.
pub mod prelude {
    pub use crate::{
        Deployed, Device, Done, Failed, Key, Measure, Oracle, Stage, blake2b, twin, twin_test,
    };
    pub use twinroot_sdk::{
        Amount, Band, Claims, ContractId, Excursion, FeedId, Gas, Hash, Height, Mark, PublicKey,
        Query, REVERT_COINS, REVERT_INPUT, REVERT_JUDGE, REVERT_STORAGE, REVERT_TRANSFER, Sensor,
        Side, Source, Sources, Subject, TimeMs,
    };
}
