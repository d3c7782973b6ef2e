//! Entries of a struct that is no contract.

use twinroot_sdk::prelude::*;

struct Jar {
    total: Value<Amount>,
}

#[entries]
impl Jar {
    pub fn total(&self) -> Amount {
        self.total.get()
    }
}

fn main() {}
