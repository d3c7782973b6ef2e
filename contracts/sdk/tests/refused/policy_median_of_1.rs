//! A median that one feed decides.

use twinroot_sdk::prelude::*;

#[contract]
struct Weather {
    warmth: Median<1>,
}

fn main() {}
