//! An entry that takes text of any length.

use twinroot_sdk::prelude::*;

#[contract]
struct Register {}

#[entries]
impl Register {
    pub fn enter(&mut self, name: String) {
        drop(name);
    }
}

fn main() {}
