//! What the tests of this room are written with: two parties with drivers that watch over them, the
//! wire between them, and a ledger small enough to be read at once.

mod basics;
mod chain;
mod node;
mod pair;
mod words;

pub(crate) use basics::*;
pub(crate) use chain::{Chain, Positions};
pub(crate) use node::Node;
pub(crate) use pair::{Do, Pair};
pub(crate) use words::{kind, word};
