//! An interface whose entry takes a borrow.

use twinroot_sdk::prelude::*;

#[client]
trait Shop {
    fn buy(&mut self, what: &str) -> Amount;
}

fn main() {}
