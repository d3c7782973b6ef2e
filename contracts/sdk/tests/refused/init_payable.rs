//! An `init` that takes coins.

use twinroot_sdk::prelude::*;

#[contract]
struct Jar {}

#[entries]
impl Jar {
    #[payable]
    pub fn init(&mut self) {}
}

fn main() {}
