//! Integers that have no layout.

use twinroot_sdk::prelude::*;

#[events]
enum Event {
    Counted { up: u128, down: i32 },
}

fn main() {}
