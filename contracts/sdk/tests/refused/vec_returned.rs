//! An entry that gives as many values as it likes.

use twinroot_sdk::prelude::*;

#[contract]
struct Register {}

#[entries]
impl Register {
    pub fn all(&self) -> Vec<u64> {
        Vec::new()
    }
}

fn main() {}
