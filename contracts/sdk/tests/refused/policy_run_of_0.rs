//! A breach without a reading.

use twinroot_sdk::prelude::*;

#[contract]
struct Cooling {
    breach: RunLength<0>,
}

fn main() {}
