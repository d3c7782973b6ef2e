//! An error with more than a code.

use twinroot_sdk::prelude::*;

#[errors]
enum Error {
    /// It is too early: wait.
    Early(Height) = 1,
}

fn main() {}
