//! `payable` says yes or nothing.

use twinroot_sdk::prelude::*;

#[contract]
struct Jar {}

#[entries]
impl Jar {
    #[payable(Amount)]
    pub fn pay_in(&mut self) {}
}

fn main() {}
