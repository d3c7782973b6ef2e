//! An interface with an entry that nobody can call.

use twinroot_sdk::prelude::*;

#[client]
trait Shop {
    fn init(&mut self, price: Amount);
}

fn main() {}
