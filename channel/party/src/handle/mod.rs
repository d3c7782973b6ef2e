//! One file for each kind of input, and for what follows from several.

mod adopt;
mod afford;
mod behind;
mod block;
mod close;
mod decide;
mod duty;
mod follow;
mod force;
mod freeze;
mod hello;
mod ledger;
mod message;
mod note;
mod propose;
mod proposed;
mod signed;

pub(crate) use adopt::{adopt, give_up};
pub(crate) use behind::{checkpoint, fall_behind, lost_numbers, unknown_codes};
pub(crate) use block::block;
pub(crate) use close::{close_solo, propose_close, snapshot};
pub(crate) use decide::{approve, decline};
pub(crate) use follow::follow_up;
pub(crate) use force::{force, make as make_force, rejected};
pub(crate) use freeze::freeze;
pub(crate) use hello::{connected, tick};
pub(crate) use ledger::{ledger, step as forced_step};
pub(crate) use message::{cut, message};
pub(crate) use note::note;
pub(crate) use propose::{cancel, candidate, funding, hold_to, propose};
pub(crate) use signed::signed;
