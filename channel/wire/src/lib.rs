//! Everything that is signed or sent between parties and to the ledger (docs/spec/channel.md).
//!
//! Each thing has one encoding and one tag, and every signature covers chain, channel and protocol
//! version. Nothing here executes anything.

mod close;
mod commitment;
mod funding;
mod ground;
mod keys;
mod message;
mod parameters;
mod standing;
mod transaction;
mod update;

pub use close::{MutualClose, SignedClose};
pub use commitment::{CoSigned, Commitment};
pub use funding::{Direction, Funding, SignedFunding};
pub use ground::Ground;
pub use keys::{Keys, SignatureError};
pub use message::{Hello, LEAVES, Leaf, Message, NOTE_BYTES, Note, Package, Proposal, Reason};
pub use parameters::{Parameters, SignedParameters};
pub use standing::Standing;
pub use transaction::{Action, Force, SignedTransaction, Transaction};
pub use update::{Move, Operation, Update};

/// The protocol version that this build speaks: fee table, ABI, limits, rules
/// (docs/spec/channel.md, 1.4).
pub const VERSION: u16 = 1;
