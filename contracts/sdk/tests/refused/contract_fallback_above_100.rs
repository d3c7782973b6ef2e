//! More than the whole to the creator. The entries are no error as well.

use twinroot_sdk::prelude::*;

#[contract(fallback = 101)]
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
