//! Signed observations and the policies that judge them (docs/spec/oracles.md).
//!
//! ```text
//!  device                         whoever wants the verdict              host, on both paths
//!  Signer ---> message bytes ---> open ---> select / RunWatch ---> Bundle ---> FeedJudge ---> verdict
//!               (signed once)               (explains)                        (decides)
//! ```
//!
//! Everything here is a pure function of bytes: no clock, no list of trusted keys, no
//! configuration. That is why the bytes that convinced the peer convince the chain too.

#![warn(clippy::arithmetic_side_effects)]

mod descriptor;
mod equivocation;
mod error;
mod judge;
mod message;
mod observation;
mod query;
pub mod select;
mod signer;

pub use descriptor::{Descriptor, Envelope, Feed, Mode};
pub use equivocation::{Conflict, Equivocation, EquivocationWatch, Proven};
pub use error::{BundleError, DescriptorError, EquivocationError, FeedError, OpenError};
pub use judge::FeedJudge;
pub use message::{BrokenRun, Signed, open, open_run, sign};
pub use observation::{Observation, Value};
pub use query::{ANSWER_BYTES, Answer, Asked, KEPT_BLOCKS, QUESTION_BYTES, Query, Shown};
pub use signer::{LastSigned, SignError, Signer};
