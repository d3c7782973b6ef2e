//! A median with two readings in the middle.

use twinroot_sdk::prelude::*;

#[contract]
struct Weather {
    warmth: Median<4>,
}

fn main() {}
