//! A median of more feeds than a policy has.

use twinroot_sdk::prelude::*;

#[contract]
struct Weather {
    warmth: Median<17>,
}

fn main() {}
