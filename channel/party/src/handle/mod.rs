//! One file for each kind of input.

mod chain;
mod close;
mod decide;
mod force;
mod message;
mod propose;
mod signed;

pub(crate) use chain::chain;
pub(crate) use close::{close_solo, propose_close};
pub(crate) use decide::{approve, decline};
pub(crate) use force::force;
pub(crate) use message::message;
pub(crate) use propose::propose;
pub(crate) use signed::signed;
