//! The gate: contract bytes in, verdict and metered module out (docs/spec/vm.md, 1 to 4).
//!
//! ```text
//! bytes -> canonical -> accepted -> valid -> charge table -> metered module
//!          hash         one allow-list       (place, amount)  executes exactly that table
//! ```
//!
//! Gas is counted by the module itself: the gate writes the charges of the table into the code, so
//! gas is one number on every engine. It goes from hand to hand:
//!
//! ```text
//! before                      after
//! (func (param i32)           (func (param i32) (param $gas i64) (result i64)
//!   (loop                       (loop
//!                                 ;; $gas -= 8, out of gas if it is below 0
//!     (call $work)                (local.set $gas (call $work (local.get $gas)))
//!     (br_if 0 ...)))             (br_if 0 ...))
//!                               (local.get $gas))
//! ```
//!
//! This room knows no engine: it reads bytes and writes bytes.

mod accept;
mod admit;
mod canonical;
mod charge;
mod contract;
mod error;
mod frame;
mod instruction;
mod label;
mod meter;
mod segment;
mod shape;
mod stack;

pub use admit::{Module, admit, charge_table};
pub use canonical::declared_policies;
pub use charge::{ChargeTable, FunctionCharges};
pub use error::{ExportProblem, GateError, Measure};
pub use label::{FunctionLabel, Site};
pub use meter::{CAUSE_GLOBAL, CAUSE_OUT_OF_GAS, CAUSE_STACK};
pub use shape::Shape;
pub use stack::{STACK_BYTES, STACK_DEPTH};
