//! A participant of a channel, without IO: inputs go in, effects come out.
//!
//! ```text
//! propose, message, approve, block, chain event --> [ Party ] --> persist, sign, send, ask, post
//!                                                      ^               |
//!                                                      +-- signature --+
//! ```
//!
//! Effects are to be carried out in order, and none after one that failed. A key never comes in
//! here: what is to be signed leaves as an effect and its signature comes back as an input.

#![warn(clippy::arithmetic_side_effects)]

mod effect;
mod handle;
mod illegal;
mod input;
mod party;

pub use effect::{Effect, Question, Record, Report, ToSign};
pub use illegal::Illegal;
pub use input::{ChainEvent, Input};
pub use party::{Agreed, OpenError, Party};
