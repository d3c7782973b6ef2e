//! An entry that nobody could call.

use twinroot_sdk::prelude::*;

#[contract]
struct Jar {}

#[entries]
impl Jar {
    #[payable]
    fn pay_in(&mut self) {}
}

fn main() {}
