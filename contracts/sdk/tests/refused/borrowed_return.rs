//! An entry that gives a borrow.

use twinroot_sdk::prelude::*;

#[contract]
struct Register {}

const NAME: [u8; 4] = *b"main";

#[entries]
impl Register {
    pub fn name(&self) -> &[u8; 4] {
        &NAME
    }
}

fn main() {}
