//! An event that chooses its number.

use twinroot_sdk::prelude::*;

#[events]
enum Event {
    Paid = 1,
}

fn main() {}
