//! What a contract says of itself: read, held against the module, used to write and read its values
//! (docs/spec/contract.md, 5 to 7).
//!
//! ```text
//! module -> Spec -> document: what other tools read
//!                   encode:   arguments as JSON or words -> bytes of a call
//!                   decode:   bytes of calls, returns, events, leaves -> JSON
//!                   explain:  code of a revert -> words
//! ```
//!
//! Whoever wrote the module wrote its spec, and may mean harm: what is read here is bounded in size and depth, agrees
//! with the code, and holds no text that would show as something else than it is ([`printable`]).

mod args;
mod decode;
mod encode;
mod error;
mod kind;
mod line;
mod read;
mod revert;
mod sdk;
mod spec;
mod storage;
mod text;
mod types;
mod written;

pub use args::ArgsError;
pub use decode::{DecodeError, EventNumber, Leaf, Place};
pub use encode::{Path, ValueError, ValueProblem};
pub use error::{PolicyClaim, SpecError};
pub use kind::{Case, DataType, Named, Number, Shape, Type, Variant};
pub use spec::{Document, Entry, ErrorDoc, Event, PolicyField, Spec, StorageField};
pub use storage::{Rule, Storage};
pub use text::printable;
