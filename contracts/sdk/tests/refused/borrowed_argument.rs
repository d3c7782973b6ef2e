//! An entry that takes a borrow.

use twinroot_sdk::prelude::*;

#[contract]
struct Register {}

#[entries]
impl Register {
    pub fn enter(&mut self, name: &str) {
        let _ = name;
    }
}

fn main() {}
