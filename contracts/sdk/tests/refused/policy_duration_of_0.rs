//! A breach that takes no time.

use twinroot_sdk::prelude::*;

#[contract]
struct Cooling {
    breach: Duration<0>,
}

fn main() {}
