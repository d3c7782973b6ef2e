//! An interface with something that cannot be called.

use twinroot_sdk::prelude::*;

#[client]
trait Shop {
    const LARGEST: Amount;

    fn buy(&mut self, what: u64) -> Amount;
}

fn main() {}
