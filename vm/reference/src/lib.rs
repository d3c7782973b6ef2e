//! The contract VM as its spec is written: an interpreter of the canonical module that charges by a
//! table which it works out by itself (docs/spec/vm.md, 2 to 5).
//!
//! ```text
//! canonical -> gate -> metered module -> engine   \
//!                                                   the same end, gas, memory and globals
//! canonical -> this room                          /
//! ```
//!
//! It is there to be compared with, so it shares no code with the gate. It is slow and says each rule
//! in the order and the words of its clause. What an optimised way does in one pass, it does in
//! several; a table is made whole before anything reads it.
//!
//! It assumes that the gate let the module through. What did not pass may give an error, or run as
//! it can; it never harms whoever runs it.

mod block;
mod body;
mod call_graph;
mod charge;
mod error;
mod frame;
mod instruction;
mod limit;
mod module;
mod run;
mod segment;
mod table;
mod value;

pub use charge::Share;
pub use error::ReferenceError;
pub use run::{Answer, End, Host, Open, Ran, Reference, Stop, Watch};
pub use table::FunctionTable;
