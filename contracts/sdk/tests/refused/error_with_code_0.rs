//! An error with the code of success.

use twinroot_sdk::prelude::*;

#[errors]
enum Error {
    /// It is too early: wait.
    Early = 0,
}

fn main() {}
