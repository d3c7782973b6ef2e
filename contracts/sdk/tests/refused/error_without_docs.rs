//! An error that says nothing to users.

use twinroot_sdk::prelude::*;

#[errors]
enum Error {
    /// It is too early: wait.
    Early = 1,
    Late = 2,
}

fn main() {}
