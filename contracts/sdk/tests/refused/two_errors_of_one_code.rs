//! Two errors that a caller could not tell apart.

use twinroot_sdk::prelude::*;

#[errors]
enum Error {
    /// It is too early: wait.
    Early = 1,
    /// It is too late.
    Late = 1,
}

fn main() {}
