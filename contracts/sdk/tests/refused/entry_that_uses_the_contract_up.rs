//! An entry that takes the contract itself.

use twinroot_sdk::prelude::*;

#[contract]
struct Jar {}

#[entries]
impl Jar {
    pub fn smash(self) {}
}

fn main() {}
