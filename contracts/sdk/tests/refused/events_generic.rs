//! An event that leaves a type open.

use twinroot_sdk::prelude::*;

#[events]
enum Event<T> {
    Paid { to: T },
}

fn main() {}
