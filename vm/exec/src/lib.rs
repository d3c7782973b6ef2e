//! What a call and its outcome are, apart from who runs it.
//!
//! [`Execute`] runs a call on an overlay of a channel's state; the one in production is the room
//! `vm/host`, tests take a few lines of their own. [`Judge`] answers whether oracle facts satisfy
//! a policy; the one there is, is the room `oracles/feed`. What a judge looks at of the ledger is the
//! pinned [`Block`], and the places of the tree that its hash commits to ([`LedgerKey`]).

#![warn(clippy::arithmetic_side_effects)]

mod block;
mod call;
mod coins;
mod judge;
mod key;
mod ledger_key;
mod outcome;

pub use block::Block;
pub use call::{Bundle, Call, Caller, Code, CodeSource, Codes, Env, Execute, Halt, Scene};
pub use coins::{CoinsError, Fallback, Header, HeaderPlace, balance, pay, set_balance};
pub use judge::{Judge, Question, Refusal};
pub use key::StateKey;
pub use ledger_key::{BondId, LedgerKey};
pub use outcome::{Event, HostError, Outcome, Receipt};
