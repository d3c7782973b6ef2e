//! An entry that gives something, or nothing.

use twinroot_sdk::prelude::*;

#[contract]
struct Register {}

#[entries]
impl Register {
    pub fn first(&self) -> Option<u64> {
        None
    }
}

fn main() {}
