//! An `init` that nobody could call.

use twinroot_sdk::prelude::*;

#[contract]
struct Jar {
    total: Value<Amount>,
}

#[entries]
impl Jar {
    fn init(&mut self) {
        self.total.set(&Amount::ZERO);
    }
}

fn main() {}
