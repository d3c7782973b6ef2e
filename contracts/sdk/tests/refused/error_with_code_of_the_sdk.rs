//! An error with a code that is not the contract's own.

use twinroot_sdk::prelude::*;

#[errors]
enum Error {
    /// It is too early: wait.
    Early = 0x10001,
}

fn main() {}
