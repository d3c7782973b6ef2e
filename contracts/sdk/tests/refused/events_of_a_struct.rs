//! One event instead of an enum of them.

use twinroot_sdk::prelude::*;

#[events]
struct Paid {
    to: Side,
}

fn main() {}
