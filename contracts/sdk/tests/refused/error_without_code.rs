//! An error without a code.

use twinroot_sdk::prelude::*;

#[errors]
enum Error {
    /// It is too early: wait.
    Early,
}

fn main() {}
