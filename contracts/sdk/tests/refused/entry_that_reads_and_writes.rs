//! An entry that says that it only reads.

use twinroot_sdk::prelude::*;

#[contract]
struct Jar {
    total: Value<Amount>,
}

#[entries]
impl Jar {
    pub fn empty(&self) {
        self.total.set(&Amount::ZERO);
    }
}

fn main() {}
