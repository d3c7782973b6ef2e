//! Tests of the reference: against the gate, against another interpreter, and by hand.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper of a test may fail as the test itself"
)]

mod arithmetic;
mod bytes;
mod differential;
mod gas;
mod generate;
mod host;
mod program;
#[path = "../../../gate/tests/it/smith.rs"]
mod smith;
mod stack;
mod table;
mod trap;
mod wasm;
mod watch;
